package definition

import "slices"

// builtIn lists the ids of the triggers that are there without being written down.
var builtIn = []string{"clip", "cmd", "commands", "counter", "pausecommands", "ping"}

// BuiltIns lists the ids of the triggers that are there without being written
// down.
func BuiltIns() []string { return slices.Clone(builtIn) }

// IsBuiltIn reports whether a trigger of that id is there without being written
// down. A definition with such an id lays its fields over the built-in ones.
func IsBuiltIn(id string) bool { return slices.Contains(builtIn, id) }
