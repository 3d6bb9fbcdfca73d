// Package wire puts a network that can fail between two programs of a test: a
// TCP proxy on the loopback interface that passes bytes on, and can be told to
// turn new connections away, to fall silent, to be slow, to cut what is open,
// and to leave what is open in the air.
//
// It knows nothing of what it carries, and is for tests and fault drills only:
// it never listens on anything but the loopback interface.
package wire
