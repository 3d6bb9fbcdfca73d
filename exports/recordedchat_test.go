package exports

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

// logs are creators' logs of messages with texts; a look is remembered.
type logs struct {
	events map[string]int64 // places 1 to so many
	gone   int64            // places up to this are forgotten
	looks  []string
}

// CountRecorded implements recordedSource.
func (l *logs) CountRecorded(_ context.Context, after map[string]int64, limit int) (counts []store.RecordedChat, err error) {
	l.looks = append(l.looks, fmt.Sprint(after, " ", limit))
	for id, place := range after {
		from := max(place, l.gone)
		if n := min(int64(limit), l.events[id]-from); n > 0 {
			counts = append(counts, store.RecordedChat{CreatorID: id, Platform: chat.Kick, Events: n, Texts: n, Last: at(float64(from + n)), ToSeq: from + n})
		}
	}
	return counts, nil
}

func (l *logs) counters() (counters []store.Counter) {
	for id, n := range l.events {
		counters = append(counters, store.Counter{CreatorID: id, Platform: chat.Kick, Messages: n})
	}
	return counters
}

func sumOf(list []Recorded) (n int64) {
	for _, r := range list {
		n += r.Texts
	}
	return n
}

func TestRecordedChatIsCountedOnceAndOnlyWhereItMoved(t *testing.T) {
	t.Parallel()
	l := &logs{events: map[string]int64{"A": 10, "B": 5, "C": 7}}
	var r recordings
	look := func(now time.Time, creators ...string) int64 {
		l.looks = nil
		found, err := r.look(t.Context(), l, creators, l.counters(), now)
		require.NoError(t, err)
		return sumOf(found)
	}
	require.EqualValues(t, 15, look(at(0), "A", "B"))
	require.Len(t, l.looks, 1)
	require.EqualValues(t, 15, look(at(10), "A", "B"))
	require.Empty(t, l.looks, "nothing moved")
	l.events["B"] = 8
	require.EqualValues(t, 18, look(at(20), "A", "B"))
	require.Equal(t, []string{"map[B:5] 200000"}, l.looks)
	require.EqualValues(t, 8, look(at(30), "B"), "whoever stopped recording does not count")

	// The next day what was forgotten meanwhile is not counted any more.
	l.gone = 4
	require.EqualValues(t, 10, look(at(86400), "A", "B"))
	require.EqualValues(t, 10, look(at(86410), "A", "B"))
	require.Empty(t, l.looks)
}

func TestLongLogsAreCountedBitByBit(t *testing.T) {
	t.Parallel()
	l := &logs{events: map[string]int64{"A": 10 * eventsPerLook}}
	var r recordings
	for want := int64(firstLooks); want <= 10; want++ {
		found, err := r.look(t.Context(), l, []string{"A"}, l.counters(), at(0))
		require.NoError(t, err)
		require.Equal(t, want*eventsPerLook, sumOf(found))
	}
	many := &logs{events: map[string]int64{}}
	var creators []string
	for n := range 3 * creatorsPerLook {
		creators = append(creators, fmt.Sprintf("c%03d", n))
		many.events[creators[n]] = 1
	}
	r = recordings{}
	found, err := r.look(t.Context(), many, creators, many.counters(), at(0))
	require.NoError(t, err)
	require.EqualValues(t, len(creators), sumOf(found))
	require.LessOrEqual(t, len(many.looks), firstLooks)
}

func TestTheSnapshotOffersWhatWasRecorded(t *testing.T) {
	t.Parallel()
	r := newRecorded(t)
	replay := func(c *collector) string {
		t.Helper()
		data, err := buildSnapshot(t.Context(), c, r.settings)
		require.NoError(t, err)
		return string(data)
	}
	c := newCollector(Options{Source: r.store, Clock: time.Now})
	require.Contains(t, replay(c), `"event_count": 0`)
	start := evening()
	silent := message("m2", "", start)
	r.say("Qx7Zt2", []store.Event{message("m1", "hello", start), silent})
	text := replay(c)
	require.Contains(t, text, `"event_count": 1`, "a message without a text is not shown again")
	require.Contains(t, text, `"last_event_at": "`+start.Format("2006-01-02T15:04:05.000000Z"))
	require.Contains(t, text, `"overlay_safe": true`)
	r.say("Qx7Zt2", []store.Event{message("m3", "again", start.Add(time.Second))})
	require.Contains(t, replay(c), `"event_count": 2`)
	require.Contains(t, replay(newCollector(Options{Source: r.store, Clock: time.Now})), `"event_count": 2`)
}
