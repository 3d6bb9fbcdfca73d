package trigger

import (
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/match"
)

// every is the set of all roles and of having none.
const every = ^chat.Roles(0)

// compileRule compiles one definition and says what cannot be used. What it
// returns can be evaluated in any case.
func compileRule(l *layered, s *Settings) (rule, []string) {
	d := &l.def
	r := rule{
		id: l.id, layer: l, enabled: isTrue(d.Enabled),
		platforms: d.Platforms, self: !isTrue(d.IgnoreSelf), shared: !isTrue(d.IgnoreSharedChat),
		noOwner: d.IgnoreBroadcaster, stop: isTrue(d.StopOnMatch),
		categories: foldedSet(d.Categories), deny: userSet(d.DenyUsers), allow: userSet(d.AllowUsers),
		groupTime: seconds(d.GroupSeconds), perStream: int64(d.PerStream), perUser: int64(d.PerStreamUser),
		onCooldown: Answer(d.OnCooldown), onDenied: Answer(d.OnDenied),
		deletes: d.Delete, pick: d.Pick, mode: d.ReplyMode, quoted: d.QuotedArgs,
	}
	if l.source == BuiltIn {
		r.builtIn = builtInOf[l.id]
	}
	if d.CooldownGroup != "" {
		r.group = "group:" + strings.ToLower(d.CooldownGroup)
	}
	if h := d.Threshold; h != nil {
		r.holdUsers, r.holdWindow = h.Users, seconds(h.Window)
	}
	r.exempt = exemptOf(d.CooldownExempt)
	var problems []string
	r.look, problems = compileLook(d, s.Prefix)
	r.label = r.id
	if len(r.look.names) > 0 {
		r.label = s.Prefix + r.look.names[0]
	}
	r.compileBranches(d, s)
	r.stream = streamOf(d, &r)
	return r, problems
}

func isTrue(b *bool) bool { return b == nil || *b }

// exemptOf is who is not held back by cooldowns: nil means the default.
func exemptOf(names []string) chat.Roles {
	if names == nil {
		return chat.Moderator | chat.Broadcaster
	}
	set, open := parseRoles(names)
	if open {
		return every
	}
	return set
}

func foldedSet(list []string) map[string]struct{} {
	set := make(map[string]struct{}, len(list))
	for _, text := range list {
		set[folded(text)] = struct{}{}
	}
	return set
}

// userSet is a set of account names, in lower case, and of user keys, whose ids are
// taken as they stand.
func userSet(list []string) map[string]struct{} {
	set := make(map[string]struct{}, len(list))
	for _, text := range list {
		if !strings.Contains(text, ":") {
			text = strings.ToLower(strings.TrimPrefix(text, "@"))
		}
		set[text] = struct{}{}
	}
	return set
}

// streamOf is when the trigger can fire: clips need a live stream.
func streamOf(d *definition.Definition, r *rule) definition.StreamState {
	if d.StreamState != "" {
		return d.StreamState
	}
	if r.plain.clips > 0 {
		return definition.Online
	}
	for _, sub := range r.subcommands {
		if sub.clips > 0 {
			return definition.Online
		}
	}
	return definition.Any
}

// compileBranches compiles what the trigger does, by itself and by each of its
// subcommands.
func (r *rule) compileBranches(d *definition.Definition, s *Settings) {
	global := definition.DefaultCooldownGlobal
	if d.CooldownGlobal != nil {
		global = *d.CooldownGlobal
	}
	least := s.MinCooldown
	if r.builtIn == builtInManage && d.ID != CommandsID {
		least = 0
	}
	r.plain = branch{
		cooldownID: r.id, enabled: true, roles: rolesOf(d.Roles),
		globalCooldown: max(seconds(global), least),
		args:           newArguments(d.MinArgs, d.Args, d.Usage, r.label),
		cost:           d.Cost, refund: isTrue(d.Refund),
	}
	if d.CooldownUser != nil {
		r.plain.userCooldown = seconds(*d.CooldownUser)
	}
	r.plain.do(d.Responses, d.Actions, r.builtIn, s)
	if len(d.Subcommands) == 0 {
		return
	}
	r.subcommands = make(map[string]*branch, len(d.Subcommands))
	for i := range d.Subcommands {
		sub := &d.Subcommands[i]
		b := r.compileSubcommand(sub, s, least)
		for _, name := range append([]string{sub.Name}, sub.Aliases...) {
			if name = match.Name(name); r.subcommands[name] == nil {
				r.subcommands[name] = b
			}
		}
	}
	if d.Fallback != "" {
		r.fallback = r.subcommands[match.Name(d.Fallback)]
	}
}

// compileSubcommand lays a subcommand over its command: what it leaves out, it
// inherits. What it does is one thing: responses or actions of its own replace
// both.
func (r *rule) compileSubcommand(sub *definition.Subcommand, s *Settings, least time.Duration) *branch {
	b := r.plain
	b.enabled = isTrue(sub.Enabled)
	if sub.Roles != nil {
		b.roles = rolesOf(sub.Roles)
	}
	if sub.CooldownUser != nil || sub.CooldownGlobal != nil {
		b.cooldownID = r.id + "/" + match.Name(sub.Name)
	}
	if sub.CooldownUser != nil {
		b.userCooldown = seconds(*sub.CooldownUser)
	}
	if sub.CooldownGlobal != nil {
		b.globalCooldown = max(seconds(*sub.CooldownGlobal), least)
	}
	if sub.MinArgs > 0 || len(sub.Args) > 0 || sub.Usage != "" {
		b.args = newArguments(sub.MinArgs, sub.Args, sub.Usage, r.label+" "+sub.Name)
	}
	if sub.Cost != nil {
		b.cost = *sub.Cost
	}
	if len(sub.Responses)+len(sub.Actions) > 0 {
		b.do(sub.Responses, sub.Actions, noBuiltIn, s)
	}
	return &b
}

func rolesOf(names []string) chat.Roles {
	set, open := parseRoles(names)
	if open {
		return chat.Everyone
	}
	return set
}

// do compiles what a branch does.
func (b *branch) do(responses []string, actions []definition.Action, also builtIn, s *Settings) {
	b.responses, b.actions, b.clips, b.speaks = nil, nil, 0, len(responses) > 0
	if also == builtInClip {
		b.clips++
	}
	for _, text := range responses {
		b.responses = append(b.responses, newLine(text))
	}
	for _, a := range actions {
		d := deed{kind: a.Type, mode: a.Mode, counter: match.Name(a.Counter), add: a.Add, set: a.Set}
		switch a.Type {
		case definition.DoReply:
			d.text, b.speaks = newLine(a.Text), true
		case definition.DoClip:
			d.text = newLine(a.Title)
			d.length = time.Duration(a.Seconds) * time.Second
			b.clips++
		case definition.DoCounter:
			if a.Add == 0 && a.Set == nil {
				d.add = 1
			}
		}
		b.actions = append(b.actions, d)
	}
}

// parseRoles reads names of roles; open says that everyone is among them.
func parseRoles(names []string) (set chat.Roles, open bool) {
	for _, name := range names {
		role, err := chat.ParseRole(name)
		if err != nil {
			continue // Check has reported it, and the trigger is off
		}
		set |= role
		open = open || role == chat.Everyone
	}
	return set, open
}
