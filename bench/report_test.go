package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

func sampleReport() Report {
	return Report{
		Machine: Machine{
			CPU: "Abacus 9", Cores: 2, Memory: "23.5 GiB", Kernel: "linux 6.1.0", Go: "go1.26.8",
			Postgres: "15.14", FFmpeg: "5.1.7", Load: "0.31", Date: "2026-02-03",
		},
		Finding: Finding{Figures: []Figure{{
			Name: "ingest.lines_per_second", Value: 61234.56, Unit: "lines/s", Target: 20000, Reference: 120000,
			ReferenceIs: "COPY alone.", How: "Lines in, rows out.", Details: []string{"Run 1: fast.", "Run 2: faster."},
		}, {
			Name: "clip.start_p99_ms", Value: 1234.5, Unit: "ms", Target: 1000, Lower: true, Reference: 0.5, How: "By the clock.",
		}, {
			Name: "memory.pss_mb", Value: 257.04, Unit: "MB", Target: 500, Lower: true, How: "By weight.",
		}}, Sections: []Section{{
			Title: "Where the time goes", Text: "By the clock, too.", Head: []string{"Part", "µs"}, Rows: [][]string{{"Work", "3"}, {"Rest", "1"}},
			Result: "Work is what bounds it.",
		}}},
	}
}

func TestTheReportReadsAsItDidBefore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, sampleReport().Write(filepath.Join(dir, "benchmarks.md"), filepath.Join(dir, "benchmarks.json")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "benchmarks.txt"), []byte(sampleReport().Table()), 0o600))
	for _, name := range []string{"benchmarks.md", "benchmarks.json", "benchmarks.txt"} {
		written, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		golden := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.WriteFile(golden, written, 0o600))
		}
		expected, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(expected), string(written), "%s; -update accepts it", name)
	}
}

func TestTheTerminalIsToldWhatElseARunShowed(t *testing.T) {
	t.Parallel()
	require.Equal(t, "ingest.lines_per_second: Run 1: fast.\ningest.lines_per_second: Run 2: faster.\nWork  3\nRest  1\nWork is what bounds it.\n", sampleReport().Notes())
}

func TestATargetIsMetOnItsRightSide(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		figure   Figure
		expected string
	}{
		"more than enough":     {Figure{Value: 21, Target: 20}, "met"},
		"too little":           {Figure{Value: 19, Target: 20}, "missed"},
		"less than allowed":    {Figure{Value: 19, Target: 20, Lower: true}, "met"},
		"more than allowed":    {Figure{Value: 21, Target: 20, Lower: true}, "missed"},
		"exactly what is due":  {Figure{Value: 20, Target: 20}, "met"},
		"nothing was asked of": {Figure{Value: 20}, ""},
	} {
		require.Equal(t, c.expected, c.figure.verdict(), name)
	}
}

func TestNumbersKeepThreeDigits(t *testing.T) {
	t.Parallel()
	for value, expected := range map[float64]string{
		0: "0", 0.66667: "0.667", 12.345: "12.3", 999.6: "1,000", 61234.56: "61,235", 1234567: "1,234,567",
		-1234.5: "-1,235", 0.000123456: "0.000123", 100: "100", -999: "-999",
	} {
		require.Equal(t, expected, number(value))
	}
}

func TestOnlyAKnownSuiteIsChosen(t *testing.T) {
	t.Parallel()
	all, err := choose("", "")
	require.NoError(t, err)
	require.Len(t, all, len(suites))
	one, err := choose("ingest", "")
	require.NoError(t, err)
	require.Equal(t, "ingest", one[0].name)
	rest, err := choose("", "idle")
	require.NoError(t, err)
	require.Len(t, rest, len(all)-1)
	_, err = choose("outgest", "")
	require.ErrorContains(t, err, "eval or ingest or standalone or failover")
}
