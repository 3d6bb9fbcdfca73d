package match_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/match"
)

func TestNamesThatLookTheSameAreTheSame(t *testing.T) {
	t.Parallel()
	for name, spellings := range map[string][]string{
		"clip": {
			"clip", "CLIP", "cLiP", "ｃｌｉｐ", "ＣＬＩＰ", "𝐜𝐥𝐢𝐩", "c\u200bl\u200di\u2060p", "\u202eclip\u202c", "\u2066clip\u2069",
			"clip\U000e0000", "clip\u034f", "clip\ufe0f", "\ufeffclip", "cl\u00adip", "clⅰp",
		},
		"über":    {"über", "ÜBER", "u\u0308ber", "U\u0308BER", "u\u200d\u0308ber"},
		"straße":  {"straße", "STRAẞE"},
		"σοφοσ":   {"σοφος", "ΣΟΦΟΣ", "σοφος", "σοφοσ"},
		"kiss":    {"kiss", "\u212aiss", "kiſſ"},
		"😀":       {"😀", "😀\ufe0f"},
		"":        {"", "\u200b", "\ufe0f\U000e0000"},
		"a\ufffd": {"a\xff", "A\ufffd"},
	} {
		for _, spelling := range spellings {
			require.Equal(t, name, match.Name(spelling), "%q", spelling)
			appended, ok := match.AppendName([]byte("!"), spelling)
			require.Equal(t, name != "", ok, "%q", spelling)
			require.Equal(t, "!"+name, string(appended), "%q", spelling)
		}
	}
}

func TestNamesThatOnlyLookAlikeStayDifferent(t *testing.T) {
	t.Parallel()
	require.NotEqual(t, match.Name("clip"), match.Name("сliр"), "with Cyrillic letters")
	require.NotEqual(t, match.Name("clip"), match.Name("clİp"), "the dotted capital I is no other case of i")
	require.NotEqual(t, match.Name("strasse"), match.Name("straße"))
	require.NotEqual(t, match.Name("e"), match.Name("é"))
}

func TestANameThatIsTooLongIsNone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		strings.Repeat("x", match.MaxNameBytes):                               true,
		strings.Repeat("x", match.MaxNameBytes+1):                             false,
		strings.Repeat("ü", match.MaxNameBytes/2):                             true,
		strings.Repeat("ü", match.MaxNameBytes/2) + "x":                       false,
		"x" + strings.Repeat("\u200b", 100):                                   true,
		"x" + strings.Repeat("\u200b", 10_000):                                false,
		strings.Repeat("\ufdfa", 3):                                           false, // each becomes 18 characters
		"x" + strings.Repeat("\u0301", 10_000):                                false,
		strings.Repeat("ｘ", match.MaxNameBytes):                               true, // three bytes each until they are normalised
		strings.Repeat("\xff", 10_000):                                        false,
		"\x00":                                                                true,
		strings.Repeat("𝐱", match.MaxNameBytes) + strings.Repeat("\u200b", 9): true,
	} {
		dst := []byte("kept")
		name, ok := match.AppendName(dst, text)
		require.Equal(t, want, ok, "%.20q", text)
		if !ok {
			require.Equal(t, "kept", string(name))
		}
	}
}

func TestANameOfASCIIAllocatesNothing(t *testing.T) {
	var room [match.MaxNameBytes]byte
	for _, word := range []string{"clip", "CLIP", strings.Repeat("x", 300), ""} {
		require.Zero(t, testing.AllocsPerRun(100, func() { match.AppendName(room[:0], word) }), word)
	}
}

func FuzzName(f *testing.F) {
	for _, seed := range []string{"clip", "Ｃ\u200blip", "u\u200d\u0308", "\xff\x00", "ﷺ", "İ", "ᾳ\u0345", "\u1100\u1161\u3164", "ΐ", "\u0344"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4*match.MaxNameBytes {
			return
		}
		name := match.Name(text)
		if !utf8.ValidString(name) {
			t.Fatalf("%q becomes %q, which is no UTF-8", text, name)
		}
		if again := match.Name(name); again != name {
			t.Fatalf("%q becomes %q, and that %q", text, name, again)
		}
		for _, r := range name {
			if match.Ignorable(r) || match.Fold(r) != r {
				t.Fatalf("%q becomes %q, where %U is left", text, name, r)
			}
		}
		appended, ok := match.AppendName(nil, text)
		if want := name != "" && len(name) <= match.MaxNameBytes; ok != want || ok && string(appended) != name {
			t.Fatalf("%q: %q and %v, but by itself %q", text, appended, ok, name)
		}
	})
}
