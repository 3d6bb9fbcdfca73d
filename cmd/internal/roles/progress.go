package roles

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/workers"
)

const (
	// progressLook is how long what was found out about jobs counts.
	progressLook = 2 * time.Second
	// progressPatience is how long all answers together may take: exports wait for
	// them.
	progressPatience = time.Second
)

// progressWatch asks the server how far clips are, at most every few seconds.
type progressWatch struct {
	temporal workers.Describer
	clock    func() time.Time

	mu     sync.Mutex
	looked time.Time
	found  map[string]exports.JobProgress
}

func newProgressWatch(temporal workers.Describer) *progressWatch {
	return &progressWatch{temporal: temporal, clock: time.Now, found: map[string]exports.JobProgress{}}
}

// of tells how far clips are. Those of which the server does not tell in time are
// left out.
func (w *progressWatch) of(ctx context.Context, clipIDs []string) map[string]exports.JobProgress {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now := w.clock(); !w.looked.IsZero() && now.Sub(w.looked) < progressLook {
		return w.found
	}
	ctx, cancel := context.WithTimeout(ctx, progressPatience)
	defer cancel()
	w.found = make(map[string]exports.JobProgress, len(clipIDs))
	for _, id := range clipIDs {
		steps, err := workers.Steps(ctx, w.temporal, id)
		if err != nil {
			break // the others would not be told of either
		}
		if len(steps) > 0 {
			w.found[id] = progressOf(steps)
		}
	}
	w.looked = w.clock()
	return w.found
}

func progressOf(steps []workers.Step) (p exports.JobProgress) {
	words := make([]string, len(steps))
	for i, s := range steps {
		words[i] = s.Words()
		if s.At.After(p.At) {
			p.At = s.At
		}
		if !s.Next.IsZero() && (p.Next.IsZero() || s.Next.Before(p.Next)) {
			p.Next = s.Next
		}
	}
	p.Words = strings.Join(words, "; ")
	return p
}
