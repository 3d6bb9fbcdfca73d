package ingest

import (
	"sync/atomic"
	"time"

	"github.com/streamsuites/streamsuites/internal/trigger"
)

// Most creators are offline, and nobody writes to them: what a host keeps for each
// of those is what its memory is made of. So a lane holds what it can make again
// only while there is something to do with it.

// restAfter is how long nothing has to happen until a lane rests. Compiling the
// rules again takes a fraction of a millisecond, or some milliseconds for a hundred
// triggers with keywords and patterns.
const restAfter = 5 * time.Minute

// rest gives up what the lane can make again, when it has had nothing to do for a
// while.
func (l *lane) rest(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.machine.Rests() || now.Sub(l.busy) < restAfter || l.open.used || l.flight != nil || l.trouble != nil {
		return
	}
	l.machine.Rest()
	l.open, l.idle = newSegment(l.creatorID, l.epoch), newSegment(l.creatorID, l.epoch)
}

// hosted are a host's settings of a creator. The settings that a lane evaluates
// under are nearly always the same, and then they share their memory.
type hosted struct{ now atomic.Pointer[checked] }

// checked are settings that can be used.
type checked struct {
	settings trigger.Settings
	hash     string
}

func (h *hosted) give(settings trigger.Settings) { h.now.Store(&checked{settings, settings.Hash()}) }

func (h *hosted) take() *checked { return h.now.Load() }

// share returns the host's settings when those that were read are the same.
func (h *hosted) share(read *trigger.Settings) *trigger.Settings {
	if mine := h.take(); mine.hash == read.Hash() {
		return &mine.settings
	}
	return read
}
