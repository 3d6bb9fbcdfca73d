package manage

// managing are the commands of this package: somebody has to be able to undo
// what was done with them.
var managing = map[string]bool{CmdID: true, CommandsID: true, CounterID: true, PauseID: true}

// changing are those of which nothing but changing is of use.
var changing = map[string]bool{CmdID: true, PauseID: true}

// managers are the roles to which the commands that change things can be given.
var managers = map[string]bool{"moderator": true, "editor": true, "broadcaster": true}

// guarded refuses options with which chat would lock itself out of managing
// commands, or let anybody in.
func (k clerk) guarded(e Entry, o Options) error {
	if !managing[e.ID] {
		return nil
	}
	if o.Enabled != nil && !*o.Enabled {
		return refuse("%s manages commands and cannot be switched off from chat", k.title(e))
	}
	if o.Cost != nil || o.Platforms != nil || o.Stream != "" {
		return refuse("%s manages commands: from chat it takes -cd, -usercd, -level, -type, -count and -hidden only", k.title(e))
	}
	if !changing[e.ID] {
		return nil
	}
	for _, role := range o.Roles {
		if !managers[role] {
			return refuse("%s manages commands and is for moderators, editors and the broadcaster only", k.title(e))
		}
	}
	return nil
}
