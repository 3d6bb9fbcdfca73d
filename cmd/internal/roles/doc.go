// Package roles puts the runtime together: it gives every role the
// collaborators that configuration names. Both binaries use it, and no code
// path in it asks which of them it is in.
//
// It decides nothing about chat, clips or exports; it only wires.
package roles
