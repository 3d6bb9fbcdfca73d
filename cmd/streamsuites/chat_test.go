package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/recording"
	"github.com/streamsuites/streamsuites/internal/recording/recordingtest"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// followed sums up everything that follows from a recording.
func followed(t *testing.T, text []byte) (sum [sha256.Size]byte, decisions int) {
	t.Helper()
	reader, err := recording.NewReader(bytes.NewReader(text))
	require.NoError(t, err)
	player, err := replayPlayer(trigger.DefaultSettings(recordingtest.Creator, ""), recording.Options{})
	require.NoError(t, err)
	hash := sha256.New()
	require.NoError(t, recording.Replay(t.Context(), reader, player, func(o recording.Outcome) error {
		decisions += len(o.Effects.Decisions)
		return json.NewEncoder(hash).Encode(o.Effects)
	}))
	hash.Sum(sum[:0])
	return sum, decisions
}

func export(t *testing.T, s *store.Store, creatorID string) []byte {
	t.Helper()
	log, err := s.OpenLog(t.Context(), creatorID, store.LogSpan{})
	require.NoError(t, err)
	var text bytes.Buffer
	header := recording.Header{CreatorID: creatorID, Texts: log.Texts, FromSeq: log.FromSeq, ToSeq: log.ToSeq}
	require.NoError(t, exportLog(t.Context(), &text, header, log))
	return text.Bytes()
}

func take(t *testing.T, s *store.Store, creatorID string, text []byte) (repeated int) {
	t.Helper()
	reader, err := recording.NewReader(bytes.NewReader(text))
	require.NoError(t, err)
	_, err = s.ImportLog(t.Context(), store.LogImport{
		CreatorID: creatorID, Entries: recordedEntries(context.Background(), "test", reader, &repeated), MaxSkew: trigger.MaxSkew,
	})
	require.NoError(t, err)
	return repeated
}

func TestARecordingThatWasImportedAndExportedReplaysToTheSameDecisions(t *testing.T) {
	t.Parallel()
	var given bytes.Buffer
	require.NoError(t, recordingtest.Write(&given, recordingtest.Seed(t), 100_000))
	want, decisions := followed(t, given.Bytes())
	require.NotZero(t, decisions)

	_, first := storetest.New(t)
	require.NotZero(t, take(t, first, recordingtest.Creator, given.Bytes()))
	exported := export(t, first, recordingtest.Creator)
	got, _ := followed(t, exported)
	require.Equal(t, want, got)

	_, second := storetest.New(t)
	require.Zero(t, take(t, second, recordingtest.Creator, exported))
	require.Equal(t, sha256.Sum256(exported), sha256.Sum256(export(t, second, recordingtest.Creator)))
}

func TestTimesOnTheCommandLineAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("here", 3600)
	now := time.Date(2026, 2, 1, 21, 0, 0, 0, zone)
	for text, want := range map[string]time.Time{
		"":                          {},
		"90m":                       now.Add(-90 * time.Minute),
		"2026-02-01T20:00:00Z":      now,
		"2026-02-01T20:00:00.5Z":    now.Add(500 * time.Millisecond),
		"2026-02-01 21:00":          now,
		"2026-02-01T21:00:00":       now,
		"2026-02-01":                now.Add(-21 * time.Hour),
		"2026-02-01T22:00:00+02:00": now,
	} {
		got, err := parseInstant("from", text, now)
		require.NoError(t, err, text)
		require.True(t, want.Equal(got), text)
	}
	for _, text := range []string{"-5m", "tomorrow", "2026-13-01", "20:00"} {
		_, err := parseInstant("from", text, now)
		require.ErrorContains(t, err, "--from is", text)
	}
}

func TestARecordedConfigurationIsWhatAnotherOneIsComparedWith(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, configs := filepath.Join(dir, "evening.jsonl"), filepath.Join(dir, "new")
	var text bytes.Buffer
	require.NoError(t, recordingtest.Write(&text, recordingtest.Seed(t), 3000))
	require.NoError(t, os.WriteFile(file, text.Bytes(), 0o600))
	require.NoError(t, os.Mkdir(configs, 0o755))
	for name, document := range map[string]string{
		"tiers.json":    `{"tiers": {"open": {"features": {"triggers": {"enabled": true}}}}}`,
		"creators.json": `{"creators": [{"creator_id": "Zz9999", "tier": "open", "platforms": {"twitch": true}, "twitch_channel": "mira"}]}`,
		"triggers.json": `{"triggers": [{"trigger_id": "first", "creator_id": "Zz9999", "type": "keyword", "keywords": ["first"], "responses": ["second"]}]}`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(configs, name), []byte(document), 0o644))
	}
	replay := func() []byte {
		var out, errs bytes.Buffer
		cmd := newRoot()
		cmd.SetArgs([]string{"chat", "replay", file, "--json", "--config", configs, "--creator", "Zz9999", "--state-dir", dir})
		cmd.SetOut(&out)
		cmd.SetErr(&errs)
		require.NoError(t, cmd.ExecuteContext(t.Context()), errs.String())
		return out.Bytes()
	}
	out := replay()
	require.Equal(t, string(out), string(replay()))

	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	var last struct{ Summary recording.Summary }
	require.NoError(t, json.Unmarshal(lines[len(lines)-1], &last))
	require.Equal(t, len(lines)-1, last.Summary.Differences)
	hello, first := last.Summary.Triggers["hello"], last.Summary.Triggers["first"]
	require.NotZero(t, hello.FiredBefore, "the recorded configuration has it")
	require.Zero(t, hello.FiredAfter)
	require.Zero(t, first.FiredBefore)
	require.NotZero(t, first.FiredAfter)
}
