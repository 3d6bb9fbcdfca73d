package media

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/media/hls"
)

// realignEvery is how often a rhythm is shifted at most.
const realignEvery = time.Minute

// rhythm chooses when a playlist is asked for next. A playlist that changed may
// be asked for again after a target duration at the earliest (RFC 8216 §6.3.4), so
// whoever happens to ask long after each segment's end goes on doing so, and every
// clip waits for it. Where the origin tells its clock, one longer pause moves the
// questions to shortly after the segments' ends.
type rhythm struct {
	listed  time.Duration // how long after its end a segment is listed, as far as known
	shifted time.Time     // when the rhythm was moved last
}

// next is when the playlist is due again, counted from the request at began, which
// brought items.
func (r *rhythm) next(p *hls.Media, items []item, began time.Time) time.Duration {
	wait := pollAfter(p, len(items) > 0)
	if len(items) == 0 || items[len(items)-1].clock != OriginClock || wait != p.TargetDuration {
		return wait
	}
	target := p.TargetDuration
	if r.listed == 0 {
		r.listed = target / 8
	}
	late := began.Sub(items[len(items)-1].end()) - r.listed
	switch {
	case late >= target && began.Sub(r.shifted) < 3*target:
		// Too early since the shift: the segment that had just ended is missing.
		r.listed = min(r.listed+target/2, target)
		return wait + target/2
	case late < target/4 || late >= target || began.Sub(r.shifted) < realignEvery:
		return wait
	default:
		r.shifted = began
		return wait + target - late
	}
}
