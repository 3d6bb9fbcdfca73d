package twitch

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestLinesOfAClientAreUnderstood(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]Line{
		"PING":                  {Command: "PING"},
		"ping :a b":             {Command: "PING", Params: []string{"a b"}},
		"JOIN  #a,#b  ":         {Command: "JOIN", Params: []string{"#a,#b"}},
		":me PRIVMSG #a :hi :)": {Command: "PRIVMSG", Params: []string{"#a", "hi :)"}},
		"PRIVMSG #a :":          {Command: "PRIVMSG", Params: []string{"#a", ""}},
	} {
		line, err := ParseLine(raw)
		require.NoError(t, err, raw)
		require.Equal(t, want, line, raw)
	}
	for _, raw := range []string{"", " ", "@a=b", "@a=b ", ":prefix", ":prefix "} {
		_, err := ParseLine(raw)
		require.ErrorIs(t, err, errEmptyLine, "%q", raw)
	}
}

func TestTagsAreUnescaped(t *testing.T) {
	t.Parallel()
	line, err := ParseLine(`@a=x\sy\:\\\r\nz;b;c=\q;d=end\ NICK me`)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a": "x y;\\\r\nz", "b": "", "c": "q", "d": "end"}, line.Tags)
}

func FuzzParseLine(f *testing.F) {
	for _, seed := range []string{"PING :x", "@a=b;c PRIVMSG #a :hi", ":p JOIN #a,#b", "@", ":", " ", "@reply-parent-msg-id=\\ PRIVMSG # :\x00\xff", strings.Repeat("é", 600)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		line, err := ParseLine(raw)
		if err != nil {
			require.ErrorIs(t, err, errEmptyLine)
			return
		}
		require.NotEmpty(t, line.Command)
		size := 0
		for _, param := range line.Params {
			size += len(param)
		}
		require.LessOrEqual(t, size, maxLine)
		require.LessOrEqual(t, utf8.RuneCountInString(clean(line.param(1))), maxText)
		require.True(t, utf8.ValidString(clean(line.param(1))))
	})
}

func FuzzTagEscapes(f *testing.F) {
	f.Add(`a; b\c` + "\r\n")
	f.Add(`\`)
	f.Fuzz(func(t *testing.T, value string) {
		escaped := escape(value)
		require.NotContains(t, escaped, ";")
		require.NotContains(t, escaped, " ")
		require.NotContains(t, escaped, "\n")
		require.Equal(t, value, unescape(escaped))
	})
}
