package livefeed_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/livefeed"
)

var noon = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

func said(id, author, text string) livefeed.Line {
	return livefeed.Of(&chat.Event{
		Platform: chat.Twitch, MessageID: id, CreatorID: "c", Channel: "nova", Author: chat.Author{ID: author, Login: author, Roles: chat.VIP},
		Text: text, SentAt: noon,
	})
}

func measure(kind chat.Kind, target string) livefeed.Line {
	return livefeed.Of(&chat.Event{Platform: chat.Twitch, MessageID: "x", CreatorID: "c", Channel: "nova", Kind: kind, Target: target, SentAt: noon})
}

func ids(lines []livefeed.Line) []string {
	found := []string{}
	for _, l := range lines {
		found = append(found, l.MessageID)
	}
	return found
}

func TestALineShowsAnEvent(t *testing.T) {
	t.Parallel()
	line := livefeed.Of(&chat.Event{
		Platform: chat.YouTube, MessageID: "m", CreatorID: "c", Channel: "UC1", Kind: chat.Paid, Amount: 500, Unit: "EUR",
		Author: chat.Author{ID: "7", Login: "ann", Name: "Ann", Roles: chat.Moderator | chat.Subscriber}, Text: "well done",
		SentAt: noon, SharedFrom: "2", ReplyTo: "m0", Self: true, History: true,
	})
	require.Equal(t, livefeed.Line{
		CreatorID: "c", Platform: chat.YouTube, Channel: "UC1", MessageID: "m", Event: chat.Paid, AuthorID: "7", Author: "Ann",
		Roles: []string{"subscriber", "moderator"}, Text: "well done", Amount: 500, Unit: "EUR", Sum: "5.00 EUR", ReplyTo: "m0", At: noon,
		Self: true, History: true, Shared: true,
	}, line)
}

func TestBatchesHoldEverythingInItsOrderWithinTheirSize(t *testing.T) {
	t.Parallel()
	var lines []livefeed.Line
	for i := range 100 {
		lines = append(lines, said(strings.Repeat("i", i%7+1), "ann", strings.Repeat("ü<", i*9)))
	}
	const most = 3000
	batches, dropped := livefeed.Batches(lines, most)
	require.Zero(t, dropped)
	require.Greater(t, len(batches), 10)
	var got []livefeed.Line
	for _, b := range batches {
		require.LessOrEqual(t, len(b), most)
		part, err := livefeed.Parse(b)
		require.NoError(t, err)
		got = append(got, part...)
	}
	require.Equal(t, ids(lines), ids(got))
	for i := range got {
		require.True(t, strings.HasPrefix(lines[i].Text, got[i].Text))
		require.True(t, utf8.ValidString(got[i].Text))
	}
	require.Equal(t, lines[5], got[5])
}

func TestALineThatFitsNowhereIsLeftOut(t *testing.T) {
	t.Parallel()
	batches, dropped := livefeed.Batches([]livefeed.Line{said(strings.Repeat("x", 500), "ann", "hi"), said("m", "ann", "hi")}, 400)
	require.Equal(t, 1, dropped)
	require.Len(t, batches, 1)
}

func TestMeasuresStrikeOutWhatTheyAreAbout(t *testing.T) {
	t.Parallel()
	fill := func() *livefeed.Screen {
		s := livefeed.NewScreen(10)
		for _, l := range []livefeed.Line{said("m1", "ann", "a"), said("m2", "bob", "b"), said("m3", "ann", "c")} {
			require.Empty(t, s.Show(l))
		}
		return s
	}
	for name, c := range map[string]struct {
		by           livefeed.Line
		struck, left []string
	}{
		"a deletion":             {measure(chat.Deletion, "m2"), []string{"m2"}, []string{"m1", "m3"}},
		"a ban":                  {measure(chat.Ban, "ann"), []string{"m1", "m3"}, []string{"m2"}},
		"a cleared chat":         {measure(chat.Clear, ""), []string{"m1", "m2", "m3"}, []string{}},
		"a deletion of nothing":  {measure(chat.Deletion, "m9"), []string{}, []string{"m1", "m2", "m3"}},
		"an end of a ban":        {measure(chat.Unban, "ann"), []string{}, []string{"m1", "m2", "m3"}},
		"another platform's ban": {livefeed.Line{CreatorID: "c", Platform: chat.Kick, Channel: "nova", Event: chat.Ban, Target: "ann"}, []string{}, []string{"m1", "m2", "m3"}},
		"another channel's":      {livefeed.Line{CreatorID: "c", Platform: chat.Twitch, Channel: "x", Event: chat.Clear}, []string{}, []string{"m1", "m2", "m3"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := fill()
			require.Equal(t, c.struck, ids(s.Show(c.by)))
			require.Equal(t, c.left, ids(s.Lines()))
			require.Empty(t, s.Show(c.by), "once")
		})
	}
}

func TestAScreenForgetsTheOldest(t *testing.T) {
	t.Parallel()
	s := livefeed.NewScreen(2)
	for _, id := range []string{"m1", "m2", "m3"} {
		s.Show(said(id, "ann", "x"))
	}
	require.Equal(t, []string{"m2", "m3"}, ids(s.Lines()))
}

func TestATextCannotSteerATerminal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"hello":                     "hello",
		"\x1b[2J\x1b[31mred":        "[2J[31mred",
		"one\ntwo\r\nthree\tfour":   "one two  three four",
		"\u202eevil\u2066x\u2069":   "evilx",
		"grüße 👋🏽 \u200d ok":        "grüße 👋🏽 \u200d ok",
		"\x9b31m csi of eight bits": "31m csi of eight bits",
	} {
		require.Equal(t, want, livefeed.Plain(text))
	}
}

func FuzzBatchesAreParsedAgain(f *testing.F) {
	f.Add([]byte(`[{"creator_id":"c","platform":"twitch","message_id":"m","text":"hi","at":"2026-02-01T12:00:00Z"}]`), 1000)
	f.Add([]byte(`[{}]`), 10)
	f.Add([]byte(`{`), 0)
	f.Fuzz(func(t *testing.T, batch []byte, most int) {
		lines, err := livefeed.Parse(batch)
		if err != nil || most < 0 || most > 1<<20 {
			return
		}
		again, dropped := livefeed.Batches(lines, most)
		n := 0
		for _, b := range again {
			require.LessOrEqual(t, len(b), most)
			part, err := livefeed.Parse(b)
			require.NoError(t, err)
			n += len(part)
		}
		require.Equal(t, len(lines), n+dropped)
		for _, l := range lines {
			require.NotContains(t, livefeed.Plain(l.Text), "\x1b")
		}
	})
}
