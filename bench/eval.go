package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

const (
	evalPasses = 25   // over all lines; a line's time is the median of them
	allocated  = 0.01 // allocations a message that are put down to the runtime
)

// measureEvaluation measures how long the engine takes to evaluate a message.
func measureEvaluation(ctx context.Context, b bench) (Finding, error) {
	path, err := linesPath(ctx)
	if err != nil {
		return Finding{}, err
	}
	lines, err := readLines(path)
	if err != nil {
		return Finding{}, err
	}
	events := eventsOf(lines, time.Now())
	all := newRepertoire()
	whole, err := evaluateAll(events, all.triggers)
	if err != nil {
		return Finding{}, err
	}
	quick, err := evaluateAll(events, all.withoutScans())
	if err != nil {
		return Finding{}, err
	}
	plain, err := evaluateAll(events, nil)
	if err != nil {
		return Finding{}, err
	}
	b.say("a message: %s µs, without scans %s µs", number(whole.micros(50)), number(quick.micros(50)))
	return Finding{Figures: evaluationFigures(whole, quick, plain)}, nil
}

// evaluation is what the engine took for each of some messages.
type evaluation struct {
	times       []float64 // nanoseconds, of each message
	mean        float64   // nanoseconds, of all together and without a clock in between
	allocations float64   // a message, on average
	compiling   time.Duration
	heap        float64 // megabytes that the rules hold
}

func (e evaluation) micros(p float64) float64 { return percentile(e.times, p) / 1000 }

// evaluateAll evaluates messages under some triggers, again and again. It fails when
// one of them matched, or when a message that matches nothing was allocated for.
func evaluateAll(events []chat.Event, triggers []definition.Definition) (e evaluation, err error) {
	m, err := newMachine(triggers, &e)
	if err != nil {
		return e, err
	}
	for i := range events { // warm up, and check
		if out := m.Step(trigger.Input{Message: &events[i]}); out.Effects != nil {
			return e, fmt.Errorf("evaluate %q, which matches nothing: it had effects", events[i].Text)
		}
	}
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	if e.allocations = allocations(m, events); e.allocations > allocated {
		return e, fmt.Errorf("evaluate messages that match nothing: %s allocations for each", number(e.allocations))
	}
	e.mean = meanTime(m, events)
	passes := make([][]float64, len(events))
	for range evalPasses {
		for i := range events {
			in := trigger.Input{Message: &events[i]}
			began := time.Now()
			m.Step(in)
			passes[i] = append(passes[i], float64(time.Since(began).Nanoseconds()))
		}
	}
	clock := clockCost()
	for _, times := range passes {
		e.times = append(e.times, max(0, median(times)-clock))
	}
	return e, nil
}

// meanTime is what a message takes on average, in nanoseconds: the median of some
// passes.
func meanTime(m *trigger.Machine, events []chat.Event) float64 {
	var times []float64
	for range evalPasses {
		began := time.Now()
		for i := range events {
			m.Step(trigger.Input{Message: &events[i]})
		}
		times = append(times, float64(time.Since(began).Nanoseconds())/float64(len(events)))
	}
	return median(times)
}

// newMachine compiles triggers and notes what that took.
func newMachine(triggers []definition.Definition, e *evaluation) (*trigger.Machine, error) {
	settings := trigger.DefaultSettings("Bench", "Bench")
	settings.Triggers = triggers
	before := liveHeap()
	began := time.Now()
	m, err := trigger.NewMachine(settings, trigger.NewState())
	if err != nil {
		return nil, fmt.Errorf("compile the triggers: %w", err)
	}
	rules := m.Rules() // made when they are asked for first
	e.compiling = time.Since(began)
	for _, p := range rules.Problems() {
		err = errors.Join(err, fmt.Errorf("compile trigger %s: %s", p.TriggerID, p.Text))
	}
	e.heap = liveHeap() - before
	return m, err
}

// liveHeap is what the heap holds after a collection, in megabytes.
func liveHeap() float64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc) / 1e6
}

// allocations counts the allocations for each message.
func allocations(m *trigger.Machine, events []chat.Event) float64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range events {
		m.Step(trigger.Input{Message: &events[i]})
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / float64(len(events))
}

// clockCost is what measuring adds to a time, in nanoseconds.
func clockCost() float64 {
	times := make([]float64, 10_000)
	for i := range times {
		began := time.Now()
		times[i] = float64(time.Since(began).Nanoseconds())
	}
	return median(times)
}

// eventsOf makes events of the real messages, as the reader of the chat would.
func eventsOf(lines []realLine, at time.Time) []chat.Event {
	var events []chat.Event
	for i, line := range lines {
		if !line.chat {
			continue
		}
		author := fmt.Sprintf("user%d", i%1000)
		events = append(events, chat.Event{
			Platform: chat.Twitch, MessageID: fmt.Sprintf("bench-%d", i), CreatorID: "Bench", Channel: "bench",
			Author: chat.Author{ID: author, Login: author, Name: author},
			Text:   strings.TrimSuffix(strings.TrimPrefix(string(line.said), "\x01ACTION "), "\x01"), SentAt: at, ReceivedAt: at,
		})
	}
	return events
}

// evaluationFigures words what was found.
func evaluationFigures(whole, quick, plain evaluation) []Figure {
	spread := func(e evaluation) string {
		return fmt.Sprintf("Median %s µs, 90th percentile %s µs, 99th percentile %s µs, longest %s µs; without a clock in between %s µs on average.",
			number(e.micros(50)), number(e.micros(90)), number(e.micros(99)), number(e.micros(100)), number(e.mean/1000))
	}
	allocations := func(e evaluation) string {
		return fmt.Sprintf("Allocations for a message that matches nothing: %s, counted over all lines; more than %s fail the benchmark.",
			number(float64(int(e.allocations/allocated))*allocated), number(allocated))
	}
	how := fmt.Sprintf("`Machine.Step` for each of the %s real messages, none of which matches anything: %d passes over all of them one after the other, of which a message's time is the "+
		"median, less what reading the clock takes. Median of the messages. ", number(float64(len(whole.times))), evalPasses)
	return []Figure{
		{
			Name: "trigger.eval_us", Value: whole.micros(50), Unit: "µs", Target: 3, Lower: true,
			Reference: plain.micros(50), ReferenceIs: "the same with the built-in triggers alone.",
			How: how + fmt.Sprintf("The 300 triggers of the load, with the %d patterns without a literal that are tried on every message.", scans),
			Details: []string{
				spread(whole), allocations(whole),
				fmt.Sprintf("Compiling the triggers of a creator took %s ms, and they hold %s MB.", number(milliseconds(whole.compiling)), number(whole.heap)),
			},
		},
		{
			Name: "trigger.eval_without_scans_us", Value: quick.micros(50), Unit: "µs", Target: 3, Lower: true,
			Reference: plain.micros(50), ReferenceIs: "the same with the built-in triggers alone.",
			How: how + fmt.Sprintf("Without those %d patterns: 200 keywords, 50 commands and 45 patterns that are reached through their literals.", scans),
			Details: []string{
				spread(quick), allocations(quick),
				fmt.Sprintf("So each of the %d patterns without a literal costs %s µs a message in the median, and %s µs on average. A creator may have ten of them by default.",
					scans, number((whole.micros(50)-quick.micros(50))/scans), number((whole.mean-quick.mean)/1000/scans)),
			},
		},
	}
}
