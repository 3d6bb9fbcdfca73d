package twitch

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	irc "github.com/gempir/go-twitch-irc/v4"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// realLines are lines of a busy channel: the file beside the project, or the test
// resource of the chat library that it was taken from.
func realLines(t testing.TB) [][]byte {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		require.NotEqual(t, "/", dir, "no go.mod above")
		dir = filepath.Dir(dir)
	}
	f, err := os.Open(filepath.Join(dir, "..", "shared", "data", "twitch-chat-5000-lines.txt.gz"))
	if errors.Is(err, fs.ErrNotExist) {
		library, listErr := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/gempir/go-twitch-irc/v4").Output()
		require.NoError(t, listErr)
		f, err = os.Open(filepath.Join(strings.TrimSpace(string(library)), "test_resources", "channel.txt.gz"))
	}
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	all, err := io.ReadAll(z)
	require.NoError(t, err)
	return bytes.Split(bytes.TrimSpace(all), []byte("\n"))
}

var received = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

var here = place{creatorID: "creator", channel: "nova", ownLogin: "bot", ownID: "900", received: received}

// event converts one PRIVMSG line.
func event(line string) (chat.Event, bool) {
	var c converter
	h, ok := peek([]byte(line))
	if !ok || string(h.command) != "PRIVMSG" {
		return chat.Event{}, false
	}
	c.tags.scan(h.tags)
	var e chat.Event
	ok = c.message(&e, h, &here)
	return e, ok
}

const full = "@badge-info=subscriber/3;badges=subscriber/3;color=#0000FF;display-name=Ann\\sB;emotes=25:0-4;flags=;id=m-1;mod=0;" +
	"reply-parent-msg-id=m-0;room-id=1;tmi-sent-ts=1642786203573;user-id=77;user-type= :ann!ann@ann.tmi.twitch.tv PRIVMSG #nova :Kappa  hi :)"

func TestAChatLineBecomesAnEvent(t *testing.T) {
	t.Parallel()
	e, ok := event(full)
	require.True(t, ok)
	require.Equal(t, chat.Event{
		Platform: chat.Twitch, MessageID: "m-1", CreatorID: "creator", Channel: "nova",
		Author:  chat.Author{ID: "77", Login: "ann", Name: "Ann B", Roles: chat.Subscriber},
		Text:    "Kappa  hi :)",
		SentAt:  time.Date(2022, 1, 21, 17, 30, 3, 573_000_000, time.UTC),
		ReplyTo: "m-0", ReceivedAt: received,
	}, e)
}

func TestWhatALineSaysAboutItsAuthorAndRoom(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tags, text string
		check      func(t *testing.T, e chat.Event)
	}{
		"the broadcaster has that role":       {"badges=broadcaster/1,subscriber/0", "hi", wantRoles(chat.Broadcaster | chat.Subscriber)},
		"a moderator by badge":                {"badges=moderator/1", "hi", wantRoles(chat.Moderator)},
		"a moderator who leads the others":    {"badges=lead_moderator/1", "hi", wantRoles(chat.Moderator)},
		"a moderator by tag":                  {"badges=;mod=1", "hi", wantRoles(chat.Moderator)},
		"a VIP":                               {"badges=vip/1", "hi", wantRoles(chat.VIP)},
		"a founder is a subscriber":           {"badges=founder/0", "hi", wantRoles(chat.Subscriber)},
		"staff and partners have no role":     {"badges=staff/1,partner/1,admin/1,bits/100", "hi", wantRoles(chat.Everyone)},
		"an ordinary viewer has no role":      {"badges=", "hi", wantRoles(chat.Everyone)},
		"/me is unwrapped":                    {"", "\x01ACTION waves\x01", func(t *testing.T, e chat.Event) { require.Equal(t, "waves", e.Text) }},
		"/me that was cut off is unwrapped":   {"", "\x01ACTION wav", func(t *testing.T, e chat.Event) { require.Equal(t, "wav", e.Text) }},
		"an empty /me stays a message":        {"", "\x01ACTION\x01", func(t *testing.T, e chat.Event) { require.Empty(t, e.Text) }},
		"a shared message names its room":     {"room-id=1;source-room-id=2;source-id=x", "hi", func(t *testing.T, e chat.Event) { require.Equal(t, "2", e.SharedFrom) }},
		"a shared room's own message is ours": {"room-id=1;source-room-id=1;source-id=x", "hi", func(t *testing.T, e chat.Event) { require.Empty(t, e.SharedFrom) }},
		"no time means when it was read":      {"", "hi", func(t *testing.T, e chat.Event) { require.Equal(t, received, e.SentAt) }},
		"a time that is no number":            {"tmi-sent-ts=x", "hi", func(t *testing.T, e chat.Event) { require.Equal(t, received, e.SentAt) }},
		"a time before the platform existed":  {"tmi-sent-ts=1", "hi", func(t *testing.T, e chat.Event) { require.Equal(t, received, e.SentAt) }},
		"a time beyond all calendars":         {"tmi-sent-ts=9223372036854775807", "hi", func(t *testing.T, e chat.Event) { require.Equal(t, received, e.SentAt) }},
		"no display name means the login":     {"display-name=", "hi", func(t *testing.T, e chat.Event) { require.Equal(t, "ann", e.Author.Name) }},
		"an own message by the account's id":  {"user-id=900", "hi", func(t *testing.T, e chat.Event) { require.True(t, e.Self) }},
		"somebody else's message":             {"user-id=901", "hi", func(t *testing.T, e chat.Event) { require.False(t, e.Self) }},
		"a tag twice means its last value":    {"id=a;id=b", "hi", func(t *testing.T, e chat.Event) { require.Equal(t, "b", e.MessageID) }},
		"text with a colon and spaces":        {"", ":)  a : b ", func(t *testing.T, e chat.Event) { require.Equal(t, ":)  a : b ", e.Text) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, ok := event("@user-id=7;" + c.tags + " :ann!ann@ann PRIVMSG #nova :" + c.text)
			require.True(t, ok)
			c.check(t, e)
		})
	}
}

func wantRoles(roles chat.Roles) func(*testing.T, chat.Event) {
	return func(t *testing.T, e chat.Event) { require.Equal(t, roles.Names(), e.Author.Roles.Names()) }
}

func TestAnOwnMessageIsKnownByItsLogin(t *testing.T) {
	t.Parallel()
	e, ok := event(":BOT!bot@bot PRIVMSG #nova :pong")
	require.True(t, ok)
	require.True(t, e.Self)
}

func TestAMissingMessageIDIsDerivedFromTheLine(t *testing.T) {
	t.Parallel()
	id := func(tags, text string) string {
		e, ok := event("@" + tags + " :ann!ann@ann PRIVMSG #nova :" + text)
		require.True(t, ok)
		return e.MessageID
	}
	same := id("user-id=7;tmi-sent-ts=1642786203573", "hi")
	require.Regexp(t, `^sha-[0-9a-f]{32}$`, same)
	require.Equal(t, same, id("user-id=7;tmi-sent-ts=1642786203573;color=red", "hi"))
	require.NotEqual(t, same, id("user-id=8;tmi-sent-ts=1642786203573", "hi"))
	require.NotEqual(t, same, id("user-id=7;tmi-sent-ts=1642786203574", "hi"))
	require.NotEqual(t, same, id("user-id=7;tmi-sent-ts=1642786203573", "ho"))
	require.Regexp(t, `^sha-`, id("user-id=7;id="+strings.Repeat("x", 129), "hi"), "an id that fills an index page")
}

func TestAnEventHoldsNoMoreMemoryThanItsOwn(t *testing.T) {
	t.Parallel()
	line := []byte(full)
	h, ok := peek(line)
	require.True(t, ok)
	var c converter
	c.tags.scan(h.tags)
	var e chat.Event
	require.True(t, c.message(&e, h, &here))
	require.Less(t, e.Size(), 512)
	kept := e
	kept.Text, kept.Author.Name = strings.Clone(e.Text), strings.Clone(e.Author.Name)
	clear(line)
	clear(c.block)
	clear(c.tags.scratch)
	require.Equal(t, kept, e, "the buffers are used again")
}

func TestAnEventCostsTheMemoryOfItsStringsAlone(t *testing.T) {
	line := []byte(full)
	var c converter
	least := testing.AllocsPerRun(100, func() {
		h, _ := peek(line)
		c.tags.scan(h.tags)
		var e chat.Event
		if !c.message(&e, h, &here) {
			panic("no event")
		}
	})
	require.LessOrEqual(t, least, 1.0)
}

func TestRealChatIsReadCompletely(t *testing.T) {
	t.Parallel()
	events := 0
	for _, line := range realLines(t) {
		h, ok := peek(line)
		require.True(t, ok)
		if string(h.command) != "PRIVMSG" {
			_, err := parse(string(line))
			require.NoError(t, err)
			continue
		}
		require.False(t, odd(string(line)))
		got, ok := event(string(line))
		require.True(t, ok)
		want, ok := viaLibrary(string(line), here, func(*irc.PrivateMessage) {})
		require.True(t, ok)
		require.Equal(t, want, got)
		require.NotEmpty(t, got.MessageID)
		events++
	}
	require.Greater(t, events, 4000)
}

func TestALinesOutsideIsCutLikeTheProtocolSays(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][]string{
		"PING :tmi.twitch.tv":                         {"", "PING", "tmi.twitch.tv", ""},
		":bot.tmi.twitch.tv 366 bot #nova :End of /x": {"", "366", "bot", "#nova", "End of /x"},
		"@a=b :ann!ann@ann  PRIVMSG  #nova  :hi  you": {"ann", "PRIVMSG", "#nova", "hi  you", ""},
		":tmi.twitch.tv CAP * ACK :x y":               {"", "CAP", "*", "ACK", "x y"},
		"NOTICE * :":                                  {"", "NOTICE", "*", "", ""},
		"366 bot":                                     {"", "366", "bot", "", ""},
	} {
		h, ok := peek([]byte(line))
		require.True(t, ok)
		got := []string{string(h.login()), string(h.command)}
		for n := range len(want) - 2 {
			got = append(got, h.param(n))
		}
		require.Equal(t, want, got, line)
	}
}

func FuzzParseLine(f *testing.F) {
	for _, seed := range []string{
		full, "", "@", ":", "@ :", "PING", "@badges=broken PRIVMSG #nova :x", "@emotes=25:9-4 :a!a@a PRIVMSG #c :x",
		"@source-badges=x;source-id=1 :a!a@a PRIVMSG #c :\x01ACTION\x01", ":a!a@a PRIVMSG", "@a;;=;b=\\ :x PRIVMSG #c", "\xff\xfe PRIVMSG #c :\x00",
		"@tmi-sent-ts=-9223372036854775808;user-id=1 :a@a PRIVMSG #c :x", "CLEARCHAT", "USERSTATE", "@msg-id NOTICE * :x",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := newLineReader(bytes.NewReader(append(slices.Clone(raw), '\n')))
		line, err := r.next()
		if err != nil {
			return
		}
		require.True(t, utf8.Valid(line))
		require.NotContains(t, string(line), "\x00")
		h, ok := peek(line)
		if !ok {
			return
		}
		for n := range 4 {
			h.param(n)
			h.channel(n)
		}
		tag(h.tags, "user-id")
		_, _ = parse(string(line))
		if string(h.command) == "USERNOTICE" {
			noticeAgrees(t, string(line))
			return
		}
		got, ok := event(string(line))
		agrees(t, string(line), got, ok)
		if ok {
			requireSane(t, got)
		}
	})
}

func requireSane(t *testing.T, e chat.Event) {
	t.Helper()
	require.NotEmpty(t, e.MessageID)
	require.LessOrEqual(t, len(e.MessageID), maxID)
	require.NotEmpty(t, e.Author.ID)
	require.False(t, e.SentAt.IsZero())
	require.True(t, utf8.ValidString(e.Text))
	require.Less(t, e.SentAt.Year(), 2101)
}

// BenchmarkParse measures what one line costs from the wire to the event.
func BenchmarkParse(b *testing.B) {
	lines := bytes.Join(realLines(b), []byte("\r\n"))
	lines = append(lines, '\r', '\n')
	s := &session{c: New(Config{}, discard{}), channels: map[string]*channel{}}
	ch := newChannel("xqcow", "creator")
	ch.phase = phaseJoined
	s.channels[ch.name] = ch
	onWire := &conn{}
	onWire.heard.Store(received.UnixNano())
	b.ReportAllocs()
	source := bytes.NewReader(lines)
	reader := newLineReader(source)
	n := 0
	for b.Loop() {
		line, err := reader.next()
		if err != nil {
			source.Reset(lines)
			reader = newLineReader(source)
			line, _ = reader.next()
		}
		_ = s.handle(onWire, line)
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "lines/s")
}

type discard struct{}

func (discard) OnEvent(chat.Event)                         {}
func (discard) OnOther(OtherKind)                          {}
func (discard) OnGap(string, time.Time, time.Time, string) {}
func (discard) OnState(string, State, string)              {}
