package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// growthAllowed is how much heap and goroutines may have grown at the end.
const growthAllowed = 1.1

// report is what a soak found.
type report struct {
	Seed       uint64  `json:"seed"`
	Rate       int     `json:"rate"`    // wanted, messages a second
	Seconds    float64 `json:"seconds"` // that the load lasted
	CPUPercent float64 `json:"cpu_percent"`

	Before   footprint `json:"before"`
	BeforeAt float64   `json:"before_at_seconds"`
	After    footprint `json:"after"`
	Judged   bool      `json:"growth_judged"` // whether the run was long enough

	Platforms map[chat.Platform]figures `json:"platforms"`
	Lost      int64                     `json:"lost_in_queues"`
	Rebuilds  int64                     `json:"lane_rebuilds"`
	Struck    map[string]int            `json:"struck"` // how often what went wrong
	Examples  []string                  `json:"missing_examples,omitempty"`
}

// figures are those of one platform. Times are in milliseconds.
type figures struct {
	sums
	account
	Duplicates  int64   `json:"duplicates_dropped"`
	Reconnects  int64   `json:"reconnects"`
	SentP50     float64 `json:"sent_to_stored_p50_ms"`
	SentP99     float64 `json:"sent_to_stored_p99_ms"`
	ReceivedP50 float64 `json:"received_to_stored_p50_ms"`
	ReceivedP99 float64 `json:"received_to_stored_p99_ms"`
}

// settle takes in what the stage, the books and the clients say.
func (r *report) settle(p *dataPlane, said answer, books map[chat.Platform]account) {
	host := p.host.Stats()
	r.Lost, r.Rebuilds, r.Struck, r.Platforms = host.Lost, host.Rebuilds, said.Struck, map[chat.Platform]figures{}
	milliseconds := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	for _, platform := range platforms {
		f := figures{sums: said.Sums[platform], account: books[platform]}
		half, halfReceived := p.observed.lags.percentile(platform, 50)
		most, mostReceived := p.observed.lags.percentile(platform, 99)
		f.SentP50, f.SentP99 = milliseconds(half), milliseconds(most)
		f.ReceivedP50, f.ReceivedP99 = milliseconds(halfReceived), milliseconds(mostReceived)
		switch platform {
		case chat.Twitch: // its duplicates are noticed in the lanes, and nobody else's
			f.Duplicates, f.Reconnects = host.Duplicates, p.twitch.Stats().Reconnects
		case chat.YouTube:
			s := p.youtube.Stats()
			f.Duplicates, f.Reconnects = s.Duplicates, s.Streams+s.Polls-creators
		case chat.Kick:
			a, b := p.kick.Stats(), p.hooked.Stats()
			f.Duplicates, f.Reconnects = a.Duplicates+b.Duplicates, a.Reconnects+b.Reconnects
		}
		r.Platforms[platform] = f
	}
}

// rate is how many messages a second were said.
func (r *report) rate() float64 {
	said := 0
	for _, f := range r.Platforms {
		said += f.Said
	}
	return float64(said) / r.Seconds
}

// table is the report for people.
func (r *report) table() string {
	var text strings.Builder
	t := tabwriter.NewWriter(&text, 0, 4, 2, ' ', tabwriter.AlignRight)
	line := func(name string, value func(figures) any) {
		_, _ = fmt.Fprint(t, name)
		for _, p := range platforms {
			_, _ = fmt.Fprintf(t, "\t%v", value(r.Platforms[p]))
		}
		_, _ = fmt.Fprintln(t, "\t")
	}
	_, _ = fmt.Fprintln(t, "\ttwitch\tyoutube\tkick\t")
	line("messages said", func(f figures) any { return f.Said })
	line("stored", func(f figures) any { return f.Stored })
	line("not stored, in recorded gaps", func(f figures) any { return f.InGaps })
	line("not stored, in no gap", func(f figures) any { return f.Missing })
	line("stored more than once", func(f figures) any { return f.Repeated })
	line("stored and never said", func(f figures) any { return f.Unsaid })
	line("gaps", func(f figures) any { return f.Gaps })
	line("duplicates dropped", func(f figures) any { return f.Duplicates })
	line("reconnects", func(f figures) any { return f.Reconnects })
	line("asked", func(f figures) any { return f.Asked })
	line("answered", func(f figures) any { return f.Answered })
	line("answered more than once", func(f figures) any { return len(f.Twice) })
	line("said to stored, p50 / p99 ms", func(f figures) any { return fmt.Sprintf("%.0f / %.0f", f.SentP50, f.SentP99) })
	line("read to stored, p50 / p99 ms", func(f figures) any { return fmt.Sprintf("%.0f / %.0f", f.ReceivedP50, f.ReceivedP99) })
	_ = t.Flush() // to memory
	_, _ = fmt.Fprintf(&text, "\n%.0f messages a second for %.0f s, of %d wanted; the data plane used %.0f %% of a core\n", r.rate(), r.Seconds, r.Rate, r.CPUPercent)
	_, _ = fmt.Fprintf(&text, "heap after collection: %.1f MB at %.0f s, %.1f MB at the end (%.2f times)\n", megabytes(r.Before.HeapBytes), r.BeforeAt,
		megabytes(r.After.HeapBytes), times(r.After.HeapBytes, r.Before.HeapBytes))
	_, _ = fmt.Fprintf(&text, "goroutines: %d at %.0f s, %d at the end (%.2f times)\n", r.Before.Goroutines, r.BeforeAt, r.After.Goroutines,
		times(r.After.Goroutines, r.Before.Goroutines))
	if !r.Judged {
		_, _ = fmt.Fprintf(&text, "growth is not judged: that needs more than %s\n", reference)
	}
	_, _ = fmt.Fprintf(&text, "went wrong on purpose: %s\n", r.struck())
	for _, example := range r.Examples {
		_, _ = fmt.Fprintln(&text, "missing:", example)
	}
	return text.String()
}

// struck lists what went wrong.
func (r *report) struck() string {
	var all []string
	for name, n := range r.Struck {
		all = append(all, fmt.Sprintf("%s %d", name, n))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// judge says what did not hold.
func (r *report) judge() error {
	var wrong []error
	for _, p := range platforms {
		f := r.Platforms[p]
		for _, found := range []struct {
			number int
			what   string
		}{
			{f.Missing, "messages are not stored and in no gap"}, {f.Repeated, "rows of messages are too many"},
			{f.Unsaid, "messages are stored and were never said"}, {len(f.Twice), "questions were answered more than once"},
		} {
			if found.number > 0 {
				wrong = append(wrong, fmt.Errorf("%s: %d %s", p, found.number, found.what))
			}
		}
		if f.Stored == 0 || f.Answered == 0 {
			wrong = append(wrong, fmt.Errorf("%s: %d messages stored and %d answered: nothing was tested", p, f.Stored, f.Answered))
		}
	}
	if r.Judged && times(r.After.HeapBytes, r.Before.HeapBytes) > growthAllowed {
		wrong = append(wrong, fmt.Errorf("the heap grew from %.1f to %.1f MB", megabytes(r.Before.HeapBytes), megabytes(r.After.HeapBytes)))
	}
	if r.Judged && times(r.After.Goroutines, r.Before.Goroutines) > growthAllowed {
		wrong = append(wrong, fmt.Errorf("goroutines grew from %d to %d", r.Before.Goroutines, r.After.Goroutines))
	}
	return errors.Join(wrong...)
}

// write puts the report into a file as JSON, if one is named.
func (r *report) write(path string) error {
	if path == "" {
		return nil
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = os.WriteFile(path, append(text, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("write the figures: %w", err)
	}
	return nil
}

func megabytes(bytes uint64) float64 { return float64(bytes) / 1e6 }

func times[N int | uint64](now, before N) float64 { return float64(now) / float64(max(before, 1)) }
