package main

import (
	"slices"
	"strings"
	"time"

	"github.com/google/pprof/profile"
)

// workPart is a part of the data plane's work, and the functions that belong to it, by
// the beginning of their names.
type workPart struct {
	name      string
	functions []string
}

// module is this module, as it stands in the names of functions.
const module = "github.com/streamsuites/streamsuites/"

// collecting is the part of which any function on the stack is enough: what the
// garbage collector takes from the goroutines that allocate is its work, too.
var collecting = workPart{"Garbage collection", []string{
	"runtime.gcBgMarkWorker", "runtime.gcAssistAlloc", "runtime.bgsweep", "runtime.bgscavenge", "runtime.gcMarkDone", "runtime.gcMarkTermination",
	"runtime.gcStart", "runtime.deductSweepCredit",
}}

// workParts are the parts of the data plane's work. A sample belongs to the part of
// the innermost function that belongs to any.
var workParts = []workPart{
	{"TLS, and the socket below it", []string{"crypto/", "vendor/golang.org/x/crypto/"}},
	{"IRC: cut and parse lines, make events", []string{module + "ingest/twitch.", "github.com/gempir/go-twitch-irc/"}},
	{"Evaluate triggers", []string{
		module + "internal/trigger.", module + "internal/match.", module + "internal/template.", module + "internal/definition.",
		module + "internal/manage.", "regexp.", "regexp/syntax.",
	}},
	{"Encode rows for COPY", []string{module + "internal/store.(*copyRows).", "github.com/jackc/pgx/v5/pgtype."}},
	{"Write to Postgres, and wait for it", []string{module + "internal/store.", "github.com/jackc/pgx/v5", "github.com/jackc/puddle/"}},
	{"Lanes: queue, duplicates, commit", []string{module + "ingest."}},
	{"Benchmark: note and measure", []string{"main.", module + "bench."}},
}

// elsewhere is the part of what belongs to no other: the scheduler, mostly.
const elsewhere = "Scheduler and the rest"

// owns reports whether a function belongs to the part.
func (p workPart) owns(function string) bool {
	return slices.ContainsFunc(p.functions, func(beginning string) bool { return strings.HasPrefix(function, beginning) })
}

// partOf tells which part a stack belongs to; the innermost function stands first.
func partOf(stack []string) string {
	if slices.ContainsFunc(stack, collecting.owns) {
		return collecting.name
	}
	for _, function := range stack {
		for _, p := range workParts {
			if p.owns(function) {
				return p.name
			}
		}
	}
	return elsewhere
}

// share is a part's processor time.
type share struct {
	name string
	took time.Duration
}

// split is where the processor time of a profile went.
type split struct {
	parts  []share // most time first
	total  time.Duration
	reader time.Duration // of that, on the goroutine that reads the connection
}

// readerPackage is the package that the goroutine that reads a connection comes from.
// Hardly anything else happens there: answers are few.
const readerPackage = module + "ingest/twitch."

// splitProfile sums a profile up.
func splitProfile(p *profile.Profile) split {
	var s split
	times := map[string]time.Duration{}
	for _, sample := range p.Sample {
		stack := stackOf(sample)
		took := time.Duration(sample.Value[len(sample.Value)-1]) // samples and nanoseconds
		times[partOf(stack)] += took
		s.total += took
		if slices.ContainsFunc(stack, func(function string) bool { return strings.HasPrefix(function, readerPackage) }) {
			s.reader += took
		}
	}
	for name, took := range times {
		s.parts = append(s.parts, share{name, took})
	}
	slices.SortFunc(s.parts, func(a, b share) int {
		if a.took != b.took {
			return int(b.took - a.took)
		}
		return strings.Compare(a.name, b.name)
	})
	return s
}

// stackOf lists the functions of a sample, the innermost first.
func stackOf(sample *profile.Sample) []string {
	var stack []string
	for _, location := range sample.Location {
		for _, line := range location.Line {
			if line.Function != nil {
				stack = append(stack, line.Function.Name)
			}
		}
	}
	return stack
}
