package temporallog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	sdklog "go.temporal.io/sdk/log"

	"github.com/streamsuites/streamsuites/internal/temporallog"
)

func TestALineOfTheSDKBecomesALineOfTheProgram(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := sdklog.With(temporallog.New(zerolog.New(&out)), "clip", "ab12cd")
	log.Warn("clip failed", "attempt", 2, "Error", errors.New("no"))
	var line map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &line), out.String())
	require.Equal(t, "warn", line["level"])
	require.Equal(t, "clip failed", line["message"])
	require.Equal(t, "ab12cd", line["clip"])
	require.InDelta(t, 2, line["attempt"], 0)
	require.Contains(t, out.String(), `"no"`)
}

func TestLinesBelowTheLoggersLevelAreNotWritten(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := temporallog.New(zerolog.New(&out).Level(zerolog.WarnLevel))
	log.Debug("x")
	log.Info("x")
	require.Empty(t, out.String())
}
