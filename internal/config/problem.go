package config

import (
	"fmt"
	"slices"
	"strings"
)

// Severity says what a problem does to the runtime.
type Severity string

// The severities.
const (
	Fatal   Severity = "fatal"   // the runtime refuses to start
	Warning Severity = "warning" // it starts without what the problem is about
	Info    Severity = "info"    // it starts as configured; worth knowing
)

// Kind says what sort of thing is wrong.
type Kind string

// The kinds of problem.
const (
	Missing    Kind = "missing"    // a file is not there
	Unreadable Kind = "unreadable" // a file is there and cannot be read
	Syntax     Kind = "syntax"     // a file is not JSON (or not an environment file)
	Invalid    Kind = "invalid"    // a value is not allowed
	Credential Kind = "credential" // a platform's credentials are not complete
	Advice     Kind = "advice"     // allowed, but probably not meant
)

// Problem is one thing that is wrong with the configuration.
type Problem struct {
	File     string   `json:"file"`           // relative to the state directory, or the variable's name
	Path     string   `json:"path,omitempty"` // JSON path such as $.creators[0].tier, or "line 3, column 7"
	Found    string   `json:"found"`
	Allowed  string   `json:"allowed,omitempty"`
	Remedy   string   `json:"remedy,omitempty"`
	Severity Severity `json:"severity"`
	Kind     Kind     `json:"kind"`
}

// String returns the problem as one line.
func (p Problem) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", p.Severity, p.File)
	if p.Path != "" {
		fmt.Fprintf(&b, ": %s", p.Path)
	}
	fmt.Fprintf(&b, ": found %s", p.Found)
	if p.Allowed != "" {
		fmt.Fprintf(&b, "; allowed: %s", p.Allowed)
	}
	if p.Remedy != "" {
		fmt.Fprintf(&b, "; %s", p.Remedy)
	}
	return b.String()
}

// Problems is a list of problems.
type Problems []Problem

// Fatal returns the problems for which the runtime refuses to start.
func (ps Problems) Fatal() Problems {
	return ps.where(func(p Problem) bool { return p.Severity == Fatal })
}

// Broken returns the problems that somebody has to mend: everything that is
// written and not allowed, and everything fatal. What is only missing and what
// is only advice is not among them.
func (ps Problems) Broken() Problems {
	return ps.where(func(p Problem) bool {
		return p.Severity == Fatal || p.Kind == Unreadable || p.Kind == Syntax || p.Kind == Invalid
	})
}

func (ps Problems) where(keep func(Problem) bool) Problems {
	return slices.DeleteFunc(slices.Clone(ps), func(p Problem) bool { return !keep(p) })
}

// InvalidError is returned when the configuration does not allow a start.
type InvalidError struct {
	Problems Problems // the fatal ones
}

// Error implements error; it holds every fatal problem, one a line.
func (e *InvalidError) Error() string {
	lines := make([]string, 0, len(e.Problems)+1)
	lines = append(lines, "the configuration does not allow a start")
	for _, p := range e.Problems {
		lines = append(lines, "  "+p.String())
	}
	return strings.Join(lines, "\n")
}
