package media

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/media/hls"
)

// pollOrigin plays an origin that lists segments of two seconds the given time
// after their end, and returns how long after a segment's end each question came
// that brought it.
func pollOrigin(t *testing.T, phase, listing time.Duration, polls int, clock Clock) (late []time.Duration) {
	t.Helper()
	const length = 2 * time.Second
	playlist := &hls.Media{TargetDuration: length}
	origin := time.Unix(1_700_000_000, 0)
	now, seen := origin.Add(100*length+phase), int64(-1)
	var r rhythm
	for range polls {
		newest := int64(now.Sub(origin)-listing)/int64(length) - 1
		var items []item
		if newest > seen {
			seen = newest
			items = []item{{Segment: hls.Segment{Duration: length}, start: origin.Add(time.Duration(newest) * length), clock: clock}}
			late = append(late, now.Sub(items[0].end()))
		}
		wait := r.next(playlist, items, now)
		if len(items) > 0 {
			require.GreaterOrEqual(t, wait, length, "a changed playlist is left alone for a target duration")
		} else {
			require.GreaterOrEqual(t, wait, length/2, "an unchanged one for half of it")
		}
		require.LessOrEqual(t, wait, 2*length, "nothing leaves the origin's window")
		now = now.Add(wait)
	}
	return late
}

func TestQuestionsMoveToShortlyAfterTheSegmentsEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ phase, listing, most time.Duration }{
		"from late":                  {1900 * time.Millisecond, 100 * time.Millisecond, 300 * time.Millisecond},
		"from the middle":            {1100 * time.Millisecond, 100 * time.Millisecond, 300 * time.Millisecond},
		"an origin that lists later": {1900 * time.Millisecond, 900 * time.Millisecond, 1300 * time.Millisecond},
		"early already":              {300 * time.Millisecond, 100 * time.Millisecond, 400 * time.Millisecond},
	} {
		late := pollOrigin(t, c.phase, c.listing, 40, OriginClock)
		require.LessOrEqual(t, late[len(late)-1], c.most, name)
	}
}

func TestWithoutTheOriginsClockTheRhythmStays(t *testing.T) {
	t.Parallel()
	for _, late := range pollOrigin(t, 1900*time.Millisecond, 100*time.Millisecond, 20, ArrivalClock) {
		require.Equal(t, 1900*time.Millisecond, late)
	}
}
