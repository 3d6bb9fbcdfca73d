package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/statedir"
	"github.com/streamsuites/streamsuites/internal/store"
)

var update = flag.Bool("update", false, "rewrite the expected outputs in testdata")

var began = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

// golden compares what the terminal shows with a file.
func golden(t *testing.T, name string, shown []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, shown, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(shown))
}

func TestTheAddressTableShowsWhereEverythingIs(t *testing.T) {
	t.Parallel()
	a := statedir.Addresses{
		Temporal: "127.0.0.1:7233", UI: "http://127.0.0.1:8233", HTTP: "http://127.0.0.1:8080",
		Database: "postgres://app:hunter22@127.0.0.1:5433/streamsuites", PID: 4242,
	}
	var out bytes.Buffer
	newTerminal(&out, began).addresses(a, "/srv/var", began.Add(6400*time.Millisecond))
	golden(t, "addresses.txt", out.Bytes())

	out.Reset()
	a.Simulators = &statedir.Simulators{
		Control: "http://127.0.0.1:9001", TwitchIRC: "127.0.0.1:9002", TwitchHelix: "http://127.0.0.1:9003", HLS: "http://127.0.0.1:9004/live.m3u8",
		YouTube: "http://127.0.0.1:9005", Kick: "http://127.0.0.1:9006",
	}
	newTerminal(&out, began).addresses(a, "/srv/var", began.Add(61*time.Second))
	golden(t, "addresses_demo.txt", out.Bytes())
	require.NotContains(t, out.String(), "hunter22")
}

func TestTheTerminalShowsStepsAndEvents(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	terminal := newTerminal(&out, began)
	terminal.step("Postgres")
	terminal.done(1234 * time.Millisecond)
	terminal.step("simulated platforms")
	terminal.done(12 * time.Second)
	at := time.Date(2026, 2, 1, 12, 0, 5, 0, time.Local)
	for _, e := range []store.RuntimeEvent{
		{At: at, Source: "clips", Severity: store.SeverityInfo, Message: "Clip ab12cd queued: The lamp falls"},
		{At: at.Add(time.Second), Source: "twitch", Severity: store.SeverityWarning, Message: "the connection was lost"},
		{At: at.Add(time.Minute), Source: "clips", Severity: store.SeverityError, Message: "Clip ab12cd failed: the disk is full"},
	} {
		terminal.event(e)
	}
	golden(t, "events.txt", out.Bytes())
}
