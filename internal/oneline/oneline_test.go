package oneline_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/oneline"
)

func TestATextBecomesOneLineThatCanBeRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"plain":                         {"hello there", "hello there"},
		"several lines":                 {"a\r\nb\tc\u2028d\u2029e", "a  b c d e"},
		"control characters":            {"\x01AC\x7fTION\u0085 x\x00y", "ACTION x y"},
		"an invalid byte":               {"a\xffb", "a\ufffdb"},
		"spaces around it":              {" \u3000hi\u00a0 ", "hi"},
		"what has no width before it":   {"\u200b\u2060\ufeff\U000e0000/ban", "/ban"},
		"nothing that could be read":    {" \u200b\n\x02", ""},
		"joiners within it are of text": {"a\u200bb", "a\u200bb"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, oneline.Of(c.text))
		})
	}
}

func TestATextThatIsTooLongEndsInAnEllipsis(t *testing.T) {
	t.Parallel()
	require.Equal(t, strings.Repeat("é", 5), oneline.Cut(strings.Repeat("é", 5), 5))
	require.Equal(t, strings.Repeat("é", 4)+"…", oneline.Cut(strings.Repeat("é", 6), 5))
	require.Equal(t, "…", oneline.Cut("ab", 1))
}

func FuzzOf(f *testing.F) {
	for _, text := range []string{"", "hello", " \u200b/ban", "a\r\nb", "\xff\x00", "\U000e0000"} {
		f.Add(text, 10)
	}
	f.Fuzz(func(t *testing.T, text string, limit int) {
		limit = 1 + (limit&0x7fffffff)%600
		line := oneline.Of(text)
		require.True(t, utf8.ValidString(line))
		require.NotContains(t, line, "\n")
		require.Equal(t, -1, strings.IndexFunc(line, unicode.IsControl))
		require.Equal(t, line, oneline.Of(line), "a second time changes nothing")
		cut := oneline.Cut(line, limit)
		require.LessOrEqual(t, utf8.RuneCountInString(cut), limit)
	})
}
