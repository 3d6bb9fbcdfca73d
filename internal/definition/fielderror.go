package definition

import "strings"

// FieldError is one thing that is wrong with a definition.
type FieldError struct {
	Field  string // path within the definition, such as actions[0].seconds
	Found  string
	Remedy string // what to write instead
}

// Error returns field, finding and remedy in one line.
func (e *FieldError) Error() string {
	var b strings.Builder
	if e.Field != "" {
		b.WriteString(e.Field + ": ")
	}
	b.WriteString("found " + e.Found)
	if e.Remedy != "" {
		b.WriteString("; " + e.Remedy)
	}
	return b.String()
}
