package exports

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
)

func someCounters() CountersInput {
	counter := func(creator, name string, value int64, seconds float64) store.NamedCounter {
		return store.NamedCounter{CreatorID: creator, ChatCounter: store.ChatCounter{Name: name, Value: value}, UpdatedAt: at(seconds)}
	}
	return CountersInput{
		Counters: []store.NamedCounter{
			counter("Ab3dE9", "größe", math.MaxInt64, 5), counter("Qx7Zt2", "<b>deaths</b>", -3, 40.25), counter("Qx7Zt2", "wins", 12, 30),
		},
		Creators: map[string]string{"Qx7Zt2": "Marmot Lantern"}, Since: at(-3600),
	}
}

func TestCountersAreStampedByTheNewestChangeAndFitTheirReaders(t *testing.T) {
	t.Parallel()
	d, err := BuildCounters(someCounters())
	require.NoError(t, err)
	requireValid(t, d)
	require.Contains(t, string(d.Data), `"generated_at": "2026-02-01T12:00:40.250000Z"`)
	require.Contains(t, string(d.Data), `"value": 2147483647`)
	require.NotContains(t, string(d.Data), "<")
	d, err = BuildCounters(CountersInput{Since: at(-60)})
	require.NoError(t, err)
	requireValid(t, d)
	require.Contains(t, string(d.Data), `"counters": []`)
	require.Contains(t, string(d.Data), `"generated_at": "2026-02-01T11:59:00.000000Z"`)
}
