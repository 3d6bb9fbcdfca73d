package connection

import "slices"

// State is the state of the connection that reads one channel.
type State string

// The states.
const (
	Connecting State = "connecting"        // not read yet, being worked on
	Live       State = "live"              // chat is read
	Silent     State = "silent"            // chat is read as far as anybody can tell, and nothing comes although a broadcast is on
	Degraded   State = "degraded"          // not read at the moment, or read and not writable
	Quota      State = "waiting_for_quota" // nothing is asked before the platform's quota is renewed
	NeedsLogin State = "needs_login"       // the account's login is refused
	Paused     State = "paused"            // the platform refuses the channel; it is tried again much later
	Disabled   State = "disabled"          // switched off by the configuration
	Inactive   State = "inactive"          // nobody reads it now, or there is nothing to read
)

// States lists every state, the healthiest first.
var States = [...]State{Live, Silent, Degraded, Connecting, Quota, NeedsLogin, Paused, Disabled, Inactive}

// Known reports whether the state is one of the set.
func (s State) Known() bool { return slices.Contains(States[:], s) }

// Reads reports whether the connection stands and chat is read, as far as anybody
// can tell.
func (s State) Reads() bool { return s == Live || s == Silent }

// Troubled reports whether somebody should look at the connection.
func (s State) Troubled() bool {
	switch s {
	case Silent, Degraded, Quota, NeedsLogin, Paused:
		return true
	}
	return false
}
