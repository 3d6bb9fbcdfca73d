package watch

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/streamsuites/streamsuites/internal/config"
)

// Clock tells the time and waits.
type Clock interface {
	Now() time.Time
	// Timer returns a channel on which the time arrives once d has passed, and a
	// function that gives the timer up.
	Timer(d time.Duration) (<-chan time.Time, func())
}

// SystemClock is this machine's clock.
type SystemClock struct{}

// Now implements Clock.
func (SystemClock) Now() time.Time { return time.Now() }

// Timer implements Clock.
func (SystemClock) Timer(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

// Settle is how long files have to stay as they are before they are read, so
// that nobody's half-written file is.
const Settle = 250 * time.Millisecond

// settleTries bounds how long files that change all the time are waited for
// before the next look.
const settleTries = 20

// Outcome is what became of changed files.
type Outcome struct {
	At time.Time
	// Config is the configuration in force from now on: the new one when OK, else
	// the one before.
	Config *config.Config
	OK     bool
	Seen   string   // hash of the documents that were looked at
	Files  []string // that changed, relative to the state directory where they are below it
	// Problems are what keeps the changed configuration from being taken in; empty
	// when OK.
	Problems config.Problems
	// Err is why the configuration could not even be looked at; nil otherwise.
	Err error
}

// Watcher follows the files of a configuration.
type Watcher struct {
	clock   Clock
	path    string
	current *config.Config
	seen    prints // of the files as they were taken in, or refused
	told    func(Outcome)
}

// New returns a Watcher for the files from which a configuration was loaded.
// told is called, from Run's goroutine, with each outcome. Files that changed since the configuration was loaded are found
// at the first look.
func New(c *config.Config, clock Clock, told func(Outcome)) *Watcher {
	return &Watcher{clock: clock, path: c.WatchPath(), current: c, told: told}
}

// Run looks at the files again and again until ctx ends, and returns its error.
// The pause between two looks is the setting of the configuration in force.
func (w *Watcher) Run(ctx context.Context) error {
	w.Look(ctx)
	for {
		tick, stop := w.clock.Timer(w.pause())
		select {
		case <-ctx.Done():
			stop()
			return ctx.Err()
		case <-tick:
			w.Look(ctx)
		}
	}
}

func (w *Watcher) pause() time.Duration {
	return max(time.Second, time.Duration(w.current.System.HotReload.IntervalSeconds*float64(time.Second)))
}

// Look looks at the files once, and takes them in if they changed.
func (w *Watcher) Look(ctx context.Context) {
	now, err := look(w.path)
	if err != nil {
		return // the folder is away for a moment; what is in force stays
	}
	if w.seen == nil {
		// Whether the files are still those that were loaded, the configuration
		// knows.
		w.seen = now
		if !w.current.Changed() {
			return
		}
	} else if len(difference(w.seen, now)) == 0 {
		return
	}
	settled, ok := w.settle(ctx, now)
	if !ok {
		return
	}
	w.reload(ctx, settled)
}

// settle waits until the files stay as they are.
func (w *Watcher) settle(ctx context.Context, before prints) (prints, bool) {
	for range settleTries {
		tick, stop := w.clock.Timer(Settle)
		select {
		case <-ctx.Done():
			stop()
			return nil, false
		case <-tick:
		}
		now, err := look(w.path)
		if err != nil {
			return nil, false
		}
		if len(difference(before, now)) == 0 {
			return now, true
		}
		before = now
	}
	return nil, false
}

// reload loads the configuration again. When files change while they are read,
// the next look begins anew.
func (w *Watcher) reload(ctx context.Context, settled prints) {
	next, problems, err := w.current.Reload(ctx)
	if ctx.Err() != nil {
		return
	}
	if now, lookErr := look(w.path); lookErr != nil || len(difference(settled, now)) > 0 {
		return
	}
	changed := difference(w.seen, settled)
	if len(changed) == 0 { // since before the first look
		changed = []string{w.path}
	}
	outcome := Outcome{At: w.clock.Now(), Config: w.current, Seen: next.Documents(), Files: w.shown(changed)}
	w.seen = settled
	var invalid *config.InvalidError
	if err != nil && !errors.As(err, &invalid) {
		outcome.Err = err
	}
	outcome.Problems = refused(w.current.Problems(), problems)
	if err == nil && len(outcome.Problems) == 0 {
		outcome.OK, outcome.Config = true, next
		w.current = next
	}
	w.told(outcome)
}

// shown are paths as people should read them.
func (w *Watcher) shown(files []string) []string {
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = filepath.ToSlash(file)
		if rel, err := filepath.Rel(w.current.StateDir, file); err == nil && filepath.IsLocal(rel) {
			names[i] = filepath.ToSlash(rel)
		}
	}
	return names
}
