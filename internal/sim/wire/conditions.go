package wire

import "time"

// State says what a Proxy does with connections.
type State int

// The states of a Proxy.
const (
	// Open passes everything on.
	Open State = iota
	// Refusing resets every new connection at once, as if nobody listened.
	// Connections that are open stay so: see Cut.
	Refusing
	// Silent takes new connections and passes nothing on, in either direction.
	// What is sent meanwhile waits, as in a network that loses every packet, and
	// goes on its way when the state is Open again.
	Silent
)

// Conditions are how the network behaves. The zero value is a network without
// faults.
type Conditions struct {
	State State
	// Latency is how long each piece of data is under way, one way.
	Latency time.Duration
	// BytesPerSecond bounds each direction of each connection; 0 means no bound.
	BytesPerSecond int
}
