package media

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/media/hls"
)

// list makes a playlist of segments of two seconds; tagged says at which second
// those with a PROGRAM-DATE-TIME were on air.
func list(sequence int64, n int, tagged map[int]float64) *hls.Media {
	m := &hls.Media{TargetDuration: 2 * time.Second, Sequence: sequence}
	for i := range n {
		s := hls.Segment{URI: "x", Sequence: sequence + int64(i), Duration: 2 * time.Second}
		if at, ok := tagged[i]; ok {
			s.DateTime = second(at)
		}
		m.Segments = append(m.Segments, s)
	}
	return m
}

func second(at float64) time.Time { return epoch.Add(time.Duration(at * float64(time.Second))) }

// take reports every fresh segment as done and returns when they were on air.
func (t *timeline) take(m *hls.Media, now time.Time) (starts []float64) {
	for _, i := range t.fresh(m, now) {
		starts = append(starts, i.start.Sub(epoch).Seconds())
		t.done(i)
	}
	return starts
}

func TestTimesBetweenTagsFollowFromDurations(t *testing.T) {
	t.Parallel()
	line := newTimeline(Segment{}, false, time.Hour)
	require.Equal(t, []float64{8, 10, 12, 14}, line.take(list(100, 4, map[int]float64{1: 10}), second(99)), "both ways")
	require.Equal(t, []float64{16}, line.take(list(101, 4, nil), second(99)), "also when the tag has left the playlist")
	require.Equal(t, []float64{18.5, 20.5}, line.take(list(103, 4, map[int]float64{2: 18.5}), second(99)), "a tag wins over durations")
	require.Empty(t, line.take(list(103, 4, nil), second(99)))
}

func TestAPlaylistThatAnOldCacheServedChangesNothing(t *testing.T) {
	t.Parallel()
	line := newTimeline(Segment{}, false, time.Hour)
	line.take(list(100, 6, map[int]float64{0: 0}), second(12))
	require.Empty(t, line.take(list(98, 6, map[int]float64{0: -4}), second(13)))
	require.Equal(t, []float64{12}, line.take(list(101, 6, map[int]float64{0: 2}), second(14)))
}

func TestAFirstPlaylistIsTakenFromTheWindowOn(t *testing.T) {
	t.Parallel()
	line := newTimeline(Segment{}, false, 6*time.Second)
	require.Equal(t, []float64{194, 196, 198}, line.take(list(0, 100, map[int]float64{0: 0}), second(200)))
}

func TestWhatWasRecordedBeforeIsNotRecordedAgain(t *testing.T) {
	t.Parallel()
	last := Segment{Start: second(4), Duration: 2 * time.Second, Origin: 102, Clock: OriginClock}
	for name, sequence := range map[string]int64{"the same numbers": 100, "numbers that began anew": 0} {
		line := newTimeline(last, true, time.Hour)
		items := line.fresh(list(sequence, 6, map[int]float64{0: 0}), second(12))
		require.Len(t, items, 3, name)
		require.Equal(t, second(6), items[0].start, name)
		require.True(t, items[0].first)
	}
}

func TestASourceWithoutAClockGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	last := Segment{Start: second(4), Duration: 2 * time.Second, Origin: 102, Clock: ArrivalClock}
	line := newTimeline(last, true, time.Hour)
	require.Equal(t, []float64{6, 8}, line.take(list(100, 5, nil), second(10.3)))
	line = newTimeline(last, true, time.Hour)
	require.Equal(t, []float64{990, 992, 994, 996, 998}, line.take(list(100, 5, nil), second(1000)), "unless arrival says that it is another time")
}

func TestANewTimeOfTheSourceIsFollowedAlsoBackwards(t *testing.T) {
	t.Parallel()
	line := newTimeline(Segment{}, false, time.Hour)
	line.take(list(100, 3, map[int]float64{0: 1000, 1: 1002, 2: 1004}), second(6))
	require.Equal(t, []float64{8, 10}, line.take(list(101, 4, map[int]float64{0: 1002, 1: 1004, 2: 8, 3: 10}), second(12)))
}

func TestSegmentsWithoutALengthHaveASmallOne(t *testing.T) {
	t.Parallel()
	m := list(0, 2, map[int]float64{0: 0})
	m.Segments[0].Duration = 0
	items := newTimeline(Segment{}, false, time.Hour).fresh(m, second(2))
	require.Equal(t, time.Millisecond, items[0].Duration)
	require.Empty(t, newTimeline(Segment{}, false, time.Hour).fresh(&hls.Media{}, second(2)))
}
