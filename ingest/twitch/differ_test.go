package twitch

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	irc "github.com/gempir/go-twitch-irc/v4"
	"github.com/stretchr/testify/require"
)

// TestWhereTheLibraryIsWrong pins every difference between the library's reading
// of a chat line and ours.
func TestWhereTheLibraryIsWrong(t *testing.T) {
	t.Parallel()
	const nothing = "no message"
	for name, c := range map[string]struct{ tags, rest, library, ours string }{
		"an escaped backslash before an s":    {`display-name=a\\sb`, "PRIVMSG #nova :x", `a\ b`, `a\sb`},
		"an escaped backslash before a colon": {`display-name=a\\:b`, "PRIVMSG #nova :x", `a\;b`, `a\:b`},
		"an escaped line end":                 {`display-name=a\nb`, "PRIVMSG #nova :x", "ab", "a\nb"},
		"an escaped carriage return":          {`display-name=a\rb`, "PRIVMSG #nova :x", "ab", "a\rb"},
		"an escape of nothing":                {`display-name=a\bc`, "PRIVMSG #nova :x", `a\bc`, "abc"},
		"an escaped backslash at the end":     {`display-name=a\\`, "PRIVMSG #nova :x", "a", `a\`},
		"a badge without a version":           {`badges=broken;display-name=a`, "PRIVMSG #nova :x", nothing, "a"},
		"a partner's badge without a version": {`source-badges=broken;source-id=1;display-name=a`, "PRIVMSG #nova :x", nothing, "a"},
		"emotes that run backwards":           {`emotes=25:4-0;display-name=a`, "PRIVMSG #nova :hello", nothing, "a"},
		"spaces in a row":                     {`display-name=a`, "PRIVMSG  #nova :x", nothing, "a"},
		"an action without a space":           {`display-name=`, "PRIVMSG #nova :\x01ACTIONwaves\x01", "aves", "waves"},
		"an action inside an action":          {`display-name=`, "PRIVMSG #nova :\x01ACTION \x01ACTION a\x01\x01", "a\x01", "\x01ACTION a\x01"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			line := "@user-id=7;" + c.tags + " :ann!ann@ann " + c.rest
			require.True(t, odd(line) || c.library == nothing)
			shown := func(text, name string) string {
				if strings.Contains(c.rest, "ACTION") {
					return text
				}
				return name
			}
			library := nothing
			if e, ok := viaLibrary(line, here, func(*irc.PrivateMessage) {}); ok {
				library = shown(e.Text, e.Author.Name)
			}
			require.Equal(t, c.library, library, "the library")
			e, ok := event(line)
			require.True(t, ok)
			require.Equal(t, c.ours, shown(e.Text, e.Author.Name), "ours")
		})
	}
}

// wireValue makes a tag's value of any text: without what would end it.
var wireValue = strings.NewReplacer(";", "", " ", "", "\n", "", "\r", "", "\x00", "")

// wireText makes the end of a line of any text.
var wireText = strings.NewReplacer("\n", "", "\r", "", "\x00", "")

func asLine(parts ...string) (string, bool) {
	r := newLineReader(bytes.NewReader([]byte(strings.Join(parts, "") + "\n")))
	line, err := r.next()
	return string(slices.Clone(line)), err == nil
}

func FuzzChatTags(f *testing.F) {
	f.Add("broadcaster/1,subscriber/0", "Ann\\sB", "m-1", "1", "m-0", "1", "2", "1642786203573", "77", "100", "x=y;;=", "ann!ann@ann.tmi.twitch.tv", "Kappa hi")
	f.Add("broken", `a\`, "", "", "", "", "", "", "", "", "", "", "\x01ACTION waves\x01")
	f.Add("moderator,vip/", `\\s\:\r\n\b\\`, `\s`, "0", `\`, "1", "1", "-1", "", "-5", "emotes=25:9-4", "Ann!", "\x01ACTION")
	f.Add("founder/1\\:", "İSTANBUL", "\u00a0", "1\\s", "", "", `2\s`, "+1642786203573", strings.Repeat("7", 129), "1e3", "source-id=1;source-badges=x", "ÄNN!a@b", "\x01ACTION\x01")
	f.Add(",,/,vip", "\xff", "i", "1", "p", "r", "r", "99999999999999999999", "u", "9223372036854775808", "id=last;mod", "tmi.twitch.tv", ":")
	f.Fuzz(func(t *testing.T, badges, name, id, mod, reply, room, source, at, user, bits, more, mask, text string) {
		value := wireValue.Replace
		line, ok := asLine("@badges=", value(badges), ";display-name=", value(name), ";id=", value(id), ";mod=", value(mod),
			";reply-parent-msg-id=", value(reply), ";room-id=", value(room), ";source-room-id=", value(source),
			";tmi-sent-ts=", value(at), ";user-id=", value(user), ";bits=", value(bits),
			";", strings.ReplaceAll(wireText.Replace(more), " ", ""), " :", value(mask), " PRIVMSG #nova :", wireText.Replace(text))
		if !ok {
			return
		}
		got, ok := event(line)
		agrees(t, line, got, ok)
		if ok {
			requireSane(t, got)
		}
	})
}

func FuzzNoticeTags(f *testing.F) {
	for _, kind := range []string{"sub", "resub", "subgift", "anonsubgift", "submysterygift", "raid", "announcement", "sharedchatnotice", "ritual"} {
		f.Add(kind, "raid", "3", "42", "7", `ab\scd`, "", "1", "2", "77", "ann", "great stream")
	}
	f.Add(`resub\`, "", "-1", "x", "9223372036854775808", "", "c", "", "", "", "", "")
	f.Fuzz(func(t *testing.T, kind, shared, months, viewers, count, origin, community, room, source, user, login, text string) {
		value := wireValue.Replace
		line, ok := asLine("@badges=vip/1;display-name=", value(login), ";id=u-1;login=", value(login), ";msg-id=", value(kind),
			";source-msg-id=", value(shared), ";msg-param-cumulative-months=", value(months), ";msg-param-viewerCount=", value(viewers),
			";msg-param-mass-gift-count=", value(count), ";msg-param-origin-id=", value(origin), ";msg-param-community-gift-id=", value(community),
			";room-id=", value(room), ";source-room-id=", value(source), ";user-id=", value(user),
			" :tmi.twitch.tv USERNOTICE #nova :", wireText.Replace(text))
		if ok {
			noticeAgrees(t, line)
		}
	})
}
