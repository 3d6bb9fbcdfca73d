package twitch

import "github.com/streamsuites/streamsuites/internal/sim/faults"

// Fault targets.
const (
	TargetLogin = "twitch.login" // a login over IRC
	TargetJoin  = "twitch.join"  // one channel of a JOIN
	TargetIRC   = "twitch.irc"   // the delivery of one message or event to a channel's members
	TargetSend  = "twitch.send"  // a PRIVMSG of a client
	TargetHelix = "twitch.helix" // a request
	TargetOAuth = "twitch.oauth" // a request
)

// Targets lists what can fail here.
//
// Of twitch.irc: drop loses the message; duplicate delivers it twice; reorder
// delivers it after the next one; malformed delivers broken lines before it;
// truncate sends half of it and closes; hang leaves the connections open and
// dead; reconnect delivers it, sends RECONNECT and closes a little later; close
// closes instead of delivering.
//
// Of twitch.send: drop swallows it; ratelimit, duplicate, banned, suspended (the
// account) and channel_suspended refuse it with that NOTICE; close_before closes without accepting it; close_after
// accepts it and closes without a word.
//
// Of twitch.helix: not_sent answers a chat message with is_sent=false.
func Targets() []faults.Target {
	return []faults.Target{
		{Name: TargetLogin, Kinds: []string{"auth_failed", "improper", "invalid_nick", "unsuccessful", "close", "hang"}},
		{Name: TargetJoin, Kinds: []string{"ignore", "suspended", "close"}},
		{Name: TargetIRC, Kinds: []string{"drop", "duplicate", "reorder", "malformed", "truncate", "hang", "reconnect", "close"}},
		{Name: TargetSend, Kinds: []string{"drop", "ratelimit", "duplicate", "banned", "suspended", "channel_suspended", "close_before", "close_after"}},
		{Name: TargetHelix, Kinds: faults.HTTPKinds("not_sent")},
		{Name: TargetOAuth, Kinds: faults.HTTPKinds("400")},
	}
}
