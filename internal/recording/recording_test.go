package recording_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/recording"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var noon = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

// whole is a recording with a line of every kind.
func whole() (recording.Header, []recording.Entry) {
	key := chat.Key{Platform: chat.YouTube, MessageID: "m2"}
	return recording.Header{CreatorID: "aBc123", ExportedAt: noon.Add(time.Hour), Texts: true, FromSeq: 3, ToSeq: 9}, []recording.Entry{
		{Seq: 1, Input: &recording.Input{Kind: control.InboxStreamLive, At: noon, Payload: []byte(`{"Platform": "youtube", "StreamID": "s1", "Title": "a <b> & c"}`)}},
		{Seq: 3, Message: &chat.Event{
			Platform: chat.Twitch, MessageID: "m1", CreatorID: "aBc123", Channel: "mira",
			Author: chat.Author{ID: "7", Login: "ann", Name: "Ann", Roles: chat.VIP | chat.Moderator},
			Text:   "hello <3 \u2028 \"ünï\" 👋", SentAt: noon.Add(1500 * time.Microsecond), ReceivedAt: noon.Add(time.Second), ReplyTo: "m0",
		}},
		{Seq: 4, Message: &chat.Event{
			Platform: chat.YouTube, MessageID: "m2", CreatorID: "aBc123", Channel: "UC1", Author: chat.Author{ID: "8"},
			ReceivedAt: noon, Kind: chat.Paid, Amount: 500, Unit: "EUR", SharedFrom: "elsewhere", Self: true, Target: "u9", History: true,
		}},
		{Seq: 4, Decision: &trigger.Decision{TriggerID: "hello", Key: key, Fired: true, Config: "abc", Author: "youtube:8", At: noon}},
		{Seq: 4, Decision: &trigger.Decision{TriggerID: "wow", Key: key, Step: trigger.StepCooldownUser, Detail: "3 s left", Config: "abc", At: noon}},
		{Seq: 9, Input: &recording.Input{Kind: control.InboxClipResult, At: noon, Payload: []byte(`{"ClipID":"aaaaaa","Clipper":"Ann","Title":"Ann's"}`)}},
	}
}

func write(t testing.TB, h recording.Header, entries []recording.Entry) []byte {
	t.Helper()
	var text bytes.Buffer
	w, err := recording.NewWriter(&text, h)
	require.NoError(t, err)
	for _, e := range entries {
		require.NoError(t, w.Write(e))
	}
	return text.Bytes()
}

func readAll(t testing.TB, text string) (recording.Header, []recording.Entry) {
	t.Helper()
	r, err := recording.NewReader(strings.NewReader(text))
	require.NoError(t, err)
	var entries []recording.Entry
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return r.Header(), entries
		}
		require.NoError(t, err)
		entries = append(entries, e)
	}
}

func TestARecordingIsWrittenAsTheFormatSays(t *testing.T) {
	t.Parallel()
	h, entries := whole()
	golden := filepath.Join("testdata", "whole.jsonl")
	got := write(t, h, entries)
	if *update {
		require.NoError(t, os.WriteFile(golden, got, 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

func TestARecordingIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	h, entries := whole()
	text := write(t, h, entries)
	gotHeader, got := readAll(t, string(text))
	require.Equal(t, h, gotHeader)
	require.Len(t, got, len(entries))
	for i := range got {
		require.Equal(t, i+2, got[i].Line)
		got[i].Line = 0
		if got[i].Input != nil {
			require.JSONEq(t, string(entries[i].Input.Payload), string(got[i].Input.Payload))
			got[i].Input.Payload = entries[i].Input.Payload
		}
	}
	require.Equal(t, entries, got)
	require.Equal(t, string(text), string(write(t, gotHeader, got)))
}

func TestARecordingWithoutTextsNamesNobody(t *testing.T) {
	t.Parallel()
	h, entries := whole()
	h.Texts = false
	text := string(write(t, h, entries))
	for _, secret := range []string{"hello <3", `"ann"`, "Ann"} {
		require.NotContains(t, text, secret)
	}
	for _, kept := range []string{`"m1"`, `"id":"7"`, "aaaaaa"} {
		require.Contains(t, text, kept)
	}
	require.Contains(t, string(entries[5].Input.Payload), "Ann", "what was given stays as it was")
}

const anyHeader = `{"line":"header","format":"streamsuites.recording","version":1,"creator_id":"c"}` + "\n"

func TestARecordingMadeElsewhereNeedsOnlyMessages(t *testing.T) {
	t.Parallel()
	_, entries := readAll(t, "\ufeff"+anyHeader+`
		{"line":"message","platform":"kick","message_id":"1","author":{"login":"Ann"},"text":"hi","sent_at":"2026-02-01T13:00:00+01:00","emotes":[1]}

		{"line":"message","platform":"kick","message_id":"1","author":{},"received_at":"2026-02-01T12:00:00Z"}
		{"line":"message","platform":"twitch","message_id":"1","author":{},"received_at":"2026-02-01T12:00:01Z"}
		{"line":"decision","trigger":"ping","outcome":"fired","at":"2026-02-01T12:00:00Z"}`)
	require.Len(t, entries, 4)
	require.Equal(t, &chat.Event{
		Platform: chat.Kick, MessageID: "1", CreatorID: "c", Author: chat.Author{ID: "ann", Login: "Ann"}, Text: "hi", SentAt: noon, ReceivedAt: noon,
	}, entries[0].Message)
	require.False(t, entries[0].Repeated)
	require.True(t, entries[1].Repeated)
	require.True(t, entries[2].Message.SentAt.IsZero())
	require.False(t, entries[2].Repeated, "an id is one of its platform")
	var seqs []int64
	for _, e := range entries {
		seqs = append(seqs, e.Seq)
	}
	require.Equal(t, []int64{1, 2, 3, 3}, seqs)
}

func TestEveryMistakeInARecordingNamesLineFindingAndRemedy(t *testing.T) {
	t.Parallel()
	message := func(rest string) string { return `{"line":"message","platform":"kick","message_id":"1",` + rest + "}" }
	const at = `"sent_at":"2026-02-01T12:00:00Z"`
	for name, c := range map[string]struct{ text, want string }{
		"nothing at all":    {"", `line 1: the recording is empty: it has to begin with {"line":"header"`},
		"no header":         {message(at), `line 1: this is not the header of a recording: put in front of it {"line":"header"`},
		"no JSON header":    {"hello", "line 1: this is not a JSON object"},
		"a newer version":   {`{"line":"header","format":"streamsuites.recording","version":2}`, "line 1: the recording has version 2 of its format: this program reads version 1"},
		"no JSON":           {anyHeader + "{", "line 2: this is not a JSON object: unexpected end"},
		"no object":         {anyHeader + "[]", "line 2: "},
		"no kind of line":   {anyHeader + "\n\n{}", `line 4: "line" is missing: write message, input or decision`},
		"unknown line":      {anyHeader + `{"line":"poll"}`, `line 2: "line" is "poll": write message, input or decision; a newer version`},
		"invalid UTF-8":     {anyHeader + message(at+`,"text":"`+"\xff"+`"`), "line 2: the line is not valid UTF-8"},
		"unknown platform":  {anyHeader + `{"line":"message","platform":"myspace"}`, `line 2: "platform" is "myspace": allowed are kick, pilled, rumble, twitch, youtube`},
		"no id":             {anyHeader + `{"line":"message","platform":"kick"}`, `line 2: "message_id" is missing: give every message`},
		"no time":           {anyHeader + message(`"text":""`), `line 2: "sent_at" and "received_at" are missing: give one of them`},
		"no such time":      {anyHeader + message(`"sent_at":"yesterday"`), "line 2: this is not a JSON object"},
		"far future":        {anyHeader + message(`"sent_at":"9999-12-31T23:59:59-01:00"`), `line 2: "sent_at" is outside the years 1 to 9999`},
		"unknown event":     {anyHeader + message(at+`,"event":"hug"`), `line 2: "event" is "hug": allowed are paid,`},
		"unknown role":      {anyHeader + message(at+`,"author":{"roles":["king"]}`), `line 2: author.roles holds "king": allowed are everyone, follower`},
		"wrong type":        {anyHeader + message(at+`,"text":7`), `line 2: "text" is a JSON number: it has to be text`},
		"NUL":               {anyHeader + message(at+`,"text":"a\u0000"`), `line 2: "text" holds a NUL: take it out`},
		"long id":           {anyHeader + message(at+`,"channel":"`+strings.Repeat("x", 2000)+`"`), `line 2: "channel" has 2000 bytes: it may have 1024`},
		"unknown input":     {anyHeader + `{"line":"input","input":"sunrise"}`, `line 2: "input" is "sunrise": allowed are stream_live,`},
		"no payload":        {anyHeader + `{"line":"input","input":"config","at":"2026-02-01T12:00:00Z"}`, `line 2: "payload" is no JSON object: give what an input of kind config says`},
		"unreadable input":  {anyHeader + `{"line":"input","input":"config","at":"2026-02-01T12:00:00Z","payload":{"Prefix":1}}`, "line 2: read the payload of an input of kind config"},
		"no such outcome":   {anyHeader + `{"line":"decision","trigger":"t","outcome":"maybe"}`, `line 2: "outcome" is "maybe": allowed are fired, denied`},
		"some places":       {anyHeader + message(at+`,"seq":1`) + "\n" + message(at), `line 3: some lines have a "seq" and some have none`},
		"the same place":    {anyHeader + message(at+`,"seq":1`) + "\n" + message(at+`,"seq":1`), `line 3: "seq" is 1 after 1: places rise from line to line`},
		"places that fall":  {anyHeader + message(at+`,"seq":5`) + "\n" + message(at+`,"seq":4`), `line 3: "seq" is 4 after 5`},
		"a negative place":  {anyHeader + message(at+`,"seq":-5`), `line 2: "seq" is -5: places count from 1`},
		"a long message":    {anyHeader + message(at+`,"text":"`+strings.Repeat("x", recording.MaxLine)+`"`), "line 2: the line has more than 1048576 bytes"},
		"a line for ever":   {anyHeader + strings.Repeat(" ", recording.MaxInputLine+1), "line 2: the line has more than 16777216 bytes"},
		"an end cut off":    {strings.Replace(anyHeader, `"c"}`, `"c","from_seq":1,"to_seq":7}`, 1) + message(at+`,"seq":6`), "the recording ends at place 6, and its header says 7: it was cut off"},
		"negative in front": {strings.Replace(anyHeader, `"c"}`, `"c","from_seq":-1}`, 1), "line 1: from_seq or to_seq is negative"},
	} {
		err := firstError(strings.NewReader(c.text))
		var line *recording.LineError
		require.ErrorAs(t, err, &line, name)
		require.Contains(t, err.Error(), c.want, name)
		require.NotEmpty(t, line.Remedy, name)
	}
}

func firstError(in io.Reader) error {
	r, err := recording.NewReader(in)
	for err == nil {
		_, err = r.Next()
	}
	return err
}

func TestAConfigurationMayBeLargerThanAnyMessage(t *testing.T) {
	t.Parallel()
	payload := `{"Prefix":"!","Note":"` + strings.Repeat("x", 2*recording.MaxLine) + `"}`
	_, entries := readAll(t, anyHeader+`{"line":"input","input":"config","at":"2026-02-01T12:00:00Z","payload":`+payload+`}`)
	require.Len(t, entries, 1)
	require.Equal(t, payload, string(entries[0].Input.Payload))
}

type brokenPipe struct{}

func (brokenPipe) Read([]byte) (int, error)  { return 0, io.ErrClosedPipe }
func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestTroubleBelowIsPassedOn(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, firstError(io.MultiReader(strings.NewReader(anyHeader), brokenPipe{})), io.ErrClosedPipe)
	_, err := recording.NewWriter(brokenPipe{}, recording.Header{})
	require.ErrorIs(t, err, io.ErrClosedPipe)
	w, err := recording.NewWriter(io.Discard, recording.Header{})
	require.NoError(t, err)
	require.Error(t, w.Write(recording.Entry{}))
}

// FuzzReader checks that whatever can be read can be written, and is then read as
// the same.
func FuzzReader(f *testing.F) {
	h, entries := whole()
	f.Add(write(f, h, entries))
	f.Add([]byte(anyHeader + `{"line":"message","platform":"kick","message_id":"1","author":{"login":"Ann"},"text":"hi","sent_at":"2026-02-01T13:00:00+01:00"}`))
	f.Add([]byte(anyHeader + `{"line":"message","platform":"kick","message_id":"\ud800","sent_at":"0001-01-01T00:00:00Z","received_at":"0001-01-01T00:00:00.000000001Z"}`))
	f.Add([]byte(anyHeader + `{"line":"input","input":"config","seq":9,"at":"2026-02-01T12:00:00Z","payload":{ "a" : [1e9, "<" ]}}` + "\n" + `{"line":"decision","seq":9,"trigger":"t","outcome":"denied","at":"2026-02-01T12:00:00Z"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		first := rewritten(t, text)
		if first == nil {
			return
		}
		second := rewritten(t, first)
		require.Equal(t, string(first), string(second))
	})
}

// rewritten reads as much of a recording as can be read and writes it; nil when
// that is nothing.
func rewritten(t *testing.T, text []byte) []byte {
	r, err := recording.NewReader(bytes.NewReader(text))
	if err != nil {
		var line *recording.LineError
		require.ErrorAs(t, err, &line)
		return nil
	}
	h := r.Header()
	h.ToSeq = 0 // of what is read, not of what was meant
	var out bytes.Buffer
	w, err := recording.NewWriter(&out, h)
	require.NoError(t, err)
	for {
		e, err := r.Next()
		if err != nil {
			var line *recording.LineError
			require.True(t, errors.Is(err, io.EOF) || errors.As(err, &line), err)
			return out.Bytes()
		}
		if e.Seq == 0 {
			continue // a decision about nothing has no place
		}
		require.NoError(t, w.Write(e))
	}
}
