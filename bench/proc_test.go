package main

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAProcessIsReadWhateverItsName(t *testing.T) {
	t.Parallel()
	p, ok := parseStat("4711 (a (b) c) S 12 4711 4711 0 -1 4194560 100 0 0 0 250 50 70 30 20 0 1 0 12345 1000 10 18446744073709551615")
	require.True(t, ok)
	require.Equal(t, proc{pid: 4711, parent: 12, name: "a (b) c", cpu: 4 * time.Second}, p)
}

func TestThisProcessIsItsOwnDescendant(t *testing.T) {
	t.Parallel()
	found := descendants(os.Getpid())
	require.NotEmpty(t, found)
	require.Equal(t, os.Getpid(), found[0].pid)
	megabytes, alive, err := pssOf(os.Getpid())
	require.NoError(t, err)
	require.True(t, alive)
	require.Positive(t, megabytes)
}

func TestAProcessThatHasEndedHoldsNothing(t *testing.T) {
	t.Parallel()
	_, alive, err := pssOf(1 << 30)
	require.NoError(t, err)
	require.False(t, alive)
}

func TestEachProcessOfAStandaloneBelongsSomewhere(t *testing.T) {
	t.Parallel()
	const root = 10
	for name, c := range map[string]struct {
		proc         proc
		ofSimulators bool
		arguments    []string
		expected     kind
	}{
		"the standalone":                     {proc{pid: root, name: "standalone"}, false, []string{"bin/standalone", "--demo"}, runtimeKind},
		"the standalone in an odd folder":    {proc{pid: root, name: "standalone"}, false, []string{"bin/standalone", "--state-dir", "simulators"}, runtimeKind},
		"the simulators":                     {proc{pid: 11, parent: root, name: "standalone"}, false, []string{"bin/standalone", "simulators"}, simulatorKind},
		"what the simulators start":          {proc{pid: 12, parent: 11, name: "sh"}, true, nil, simulatorKind},
		"the simulators' FFmpeg":             {proc{pid: 13, parent: 11, name: "ffmpeg"}, true, nil, ffmpegKind},
		"FFmpeg that cuts":                   {proc{pid: 14, parent: root, name: "ffmpeg"}, false, nil, ffmpegKind},
		"a Postgres backend":                 {proc{pid: 15, parent: 9, name: "postgres"}, false, []string{"postgres: idle"}, postgresKind},
		"something else that it has started": {proc{pid: 16, parent: root, name: "chromium"}, false, []string{"chromium"}, runtimeKind},
	} {
		require.Equal(t, c.expected, kindOf(c.proc, root, c.ofSimulators, c.arguments), name)
	}
}

func TestAMachineIsDescribedFromWhatLinuxSays(t *testing.T) {
	t.Parallel()
	require.Equal(t, "Abacus 9 @ 2GHz", cpuModel("processor\t: 0\nmodel name\t: Abacus 9 @ 2GHz\nflags\t: a b\n"))
	require.NotEmpty(t, cpuModel(""))
	require.Equal(t, "23.5 GiB", memoryTotal("MemTotal:       24683520 kB\nMemFree: 1 kB\n"))
	require.Equal(t, "unknown", memoryTotal(""))
	require.Equal(t, "15.14", versionIn("postgres (PostgreSQL) 15.14 (Debian 15.14-0)"))
	require.Equal(t, "0.31", loadOf("0.31 0.20 0.10 1/200 4242"))
	require.Equal(t, "unknown", loadOf(""))
}
