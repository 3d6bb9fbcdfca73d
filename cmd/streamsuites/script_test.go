package main

import (
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

// patience is how long a script waits for something that has to happen.
const patience = 30 * time.Second

// noon is when the clips of the scripts were asked for. What the database and
// the program date themselves is of another year.
var noon = time.Date(2001, 2, 3, 12, 0, 0, 0, time.UTC)

var (
	instants   = regexp.MustCompile(`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`)
	refusals   = regexp.MustCompile(`(reach Temporal at 127\.0\.0\.1:1: ).*( \(TEMPORAL_ADDRESS)`)
	configs    = regexp.MustCompile(`(configuration |"config": ")[0-9a-f]{16}\b`)
	clockTimes = regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d(\.\d{3})?`)
)

// normalise writes FILE to TARGET with the present, the script's folder, hashes of
// configurations and the words of the network library replaced:
//
//	normalise FILE TARGET
func normalise(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: normalise FILE TARGET")
	}
	text := instants.ReplaceAllStringFunc(ts.ReadFile(args[0]), func(at string) string {
		if at[:4] == noon.Format("2006") {
			return at
		}
		return "<now>"
	})
	text = clockTimes.ReplaceAllString(text, "<now>")
	text = configs.ReplaceAllString(text, "${1}<hash>")
	text = refusals.ReplaceAllString(text, "${1}<refused>${2}")
	text = strings.ReplaceAll(text, ts.Getenv("WORK"), "<work>")
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o644))
}

// moment leaves the present in the variable NAME:
//
//	moment NAME
func moment(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: moment NAME")
	}
	ts.Setenv(args[0], time.Now().UTC().Format(time.RFC3339Nano))
}

// shows waits until FILE matches PATTERN:
//
//	shows FILE PATTERN
func shows(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: shows FILE PATTERN")
	}
	pattern := regexp.MustCompile("(?m)" + args[1])
	eventually(ts, func() bool {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		return err == nil && pattern.Match(text)
	}, "%s never matched %s", args[0], args[1])
}

// eventually waits for a condition of the world outside.
func eventually(ts *testscript.TestScript, condition func() bool, format string, args ...any) {
	require.Eventuallyf(here(ts).t, condition, patience, 10*time.Millisecond, format, args...)
}
