package exports

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

func counted(messages int64) []store.Counter {
	return []store.Counter{{CreatorID: "a", Platform: chat.Twitch, Messages: messages}}
}

func messages(i *increases, seconds float64, window time.Duration) int64 {
	return i.within(at(seconds), window)["twitch"].Messages
}

func TestTheFirstLookIsTheGroundToCountFrom(t *testing.T) {
	t.Parallel()
	var i increases
	i.look(counted(5_000_000), at(0))
	require.Zero(t, messages(&i, 0, minuteWindow), "a restart does not count everything again")
	i.look(counted(5_000_007), at(10))
	require.EqualValues(t, 7, messages(&i, 10, minuteWindow))
}

func TestACounterThatIsNewCountsFromZero(t *testing.T) {
	t.Parallel()
	var i increases
	i.look(nil, at(0))
	i.look(counted(7), at(10))
	require.EqualValues(t, 7, messages(&i, 10, minuteWindow))
}

func TestACounterThatWentBackCountsOnFromThere(t *testing.T) {
	t.Parallel()
	var i increases
	i.look(counted(100), at(0))
	i.look(counted(3), at(10))
	require.Zero(t, messages(&i, 10, minuteWindow))
	i.look(counted(8), at(20))
	require.EqualValues(t, 5, messages(&i, 20, minuteWindow))
}

func TestIncreasesLeaveTheirWindows(t *testing.T) {
	t.Parallel()
	var i increases
	i.look(counted(0), at(0))
	i.look(counted(9), at(10))
	for _, c := range []struct {
		at              float64
		minute, longest int64
	}{{10, 9, 9}, {60, 9, 9}, {70, 0, 9}, {300, 0, 9}, {309, 0, 0}, {310, 0, 0}} {
		require.Equal(t, c.minute, messages(&i, c.at, minuteWindow), c.at)
		require.Equal(t, c.longest, messages(&i, c.at, longestWindow), c.at)
	}
	i.look(counted(9), at(310))
	require.Empty(t, i.samples)
}

func TestAfterAPauseAMinuteGetsItsPartAlone(t *testing.T) {
	t.Parallel()
	var i increases
	i.look(counted(0), at(0))
	i.look(counted(6000), at(600))
	require.EqualValues(t, 600, messages(&i, 600, minuteWindow))
	require.EqualValues(t, 3000, messages(&i, 600, longestWindow))
}

func TestAClockThatIsPutBackLosesCountsButInventsNone(t *testing.T) {
	t.Parallel()
	var i increases
	i.look(counted(0), at(1000))
	i.look(counted(5), at(1010))
	i.look(counted(7), at(10))
	require.EqualValues(t, 2, messages(&i, 10, longestWindow))
	i.look(counted(8), at(20))
	require.EqualValues(t, 3, messages(&i, 20, longestWindow))
}

// ledger is what a test counted since the exporter's first look, in seconds.
type ledger struct {
	looks  []float64
	counts []struct {
		at float64
		n  int64
	}
}

func (l *ledger) count(at float64, n int64) {
	if len(l.looks) > 0 {
		l.counts = append(l.counts, struct {
			at float64
			n  int64
		}{at, n})
	}
}

// since sums what was counted after the given moment.
func (l *ledger) since(at float64) (sum int64) {
	for _, c := range l.counts {
		if c.at > at {
			sum += c.n
		}
	}
	return sum
}

// bounds are the least and the most that may count as having happened after
// start: when something was counted is known only as a time between two looks,
// and looks within a second are one.
func (l *ledger) bounds(start float64) (least, most int64) {
	after, before := math.Inf(1), math.Inf(-1)
	for _, look := range l.looks {
		if look >= start+1 {
			after = min(after, look)
		}
		if look <= start-1 {
			before = max(before, look)
		}
	}
	return l.since(after), l.since(before)
}

// TestRatesAreTrueWhateverHappens counts at random, looks at random moments,
// stands still and starts anew now and then, and holds the windows against what
// was counted.
func TestRatesAreTrueWhateverHappens(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 7))
		rows := []store.Counter{
			{CreatorID: "a", Platform: chat.Twitch, Messages: rng.Int64N(1e9)}, {CreatorID: "b", Platform: chat.Twitch, Messages: 5}, {CreatorID: "a", Platform: chat.Kick},
		}
		var i increases
		var told ledger
		now := 0.0
		for range 300 {
			switch rng.IntN(60) {
			case 0: // another exporter takes over
				i, told = increases{}, ledger{}
			case 1: // everything stands still for long
				now += float64(rng.IntN(900))
			}
			now += rng.Float64() * 12
			n := rng.Int64N(50)
			rows[rng.IntN(2)].Messages += n
			told.count(now, n)
			for range rng.IntN(4) {
				now += 0.01 + rng.Float64()*rng.Float64()*3
				i.look(rows, at(now))
				told.looks = append(told.looks, now)
			}

			minute, longest := messages(&i, now, minuteWindow), messages(&i, now, longestWindow)
			if len(told.looks) == 0 || told.looks[len(told.looks)-1] != now {
				continue // telemetry is built after a look
			}
			for window, got := range map[float64]int64{60: minute, 300: longest} {
				least, most := told.bounds(now - window)
				require.GreaterOrEqual(t, got, least, "seed %d at %f: %f s", seed, now, window)
				require.LessOrEqual(t, got, most, "seed %d at %f: %f s", seed, now, window)
			}
			require.GreaterOrEqual(t, minute, int64(0))
			require.GreaterOrEqual(t, longest, minute)
			require.LessOrEqual(t, len(i.samples), 601, "bounded")
			require.NotContains(t, i.within(at(now), longestWindow), "kick")
		}
	}
}

func TestManyLooksInARowStayFewSamples(t *testing.T) {
	t.Parallel()
	var i increases
	for n := range 100_000 {
		i.look(counted(int64(n)), at(float64(n)/100))
	}
	require.LessOrEqual(t, len(i.samples), 601)
	require.InDelta(t, 6000, messages(&i, 999.99, minuteWindow), 200)
	require.InDelta(t, 30000, messages(&i, 999.99, longestWindow), 200)
}
