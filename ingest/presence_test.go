package ingest

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/store"
)

// waiting are so many channels whose states were written and did not change, each a
// second after the one before.
func waiting(n int) []shown {
	began := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	all := make([]shown, n)
	for i := range all {
		row := store.PlatformStatus{CreatorID: mira, State: connection.Live, LastHeartbeat: began.Add(time.Duration(i) * time.Second)}
		all[i] = shown{&presence{written: row}, row}
	}
	return all
}

func TestAFewStatesAreAllWrittenEachTime(t *testing.T) {
	t.Parallel()
	require.Len(t, dueStatuses(waiting(unchangedAtOnce)), unchangedAtOnce)
}

func TestOfThousandsOfUnchangedStatesTheOldestAreWritten(t *testing.T) {
	t.Parallel()
	all := waiting(4000)
	oldest := all[999].row.LastHeartbeat
	slices.Reverse(all)
	picked := dueStatuses(all)
	require.Len(t, picked, 1000)
	for _, s := range picked {
		require.False(t, s.row.LastHeartbeat.After(oldest))
	}
}

func TestAChangedStateIsWrittenHoweverManyWait(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*store.PlatformStatus){
		"another state":  func(row *store.PlatformStatus) { row.State = connection.Degraded },
		"another detail": func(row *store.PlatformStatus) { row.Error = "no answer to ping" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := waiting(4000)
			change(&all[3999].row)
			fresh := shown{&presence{}, store.PlatformStatus{CreatorID: mira, State: connection.Connecting}}
			all = append(all, fresh)
			require.Len(t, changedStatuses(slices.Clone(all)), 2)
			require.Len(t, dueStatuses(all), 2+1001)
		})
	}
}
