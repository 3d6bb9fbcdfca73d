// Command soak runs the data plane for minutes against three simulated platforms
// whose networks and servers misbehave at random, and checks afterwards that the
// books balance: every message that was said is stored once or lies in a recorded
// gap, no request is answered twice, and memory and goroutines have not grown.
//
// The data plane is the real one, with Postgres, in the process that is started. The
// platforms, the networks in front of them and the people who speak are a second
// process of the same program, so that heap and goroutines are the data plane's
// alone. Everything is on the loopback interface, bounded, and ends by itself.
//
// The package is a drill: nothing else may import it.
package main
