package recording_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/recording"
	"github.com/streamsuites/streamsuites/internal/recording/recordingtest"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

func machine(t testing.TB, settings trigger.Settings) *trigger.Machine {
	t.Helper()
	m, err := trigger.NewMachine(settings, trigger.NewState())
	require.NoError(t, err)
	return m
}

func reader(t testing.TB, text []byte) *recording.Reader {
	t.Helper()
	r, err := recording.NewReader(bytes.NewReader(text))
	require.NoError(t, err)
	return r
}

// fromEntries is a Source of entries at hand.
type fromEntries []recording.Entry

func (s *fromEntries) Next() (recording.Entry, error) {
	if len(*s) == 0 {
		return recording.Entry{}, io.EOF
	}
	e := (*s)[0]
	*s = (*s)[1:]
	return e, nil
}

// replay returns everything that followed from a recording, as bytes, and the
// recording with what was decided.
func replay(t testing.TB, text []byte) (followed, decided []byte) {
	t.Helper()
	r := reader(t, text)
	player := recording.NewPlayer(machine(t, trigger.DefaultSettings(recordingtest.Creator, "Mira")), recording.Options{})
	var effects, lines bytes.Buffer
	out, err := recording.NewWriter(&lines, r.Header())
	require.NoError(t, err)
	require.NoError(t, recording.Replay(t.Context(), r, player, func(o recording.Outcome) error {
		if err := json.NewEncoder(&effects).Encode(o.Effects); err != nil {
			return err
		}
		for i := range o.Effects.Decisions {
			if err := out.Write(recording.Entry{Seq: o.Moment.Seq, Decision: &o.Effects.Decisions[i]}); err != nil {
				return err
			}
		}
		return nil
	}))
	return effects.Bytes(), lines.Bytes()
}

func TestARecordingReplaysToByteIdenticalDecisions(t *testing.T) {
	t.Parallel()
	seed := recordingtest.Seed(t)
	var text bytes.Buffer
	require.NoError(t, recordingtest.Write(&text, seed, 100_000))

	survey, err := recording.Look(t.Context(), reader(t, text.Bytes()))
	require.NoError(t, err)
	require.Equal(t, 100_000, survey.Messages+survey.Repeated)
	require.Greater(t, survey.Repeated, 1000)

	followed, decided := replay(t, text.Bytes())
	for _, trigger := range []string{"hello", "dice", "wow", "score", "raid", "hype", "clip", "ping", "cmd", "counter", "pausecommands"} {
		fired := regexp.MustCompile(`"trigger":"` + trigger + `",[^\n]*"outcome":"fired"`)
		require.True(t, fired.Match(decided), "%s never fired", trigger)
	}
	require.Greater(t, bytes.Count(decided, []byte(`"outcome":"denied"`)), 1000)
	again, decidedAgain := replay(t, text.Bytes())
	require.Equal(t, sha256.Sum256(followed), sha256.Sum256(again))
	require.Equal(t, sha256.Sum256(decided), sha256.Sum256(decidedAgain))
}

func TestWhatIsDeliveredAgainChangesNothing(t *testing.T) {
	t.Parallel()
	var text, once bytes.Buffer
	seed := recordingtest.Seed(t)
	require.NoError(t, recordingtest.Write(&text, seed, 20_000))
	out, err := recording.NewWriter(&once, recording.Header{CreatorID: recordingtest.Creator, Texts: true})
	require.NoError(t, err)
	dropped := 0
	require.NoError(t, recording.Each(t.Context(), reader(t, text.Bytes()), func(e recording.Entry) error {
		if e.Repeated {
			dropped++
			return nil
		}
		return out.Write(e)
	}))
	require.NotZero(t, dropped)
	_, want := replay(t, text.Bytes())
	_, got := replay(t, once.Bytes())
	require.Equal(t, sha256.Sum256(want), sha256.Sum256(got))
}

func TestTheOrderOfARecordingCountsAndNotItsTimes(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(recordingtest.Seed(t), 0))
	at := time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)
	var entries []recording.Entry
	for i := range 2 {
		sent := at.Add(time.Duration(rng.IntN(2000)-1000) * time.Millisecond)
		entries = append(entries, recording.Entry{Seq: int64(i + 1), Message: &chat.Event{
			Platform: chat.Kick, MessageID: string(rune('a' + i)), Channel: "mira", Text: "!ping",
			Author: chat.Author{ID: "u", Login: "u"}, SentAt: sent, ReceivedAt: at,
		}})
	}
	source := fromEntries(entries)
	var fired []string
	player := recording.NewPlayer(machine(t, trigger.DefaultSettings("c", "C")), recording.Options{})
	require.NoError(t, recording.Replay(t.Context(), &source, player, func(o recording.Outcome) error {
		for _, d := range o.Effects.Decisions {
			if d.Fired {
				fired = append(fired, d.Key.MessageID)
			}
		}
		return nil
	}))
	require.Equal(t, []string{"a"}, fired)
}

// script is a machine that notes its inputs, and asks for a clip at every "clip".
type script struct{ took []string }

func (s *script) Step(in trigger.Input) trigger.Outcome {
	switch {
	case in.Message != nil:
		s.took = append(s.took, in.Message.MessageID)
		if in.Message.Text == "clip" {
			return trigger.Outcome{Effects: &trigger.Effects{Clips: []clip.Request{{ClipID: "c" + in.Message.MessageID, End: in.Message.SentAt}}}}
		}
	case in.Live != nil:
		s.took = append(s.took, "live:"+string(in.Live.Platform))
	case in.Config != nil:
		s.took = append(s.took, "config")
	case in.Result != nil:
		s.took = append(s.took, "over:"+in.Result.ClipID)
		return trigger.Outcome{Effects: &trigger.Effects{ClipOver: in.Result.ClipID}}
	}
	return trigger.Outcome{}
}

func moments(t testing.TB) *fromEntries {
	t.Helper()
	at := time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)
	said := func(seq int64, p chat.Platform, id, text string) recording.Entry {
		sent := at.Add(time.Duration(seq) * time.Second)
		return recording.Entry{Seq: seq, Message: &chat.Event{Platform: p, MessageID: id, Text: text, SentAt: sent, ReceivedAt: sent}}
	}
	input := func(seq int64, kind string, payload any) recording.Entry {
		body, err := json.Marshal(payload)
		require.NoError(t, err)
		return recording.Entry{Seq: seq, Input: &recording.Input{Kind: kind, At: at.Add(time.Duration(seq) * time.Second), Payload: body}}
	}
	again := said(5, chat.Kick, "1", "clip")
	again.Repeated = true
	return &fromEntries{
		input(1, control.InboxConfig, trigger.Settings{}), said(2, chat.Kick, "1", "clip"), said(3, chat.Twitch, "2", "clip"),
		input(4, control.InboxClipResult, control.ClipResult{ClipID: "c1"}), again,
		input(6, control.InboxClipResult, control.ClipResult{ClipID: "other"}), said(20, chat.Kick, "3", ""),
	}
}

func TestAReplayFollowsTheRecordingUnlessItIsToldOtherwise(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options recording.Options
		want    []string
	}{
		"as it was":                      {recording.Options{}, []string{"config", "1", "2", "over:c1", "over:other", "3"}},
		"under settings that are forced": {recording.Options{KeepSettings: true}, []string{"1", "2", "over:c1", "3"}},
		"live from the first message on": {recording.Options{AssumeLive: true},
			[]string{"config", "live:kick", "1", "live:twitch", "2", "over:c1", "over:other", "3"}},
		"with ends for clips that have none": {recording.Options{ClipsTake: 10 * time.Second, Ends: map[string]struct{}{"c1": {}}},
			[]string{"config", "1", "2", "over:c1", "over:other", "over:c2", "3"}},
	} {
		s := &script{}
		require.NoError(t, recording.Replay(t.Context(), moments(t), recording.NewPlayer(s, c.options), func(recording.Outcome) error { return nil }), name)
		require.Equal(t, c.want, s.took, name)
	}
}

func TestAReplayEndsWithTheContextAndWithTheFirstError(t *testing.T) {
	t.Parallel()
	full := errors.New("the disk is full")
	require.ErrorIs(t, recording.Replay(t.Context(), moments(t), recording.NewPlayer(&script{}, recording.Options{}),
		func(recording.Outcome) error { return full }), full)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, recording.Replay(ctx, moments(t), recording.NewPlayer(&script{}, recording.Options{}),
		func(recording.Outcome) error { return nil }), context.Canceled)
}
