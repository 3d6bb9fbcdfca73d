package twitch

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestAnyTextBecomesOneHarmlessLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"ordinary text stays":                   {"pong 👌 for you", "pong 👌 for you"},
		"line ends become spaces":               {"a\r\nb\nc\rd", "a  b c d"},
		"NUL becomes a space":                   {"a\x00b", "a b"},
		"control characters vanish":             {"a\x01ACTION\x07\x1b[31mb\u0085", "aACTION[31mb"},
		"an invalid byte is replaced":           {"a\xffb", "a\uFFFDb"},
		"spaces around it vanish":               {"  a \t", "a"},
		"a slash command is only text":          {"/ban ann", "\u200b/ban ann"},
		"a dot command is only text":            {".timeout ann", "\u200b.timeout ann"},
		"a command behind a line end is text":   {"\r\n/ban ann", "\u200b/ban ann"},
		"a command behind zero width is text":   {"\u200b\ufeff/ban ann", "\u200b/ban ann"},
		"a command behind a tag character":      {"\U000e0000/ban ann", "\u200b/ban ann"},
		"a slash inside stays":                  {"and/or", "and/or"},
		"nothing but spaces is nothing":         {" \r\n\t\u200b", ""},
		"500 characters stay":                   {strings.Repeat("é", 500), strings.Repeat("é", 500)},
		"501 characters end in an ellipsis":     {strings.Repeat("é", 501), strings.Repeat("é", 499) + "…"},
		"a character of four bytes is not torn": {strings.Repeat("👌", 600), strings.Repeat("👌", 499) + "…"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, sanitise(c.text, 500))
		})
	}
}

func FuzzSanitise(f *testing.F) {
	for _, seed := range []string{"", "/me", "\r\n.x", "\x00", "\xff", strings.Repeat("👌", 501), "\U000e0000 ", "a\u200b"} {
		f.Add(seed, 500)
	}
	f.Add("héllo wörld", 3)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		limit = 8 + (limit%1000+1000)%1000
		got := sanitise(text, limit)
		require.True(t, utf8.ValidString(got))
		require.LessOrEqual(t, utf8.RuneCountInString(got), limit)
		require.False(t, strings.ContainsAny(got, "\r\n\x00\x01"))
		require.False(t, strings.HasPrefix(got, "/") || strings.HasPrefix(got, "."))
		require.Equal(t, got, strings.TrimSpace(got))
		require.Equal(t, got, sanitise(got, limit), "a second time changes nothing")
	})
}

func TestATimeoutsLengthIsReadFromItsWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"You are timed out for 42 more seconds.":              42 * time.Second,
		"You are timed out for 99999999999999999999 seconds.": 30 * time.Second,
		"You are timed out for -5 seconds.":                   30 * time.Second,
		"You are timed out for a while.":                      30 * time.Second,
		"":                                                    30 * time.Second,
	} {
		require.Equal(t, want, timeout(text, 30*time.Second), text)
	}
}
