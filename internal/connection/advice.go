package connection

import "github.com/streamsuites/streamsuites/internal/chat"

// Advice says in one line what somebody can do about a connection in that state;
// empty where nothing has to be done.
func (s State) Advice(p chat.Platform) string {
	switch s {
	case Silent:
		return "look whether people write in the channel; if they do, restart the runtime"
	case Degraded:
		return "wait: it is tried again by itself; if it stays so, see the reason"
	case Quota:
		return "wait until the quota is renewed, or raise it at the platform"
	case NeedsLogin:
		return "run: streamsuites auth login " + string(p)
	case Paused:
		return "see whether the platform still lets the account into the channel"
	case Disabled:
		return "switch it on in the configuration"
	}
	return ""
}
