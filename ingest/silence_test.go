package ingest

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

var evening = time.Date(2026, 2, 1, 20, 0, 0, 0, time.UTC)

// heardAt is a source that was heard at those times after the beginning.
func heardAt(after ...time.Duration) *silence {
	s := &silence{}
	for _, d := range after {
		s.heard(evening.Add(d))
	}
	return s
}

// every returns n times with that distance.
func every(d time.Duration, n int) []time.Duration {
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = time.Duration(i) * d
	}
	return all
}

func TestASourceMayBeQuietForTwentyTimesItsUsualGapAndNeverLessThanFiveMinutes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		heard []time.Duration
		limit time.Duration
	}{
		"nothing heard yet":           {nil, 5 * time.Minute},
		"heard once":                  {every(0, 1), 5 * time.Minute},
		"busy":                        {every(20*time.Millisecond, 500), 5 * time.Minute},
		"many at once":                {every(0, 500), 5 * time.Minute},
		"a slow chat":                 {every(time.Minute, 10), 20 * time.Minute},
		"of two in the middle longer": {[]time.Duration{0, time.Minute, 3 * time.Minute}, 40 * time.Minute},
		"one long pause is no habit":  {append(every(time.Second, 50), time.Hour), 5 * time.Minute},
		"only the newest count":       {append(every(time.Hour, 80), every(time.Second, 100)[1:]...), 5 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &silence{}
			at := evening
			var before time.Duration
			for _, d := range c.heard {
				if d < before { // the next series goes on where the last one ended
					before = 0
				}
				at = at.Add(d - before)
				before = d
				s.heard(at)
			}
			require.Equal(t, c.limit, s.limit())
		})
	}
}

func TestASourceIsSilentFromItsLastEventOn(t *testing.T) {
	t.Parallel()
	s := heardAt(every(30*time.Second, 10)...) // the limit is ten minutes
	last := evening.Add(270 * time.Second)
	_, _, silent := s.since(evening, last.Add(10*time.Minute-1))
	require.False(t, silent)
	since, limit, silent := s.since(evening, last.Add(10*time.Minute))
	require.True(t, silent)
	require.Equal(t, last, since)
	require.Equal(t, 10*time.Minute, limit)

	// A connection that stands anew is given the time again.
	_, _, silent = s.since(last.Add(time.Minute), last.Add(10*time.Minute))
	require.False(t, silent)

	s.heard(last.Add(11 * time.Minute))
	_, _, silent = s.since(evening, last.Add(12*time.Minute))
	require.False(t, silent)
}

func TestWhatIsUsualIsThatOfTheBroadcast(t *testing.T) {
	t.Parallel()
	q := newQueue(1<<20, &memory{limit: 1 << 20})
	e := chat.Event{Platform: chat.Twitch}
	for i := range 20 { // an hour between two messages while nothing is on
		e.ReceivedAt = evening.Add(time.Duration(i) * time.Hour)
		q.offer(&e)
	}
	from := e.ReceivedAt
	_, _, silent := q.quiet(chat.Twitch, "one", from, from.Add(4*time.Minute))
	require.False(t, silent)
	_, limit, silent := q.quiet(chat.Twitch, "one", from, from.Add(6*time.Minute))
	require.True(t, silent)
	require.Equal(t, silenceFloor, limit)

	e.History, e.ReceivedAt = true, from.Add(6*time.Minute)
	q.offer(&e)
	_, _, silent = q.quiet(chat.Twitch, "one", from, from.Add(6*time.Minute))
	require.True(t, silent, "what was written before the reader came does not say that it hears anything")
	_, _, silent = q.quiet(chat.Kick, "two", from.Add(2*time.Minute), from.Add(6*time.Minute))
	require.False(t, silent, "each platform has its own")
}

// naive keeps every gap and answers by the definition.
type naive struct {
	gaps []time.Duration
	last time.Time
}

func (n *naive) heard(at time.Time) {
	if !n.last.IsZero() {
		if at.Before(n.last) {
			return
		}
		n.gaps = append(n.gaps, at.Sub(n.last).Truncate(time.Millisecond))
	}
	n.last = at
}

func (n *naive) limit() time.Duration {
	newest := slices.Clone(n.gaps[max(0, len(n.gaps)-silenceWindow):])
	if len(newest) == 0 {
		return 5 * time.Minute
	}
	slices.Sort(newest)
	return max(5*time.Minute, 20*newest[len(newest)/2])
}

// checkSilence compares with the definition, and that silence begins once and ends
// with the next event only.
func checkSilence(t *testing.T, steps []time.Duration) {
	t.Helper()
	s, n := &silence{}, &naive{}
	now, long := evening, evening.AddDate(-1, 0, 0) // before any event, also one that is told late
	for _, step := range steps {
		now = now.Add(step)
		s.heard(now)
		n.heard(now)
		require.Equal(t, n.limit(), s.limit())
		if step < 0 {
			continue
		}
		since, limit, silent := s.since(long, n.last.Add(n.limit()))
		require.True(t, silent)
		require.Equal(t, n.last, since)
		require.Equal(t, n.limit(), limit)
		_, _, early := s.since(long, n.last.Add(n.limit()-1))
		require.False(t, early)
	}
}

func TestSilenceIsThatOfItsDefinition(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(seed(t), 7))
	for range 200 {
		steps := make([]time.Duration, r.IntN(200))
		scale := int64(1) << (10 + r.IntN(33))
		for i := range steps {
			switch r.IntN(6) {
			case 0:
				steps[i] = 0
			case 1:
				steps[i] = -time.Duration(r.Int64N(scale))
			default:
				steps[i] = time.Duration(r.Int64N(scale))
			}
		}
		checkSilence(t, steps)
	}
}

func FuzzSilence(f *testing.F) {
	f.Add([]byte{0, 0, 10, 200, 255, 1})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		steps := make([]time.Duration, len(data))
		for i, b := range data {
			steps[i] = time.Duration(int8(b)) << (b % 30) * time.Microsecond
		}
		checkSilence(t, steps)
	})
}

func TestHearingAllocatesNothing(t *testing.T) {
	s, now := &silence{}, evening
	require.Zero(t, testing.AllocsPerRun(100, func() {
		now = now.Add(time.Second)
		s.heard(now)
	}))
}
