package main

import (
	"testing"
	"time"

	"github.com/google/pprof/profile"
	"github.com/stretchr/testify/require"
)

func TestAStackBelongsToItsInnermostPart(t *testing.T) {
	t.Parallel()
	for expected, stack := range map[string][]string{
		"TLS, and the socket below it":          {"syscall.Read", "internal/poll.(*FD).Read", "crypto/tls.(*Conn).Read", module + "ingest/twitch.(*session).read"},
		"IRC: cut and parse lines, make events": {"runtime.mallocgc", module + "ingest/twitch.convert", module + "ingest/twitch.(*session).read"},
		"Evaluate triggers":                     {"strings.ToLower", module + "internal/trigger.Evaluate", module + "ingest.(*lane).take"},
		"Encode rows for COPY":                  {"encoding/binary.bigEndian.PutUint32", module + "internal/store.(*copyRows).Read", "github.com/jackc/pgx/v5/pgconn.(*PgConn).CopyFrom"},
		"Write to Postgres, and wait for it":    {"syscall.write", "github.com/jackc/pgx/v5/pgconn.(*PgConn).CopyFrom", module + "internal/store.(*Committer).Commit"},
		"Lanes: queue, duplicates, commit":      {"runtime.mapassign", module + "ingest.(*seen).add"},
		"Garbage collection":                    {"runtime.scanobject", "runtime.gcAssistAlloc", "runtime.mallocgc", module + "ingest/twitch.convert"},
		"Benchmark: note and measure":           {"runtime.growslice", "main.(*observed).Commit"},
		elsewhere:                               {"runtime.futex", "runtime.findRunnable", "runtime.schedule"},
	} {
		require.Equal(t, expected, partOf(stack))
	}
}

// sampleOf is a sample of so many milliseconds.
func sampleOf(ms int64, functions ...string) *profile.Sample {
	s := &profile.Sample{Value: []int64{ms / 10, ms * int64(time.Millisecond)}}
	for _, name := range functions {
		s.Location = append(s.Location, &profile.Location{Line: []profile.Line{{Function: &profile.Function{Name: name}}}})
	}
	return s
}

func sampleSplit() split {
	return splitProfile(&profile.Profile{Sample: []*profile.Sample{
		sampleOf(100, "crypto/tls.(*Conn).Read", module+"ingest/twitch.(*session).read"),
		sampleOf(500, module+"ingest/twitch.(*session).read"),
		sampleOf(300, "runtime.scanobject", "runtime.gcBgMarkWorker"),
		sampleOf(100, module+"internal/match.(*Words).Find", module+"internal/trigger.Evaluate"),
	}})
}

func TestAProfileIsSplitIntoParts(t *testing.T) {
	t.Parallel()
	s := sampleSplit()
	require.Equal(t, time.Second, s.total)
	require.Equal(t, 600*time.Millisecond, s.reader)
	require.Equal(t, share{"IRC: cut and parse lines, make events", 500 * time.Millisecond}, s.parts[0])
	require.Equal(t, share{"Garbage collection", 300 * time.Millisecond}, s.parts[1])
	require.Len(t, s.parts, 4)
}

func TestWhatBoundsARunIsSaidByWhatWasBusy(t *testing.T) {
	t.Parallel()
	one := run{rows: 1000, took: time.Second, ingestCPU: time.Second, dbCPU: 700 * time.Millisecond, sent: sent{CPU: 200 * time.Millisecond}}
	require.Contains(t, bound(one, sampleSplit(), 2), "The processors bound it: 2 cores were 95 % busy")
	require.Contains(t, bound(one, sampleSplit(), 2), "“IRC: cut and parse lines, make events”")
	reading := sampleSplit()
	reading.reader = 900 * time.Millisecond
	require.Contains(t, bound(one, reading, 8), "the goroutine that reads the connection was 90 % busy")
	one.dbCPU = 950 * time.Millisecond
	require.Contains(t, bound(one, reading, 8), "Postgres, whose one connection takes the commits, was 95 % busy")
	require.Contains(t, bound(run{took: time.Second}, split{}, 8), "Neither processors")
}

func TestAProfileIsShownAsATable(t *testing.T) {
	t.Parallel()
	section := profileSection(run{rows: 1000, took: time.Second}, sampleSplit(), 2)
	require.Equal(t, []string{"IRC: cut and parse lines, make events", "50 %", "500"}, section.Rows[0])
	for _, row := range section.Rows {
		require.Len(t, row, len(section.Head))
	}
}
