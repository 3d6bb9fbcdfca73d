package logging

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

func fixedClock() time.Time { return time.Date(2026, 2, 1, 12, 0, 0, 250e6, time.UTC) }

func TestALineIsJSONWithTimeAndFields(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logs, err := Open(Options{Stderr: &out, Format: FormatJSON, Clock: fixedClock})
	require.NoError(t, err)
	logs.Logger.Info().Str("clip", "abc123").Msg("Clip queued")
	require.JSONEq(t, `{"level":"info","clip":"abc123","time":"2026-02-01T12:00:00.250Z","message":"Clip queued"}`, out.String())
}

func TestTheConsoleShowsTheLineInWords(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logs, err := Open(Options{Stderr: &out, Format: FormatConsole, Clock: fixedClock})
	require.NoError(t, err)
	logs.Logger.Warn().Str("clip", "abc123").Msg("Clip waits")
	require.Regexp(t, `^\d\d:\d\d:\d\d\.250 WRN Clip waits clip=abc123\n$`, out.String())
}

func TestTheFileHasItsOwnLevel(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	dir := filepath.Join(t.TempDir(), "logs")
	logs, err := Open(Options{Stderr: &out, Level: "warn", FileLevel: "debug", Dir: dir, Clock: fixedClock})
	require.NoError(t, err)
	logs.Logger.Debug().Msg("detail")
	logs.Logger.Warn().Msg("trouble")
	require.NoError(t, logs.Close())
	file, err := os.ReadFile(filepath.Join(dir, "streamsuites.log"))
	require.NoError(t, err)
	require.Contains(t, string(file), "detail")
	require.Contains(t, string(file), "trouble")
	require.NotContains(t, out.String(), "detail")
	require.Contains(t, out.String(), "trouble")
}

func TestAFullFileIsRotated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	logs, err := Open(Options{Stderr: &bytes.Buffer{}, Dir: dir, MaxSizeMB: 1})
	require.NoError(t, err)
	line := strings.Repeat("x", 64<<10)
	for range 40 {
		logs.Logger.Info().Msg(line)
	}
	require.NoError(t, logs.Close())
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Greater(t, len(entries), 1)
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			continue // being compressed just now
		}
		require.LessOrEqual(t, info.Size(), int64(1<<20)+128<<10)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for name, c := range map[string]struct {
		options Options
		want    string
	}{
		"a level that does not exist":  {Options{Level: "loud"}, `unknown log level "loud": allowed are trace, debug, info, warn, error`},
		"a level nobody should choose": {Options{Level: "disabled"}, "unknown log level"},
		"a format that does not exist": {Options{Format: "xml"}, `unknown log format "xml": allowed are auto, console, json`},
		"a folder that is a file":      {Options{Dir: file}, "make the log folder"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Open(c.options)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestSlogWritesToTheSameLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logs, err := Open(Options{Stderr: &out, Clock: fixedClock})
	require.NoError(t, err)
	Slog(logs.Logger).Warn("From a library", "workflow", "clip:abc123")
	var line map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &line))
	require.Equal(t, "warn", line["level"])
	require.Equal(t, "clip:abc123", line["workflow"])
}

func TestASecretIsFoundInEveryFormOfWriting(t *testing.T) {
	t.Parallel()
	const secret = "p\"a\\s/s w&örd<1>"
	for _, format := range []Format{FormatJSON, FormatConsole} {
		var out bytes.Buffer
		logs, err := Open(Options{Stderr: &out, Format: format})
		require.NoError(t, err)
		require.Zero(t, logs.Redactor.Add(secret, ""))
		l := logs.Logger
		l.Info().Str("a", secret).Msg(secret)
		l.Info().Err(fmt.Errorf("login with %q refused", secret)).Interface("b", map[string]string{"k": secret}).Send()
		l.Info().Err(errors.New("get https://host/?t=" + "p%22a%5Cs%2Fs+w%26%C3%B6rd%3C1%3E")).Send()
		l.Info().Bytes("c", []byte(secret)).Strs("d", []string{secret}).Send()
		require.NotContains(t, out.String(), secret)
		require.NotContains(t, out.String(), "rd<1>")
		require.NotContains(t, out.String(), "rd\\u003c1")
		require.NotContains(t, out.String(), "rd%3C1%3E")
		require.Contains(t, out.String(), mask)
	}
}

func TestShortValuesAreRefusedAndSaidSo(t *testing.T) {
	t.Parallel()
	var r Redactor
	require.Equal(t, 2, r.Add("abc", "x", "", "long enough"))
	require.Equal(t, "abc x ***", r.String("abc x long enough"))
}

func TestASecretInsideAnotherLeavesNothingStanding(t *testing.T) {
	t.Parallel()
	var r Redactor
	r.Add("abcd", "abcdefgh")
	require.Equal(t, "-***-", r.String("-abcdefgh-"))
}

func FuzzNoSecretEverPasses(f *testing.F) {
	f.Add("hunter22", "the password is hunter22.", "other-secret")
	f.Add("****", "*", "***x")
	f.Add("aaaa", "aaaaaaaaaaaaaaab", "aaab")
	f.Add("\"\\\"\\", "x\"\\\"\\y", "\x00\xff\xfe\x01")
	f.Add(`","level":"`, `{"level":"info"}`, "level")
	f.Fuzz(func(t *testing.T, secret, text, other string) {
		var out bytes.Buffer
		for _, format := range []Format{FormatJSON, FormatConsole} {
			logs, err := Open(Options{Stderr: &out, Format: format, Clock: fixedClock})
			require.NoError(t, err)
			logs.Redactor.Add(secret, other)
			logs.Logger.Info().Str("k", text+secret+text).Str("j", other).Msg(secret + text)
			logs.Logger.Error().Err(errors.New(secret)).Interface("i", []string{other, secret}).Send()
			Slog(logs.Logger).Info(text, "secret", secret)
			logs.Logger.WithLevel(zerolog.InfoLevel).Msgf("%q %v", secret, other)
		}
		for _, s := range []string{secret, other} {
			if len(s) >= MinSecret {
				require.NotContains(t, out.String(), s)
			}
		}
	})
}
