package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// idleSizes are numbers of offline creators; the last one is what the figures are
// about, and the difference tells what one more costs.
var idleSizes = []int{10, 1000}

// measureIdle measures what creators cost who are offline.
func measureIdle(ctx context.Context, b bench) (found Finding, err error) {
	var turns []idleTurn
	for _, creators := range idleSizes {
		t, err := measureTurn(ctx, b, creators)
		if err != nil {
			return found, err
		}
		b.say("%d creators: %s MB, %s %% of a core (%s s of the standalone, %s s of Postgres in %s)", creators, number(t.memory.own()),
			number(t.percent()), number(t.runtime.Seconds()), number(t.postgres.Seconds()), t.watched.Round(time.Second))
		turns = append(turns, t)
	}
	return Finding{Figures: idleFigures(turns[0], turns[len(turns)-1]), Sections: []Section{idleSection(turns)}}, nil
}

// idleFigures compares the few creators of the first turn, which are what a runtime
// takes by itself, with the many of t.
func idleFigures(few, t idleTurn) []Figure {
	who := fmt.Sprintf("%s creators who are offline, each on Twitch, YouTube and Kick with %d triggers of its own, on %d accounts a platform",
		number(float64(t.creators)), idleTriggers, idleAccounts)
	const whole = "The standalone, with Temporal's server, its UI and all roles, and its Postgres with every backend; the simulated platforms are another program and do not count."
	reference := fmt.Sprintf("the same with %s creators.", number(float64(few.creators)))
	var states []string
	for _, state := range slices.Sorted(maps.Keys(t.channels)) {
		states = append(states, fmt.Sprintf("%s: %s", state, number(float64(t.channels[state]))))
	}
	return []Figure{
		{
			Name: "idle.pss_mb_per_1000", Value: t.memory.own(), Unit: "MB", Target: 600, Lower: true,
			Reference: few.memory.own(), ReferenceIs: reference,
			How: "Proportional set size (`smaps_rollup`) with " + who + ", at the end of the time for which the processors were watched. " + whole,
			Details: []string{
				fmt.Sprintf("The standalone itself: %s MB. Postgres, %d processes: %s MB. At the beginning of that time, all: %s MB.",
					number(t.memory.runtime), t.memory.processes, number(t.memory.postgres), number(t.first)),
			},
		},
		{
			Name: "idle.cpu_percent_per_1000", Value: t.percent(), Unit: "% of a core", Target: 5, Lower: true,
			Reference: few.percent(), ReferenceIs: reference,
			How: fmt.Sprintf("User and system time of the same processes in %s, begun %s after the state of every channel was known; %s. %s",
				t.watched.Round(time.Second), idleSettle, who, whole),
			Details: []string{
				fmt.Sprintf("The standalone: %s s. Postgres: %s s.", number(t.runtime.Seconds()), number(t.postgres.Seconds())),
				fmt.Sprintf("From the start until the state of every channel was known: %s s; how fast accounts may enter channels and look them up is limited. Channels then: %s.",
					number(t.ready.Seconds()), strings.Join(states, ", ")),
			},
		},
	}
}

func idleSection(turns []idleTurn) Section {
	s := Section{
		Title: "Offline creators against number",
		Text: fmt.Sprintf("Creators who are offline, each on three platforms with %d triggers, on %d accounts a platform. "+
			"Memory is that of the standalone and of Postgres, processor time that of both in a minute.", idleTriggers, idleAccounts),
		Head: []string{"Creators", "Memory, MB", "of that, Postgres", "CPU, ms a minute", "of that, Postgres", "% of a core", "Ready after, s"},
	}
	for _, t := range turns {
		s.Rows = append(s.Rows, []string{
			number(float64(t.creators)), number(t.memory.own()), number(t.memory.postgres),
			number(t.perMinute(t.cpu())), number(t.perMinute(t.postgres)), number(t.percent()), number(t.ready.Seconds()),
		})
	}
	first, last := turns[0], turns[len(turns)-1]
	more := float64(last.creators - first.creators)
	s.Result = fmt.Sprintf("One more creator costs %s KB of memory and %s ms of processor time a minute.",
		number(1000*(last.memory.own()-first.memory.own())/more), number((last.perMinute(last.cpu())-first.perMinute(first.cpu()))/more))
	return s
}

// perMinute is milliseconds of processor time in a minute.
func (t idleTurn) perMinute(spent time.Duration) float64 {
	return milliseconds(spent) / t.watched.Minutes()
}
