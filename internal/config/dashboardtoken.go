package config

import "strings"

// minToken is the length, in characters, below which a token could be guessed.
const minToken = 16

// dashboardToken is what opens dashboard-only documents. One that could be guessed,
// or that no header can carry, opens nothing.
func (l *loader) dashboardToken() Secret {
	f := l.get(OptDashboardToken)
	if !f.isSet() {
		return Secret{}
	}
	unfit := func(c rune) bool { return c <= ' ' || c > '~' }
	if len(f.value) < minToken || strings.ContainsFunc(f.value, unfit) {
		l.add(Problem{File: OptDashboardToken, Found: "a value that is too short, or that a header cannot carry",
			Allowed: "at least 16 printable ASCII characters without blanks", Remedy: "no token opens dashboard-only documents", Severity: Warning, Kind: Invalid})
		return Secret{}
	}
	return l.secret(f.value)
}
