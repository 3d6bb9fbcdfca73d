package statedir

// OlderSignals is the tree in which older readers look for signals.
func (d Dir) OlderSignals() string { return d.join("runtime", "signals") }

// OlderAdmin is the tree in which older readers look for admin tables. It is
// written only, and never read as configuration.
func (d Dir) OlderAdmin() string { return d.join("runtime", "admin") }

// MirrorsFile tells how the copies of the exports are.
func (d Dir) MirrorsFile() string { return d.join("runtime", "mirrors.json") }
