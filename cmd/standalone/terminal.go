package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/streamsuites/streamsuites/internal/statedir"
	"github.com/streamsuites/streamsuites/internal/store"
)

// terminal is what the person who started the standalone reads: what is being
// started, a short table of addresses, then one line for each thing that
// happens. The log goes to files.
type terminal struct {
	mu    sync.Mutex
	out   io.Writer
	since time.Time
}

func newTerminal(out io.Writer, now time.Time) *terminal { return &terminal{out: out, since: now} }

func (t *terminal) printf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = fmt.Fprintf(t.out, format, args...)
}

// step says what is being started now.
func (t *terminal) step(what string) { t.printf("  %-22s", what+" …") }

// done ends the line of the last step.
func (t *terminal) done(took time.Duration) { t.printf("%6.1f s\n", took.Seconds()) }

// addresses prints where everything is.
func (t *terminal) addresses(a statedir.Addresses, dir statedir.Dir, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = fmt.Fprintf(t.out, "\nready after %.1f s\n\n", now.Sub(t.since).Seconds())
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	rows := [][2]string{
		{"Temporal UI", a.UI},
		{"StreamSuites", a.HTTP},
		{"all chats", a.HTTP + "/chat/"},
		{"exports", near(dir.Exports())},
		{"clips", near(dir.ClipsOutput())},
		{"logs", near(dir.Logs())},
	}
	if a.Simulators != nil {
		rows = append(rows,
			[2]string{"simulated Twitch", a.Simulators.TwitchIRC + " (IRC over TLS)"},
			[2]string{"simulated video", a.Simulators.HLS},
			[2]string{"simulated YouTube", a.Simulators.YouTube},
			[2]string{"simulated Kick", a.Simulators.Kick},
			[2]string{"simulators' control", a.Simulators.Control})
	}
	for _, row := range rows {
		_, _ = fmt.Fprintf(w, "  %s\t%s\n", row[0], row[1])
	}
	_ = w.Flush()
	if a.Simulators != nil {
		_, _ = fmt.Fprintf(t.out, "\n  say something in a simulated chat (/youtube/say and /kick/say are the others):\n    curl -d '{\"user\":\"you\",\"text\":\"!clip 15 My first clip\"}' %s/twitch/say\n", a.Simulators.Control)
	}
	_, _ = fmt.Fprint(t.out, "\n  Ctrl-C stops everything.\n\n")
}

// near shortens a path below the working folder to what a person would type.
func near(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// event prints one thing that happened.
func (t *terminal) event(e store.RuntimeEvent) {
	mark := " "
	switch e.Severity {
	case "warning":
		mark = "!"
	case "error":
		mark = "✗"
	}
	t.printf("%s %s %-10s %s\n", e.At.Local().Format(time.TimeOnly), mark, e.Source, e.Message)
}

// alert prints something that cannot be recorded as an event when it happens.
func (t *terminal) alert(e store.RuntimeEvent) {
	e.At = time.Now()
	t.event(e)
}

// follow prints the events that are recorded after the given one, as they come.
func (t *terminal) follow(ctx context.Context, s *store.Store, after int64) error {
	return s.Listen(ctx, []string{store.ChannelEvent}, func(string, string) {
		for {
			events, err := s.RuntimeEventsAfter(ctx, after, 100)
			if err != nil || len(events) == 0 {
				return // the next notification, or the reconnect after an error, reads again
			}
			for _, e := range events {
				after = e.ID
				t.event(e)
			}
		}
	})
}
