package trigger

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
)

// Ids of the built-in triggers, as decisions and cooldowns name them. A trigger of
// the file or an overlay with such an id is laid over the built-in one: it can
// change its guards, names and answers, not what it does.
const (
	ClipID     = "clip"
	PingID     = "ping"
	CmdID      = "cmd"
	CommandsID = "commands"
	CounterID  = "counter"
	PauseID    = "pausecommands"
)

// builtIn is what a built-in trigger does besides what its definition says.
type builtIn uint8

const (
	noBuiltIn builtIn = iota // the definition says everything
	builtInPing
	builtInClip
	builtInManage
)

var builtInOf = map[string]builtIn{
	ClipID: builtInClip, PingID: builtInPing,
	CmdID: builtInManage, CommandsID: builtInManage, CounterID: builtInManage, PauseID: builtInManage,
}

// builtIns are the definitions of the built-in triggers, in their order.
func builtIns(s *Settings) []definition.Definition {
	clip := guarded(ClipID, s.Clip.Guards, s.Clip.Aliases)
	clip.Description, clip.Usage = "Clips the last seconds of the stream", s.Prefix+"clip [seconds] [title]"
	clip.StreamState = definition.Online
	ping := guarded(PingID, s.Ping.Guards, s.Ping.Aliases)
	ping.Description = "Shows that the bot is listening"
	commands := definition.Definition{
		ID: CommandsID, Type: definition.Command, Command: CommandsID, Description: "Lists the commands",
	}
	return []definition.Definition{
		clip, ping,
		managing(CmdID, "Adds, changes and removes commands"), commands,
		managing(CounterID, "Shows and changes counters"),
		managing(PauseID, "Pauses the commands, and lets them go on"),
	}
}

// guarded writes down a built-in trigger whose guards settings give.
func guarded(id string, g Guards, aliases []string) definition.Definition {
	user, global := g.UserCooldown.Seconds(), g.GlobalCooldown.Seconds()
	return definition.Definition{
		ID: id, Type: definition.Command, Command: id, Aliases: aliases,
		Enabled: &g.Enabled, Platforms: g.Platforms, Roles: g.Roles.Names(),
		CooldownUser: &user, CooldownGlobal: &global, CooldownExempt: g.CooldownExempt.Names(),
		OnCooldown: definition.Answer(g.OnCooldown), OnDenied: definition.Answer(g.OnDenied),
	}
}

// managing writes down a trigger that changes others. Whoever may use it is not
// held back by cooldowns.
func managing(id, description string) definition.Definition {
	none := 0.0
	who := (chat.Moderator | chat.Editor | chat.Broadcaster).Names()
	return definition.Definition{
		ID: id, Type: definition.Command, Command: id, Description: description, Hidden: true,
		Roles: who, CooldownGlobal: &none, CooldownExempt: who,
	}
}

// seconds turns a definition's seconds into a time, rounded to milliseconds, which
// is more than anybody writes and what the store keeps.
func seconds(s float64) time.Duration {
	return (time.Duration(s * float64(time.Second))).Round(time.Millisecond)
}
