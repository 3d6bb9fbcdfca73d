//go:build long

package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestLongSoakOfTwoMinutes soaks for two minutes, or MINUTES. SEED repeats what is
// drawn. Growth is judged by `make soak`: two minutes are too short for it.
func TestLongSoakOfTwoMinutes(t *testing.T) {
	minutes, seed := 2.0, rand.Uint64()&0xffffffff
	var err error
	if text := os.Getenv("MINUTES"); text != "" {
		minutes, err = strconv.ParseFloat(text, 64)
		require.NoError(t, err, "MINUTES")
	}
	if text := os.Getenv("SEED"); text != "" {
		seed, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err, "SEED")
	}
	_, err = soak(t.Context(), options{
		length: time.Duration(minutes * float64(time.Minute)), rate: 2000, seed: seed, out: t.Output(), json: filepath.Join(t.TempDir(), "soak.json"),
	})
	require.NoError(t, err)
}
