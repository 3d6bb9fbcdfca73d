package match_test

import (
	"regexp"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/match"
)

func TestFoldingGivesOneRepresentativeForEachOrbit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		of     string
		folded rune
	}{
		{"ASCII", "aA", 'a'},
		{"the Kelvin sign", "kK\u212a", 'k'},
		{"the long s", "sSſ", 's'},
		{"umlauts", "üÜ", 'ü'},
		{"the capital sharp s", "ßẞ", 'ß'},
		{"the final sigma", "σςΣ", 'σ'},
		{"the Ångström sign", "å\u212bÅ", 'å'},
		{"title case", "ǆǅǄ", 'ǆ'},
		{"Cyrillic", "жЖ", 'ж'},
		{"the dotted capital I, which is no other case of i", "İ", 'İ'},
		{"the dotless i, neither", "ı", 'ı'},
		{"what has no case", "草", '草'},
		{"what is no character", "\ufffd", '\ufffd'},
	} {
		for _, r := range c.of {
			require.Equal(t, c.folded, match.Fold(r), "%s: %q", c.name, r)
		}
	}
	require.Equal(t, rune(-1), match.Fold(-1))
	require.Equal(t, rune(unicode.MaxRune+1), match.Fold(unicode.MaxRune+1))
}

func TestFoldingAgreesWithTheOrbitsThatRegexpUses(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		next := unicode.SimpleFold(r)
		if next == r && match.Fold(r) == r {
			continue
		}
		if match.Ignorable(r) {
			require.Equal(t, next, r, "%U is ignorable and has another case", r)
			continue
		}
		require.Equal(t, match.Fold(next), match.Fold(r), "%U and %U", r, next)
		require.Equal(t, match.Fold(r), match.Fold(match.Fold(r)), "%U", r)
	}
	require.True(t, regexp.MustCompile("(?i)^\u212a$").MatchString("k"))
}

func TestIgnorableCharactersAreThoseThatShowNothing(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]rune{
		"zero-width space": '\u200b', "zero-width joiner": '\u200d', "zero-width non-joiner": '\u200c', "word joiner": '\u2060',
		"byte order mark": '\ufeff', "soft hyphen": '\u00ad', "left-to-right mark": '\u200e', "right-to-left mark": '\u200f',
		"right-to-left override": '\u202e', "isolate": '\u2066', "Arabic letter mark": '\u061c', "grapheme joiner": '\u034f',
		"variation selector 16": '\ufe0f', "variation selector 17": '\U000e0100', "Mongolian variation selector": '\u180b',
		"tag": '\U000e0000', "language tag": '\U000e0001', "tag letter": '\U000e0061', "cancelled tag": '\U000e007f',
		"Hangul filler": '\u3164', "half-width Hangul filler": '\uffa0', "Hangul choseong filler": '\u115f', "shorthand format": '\U0001bca0',
	} {
		require.True(t, match.Ignorable(r), "%s %U", name, r)
	}
	for name, r := range map[string]rune{
		"letter": 'a', "NUL": 0, "newline": '\n', "blank": ' ', "no-break space": '\u00a0', "ideographic space": '\u3000',
		"combining acute": '\u0301', "emoji": '😀', "skin tone": '\U0001f3fd', "regional indicator": '\U0001f1e9', "replacement": '\ufffd',
		"keycap": '\u20e3', "private": '\ue000', "negative": -1, "beyond": unicode.MaxRune + 1,
	} {
		require.False(t, match.Ignorable(r), "%s %U", name, r)
	}
}

func TestTheBoundsAreThoseOfDefinitions(t *testing.T) {
	t.Parallel()
	require.Equal(t, definition.MaxNameBytes, match.MaxNameBytes)
	require.Equal(t, definition.MaxPattern, match.MaxPattern)
}
