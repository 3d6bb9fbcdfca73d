package connection

import (
	"regexp"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// loginCommand is what a reason for NeedsLogin names, with the account that it is about.
var loginCommand = regexp.MustCompile(`streamsuites auth login [a-z]+( --account [A-Z0-9_]+)?`)

// Advice says in one line what somebody can do about a connection that is in that state
// for that reason; empty where nothing has to be done.
func (s State) Advice(p chat.Platform, reason string) string {
	switch s {
	case Silent:
		return "look whether people write in the channel; if they do, restart the runtime"
	case Degraded:
		return "wait: it is tried again by itself; if it stays so, see the reason"
	case Quota:
		return "wait until the quota is renewed, or raise it at the platform"
	case NeedsLogin:
		if command := loginCommand.FindString(reason); command != "" {
			return "run: " + command
		}
		return "run: streamsuites auth login " + string(p)
	case Paused:
		return "see whether creators.json names the channel rightly, and whether the platform still lets the account in"
	case Disabled:
		return "switch it on in the configuration"
	}
	return ""
}
