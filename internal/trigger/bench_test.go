package trigger

import (
	"bufio"
	"compress/gzip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// recording is where the real chat lines are, seen from this package.
var recording = filepath.Join("..", "..", "..", "shared", "data", "twitch-chat-5000-lines.txt.gz")

// realChat reads the messages of a recorded Twitch chat. Where the recording is
// not at hand, made-up lines of the same length stand in.
func realChat(t testing.TB) []chat.Event {
	t.Helper()
	file, err := os.Open(recording)
	if os.IsNotExist(err) {
		return madeUpChat()
	}
	require.NoError(t, err)
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	require.NoError(t, err)
	var events []chat.Event
	lines := bufio.NewScanner(unpacked)
	for lines.Scan() {
		head, text, ok := strings.Cut(lines.Text(), " PRIVMSG #xqcow :")
		if !ok {
			continue
		}
		tags := map[string]string{}
		for _, tag := range strings.Split(strings.TrimPrefix(strings.SplitN(head, " ", 2)[0], "@"), ";") {
			key, value, _ := strings.Cut(tag, "=")
			tags[key] = value
		}
		ms, err := strconv.ParseInt(tags["tmi-sent-ts"], 10, 64)
		require.NoError(t, err)
		at := time.UnixMilli(ms)
		events = append(events, chat.Event{
			Platform: chat.Twitch, MessageID: tags["id"], CreatorID: "aBc123", Channel: "xqcow", Text: text,
			Author: chat.Author{ID: tags["user-id"], Login: strings.ToLower(tags["display-name"]), Name: tags["display-name"]},
			SentAt: at, ReceivedAt: at.Add(50 * time.Millisecond),
		})
	}
	require.NoError(t, lines.Err())
	require.NotEmpty(t, events)
	return events
}

func madeUpChat() []chat.Event {
	events := make([]chat.Event, 5000)
	for i := range events {
		events[i] = *message(strconv.Itoa(i), strings.Repeat("gachiBASS ", i%20)).Message
	}
	return events
}

func TestAMessageThatMatchesNothingAllocatesNothing(t *testing.T) {
	s, r := live(), rules(t)
	for _, text := range []string{"hello", "!unknown command", "  spaced", "@bob hi", "!ünï", "!" + strings.Repeat("x", 300), strings.Repeat("a", 10_000)} {
		in := message("m", text, func(e *chat.Event) { e.ReplyTo = "x" })
		require.Zero(t, testing.AllocsPerRun(100, func() { s.Apply(Evaluate(s, in, r)) }), text)
	}
}

func TestRealChatIsEvaluatedWithoutAnyEffect(t *testing.T) {
	t.Parallel()
	s, r := live(), rules(t)
	for _, e := range realChat(t) {
		out := Evaluate(s, Input{Message: &e}, r)
		s.Apply(out)
		require.Nil(t, out.Effects, e.Text)
	}
}
