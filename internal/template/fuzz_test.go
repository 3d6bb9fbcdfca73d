package template_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/template"
)

// secret is what a template would say if it took a value for a variable.
const secret = "\ue000expanded\ue000"

// hostile answers each variable with one text but for the one that gives the
// secret away.
type hostile struct{ text string }

func (h hostile) Value(name string) (string, bool) {
	if name == "counter.secret" {
		return secret, true
	}
	return h.text, true
}

func (hostile) Random(n int64, salt string) int64 { return int64(len(salt)) % n }

func cleaned(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune("\n\r\t\v\f\u0085\u2028\u2029", r):
			return ' '
		case unicode.IsControl(r), '\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
			return -1
		}
		return r
	}, text)
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range [][2]string{
		{"hi $(user), ${query}", "$(counter.secret)"}, {"$(1)$(2)", "$(counter.secret"}, {"$(pick a|${1})", "${counter.secret}"},
		{"$($($(", ")))"}, {"$(random.1-6)}{", "x"}, {"$(pick 'a' \"b\" `c)`", "|"}, {"$(", "counter.secret)"}, {"$(4|$(counter.secret))", ""},
		{"$(pick $(pick $(pick $(pick $(pick a)))))", "b"}, {"\xff$\x00(user)", "\u202e"}, {"${user)${user}", "\r\n"}, {"$(nothing|$(user))", "y"}, {"${\x8b}", "0"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		parsed := template.Parse(text)
		out := parsed.Render(hostile{value})
		if len(out) > template.MaxOutput {
			t.Fatalf("%q renders %d bytes", text, len(out))
		}
		if !utf8.ValidString(out) || cleaned(out) != out {
			t.Fatalf("%q renders %q, which cannot be said", text, out)
		}
		if !parsed.Uses("counter.secret") && strings.Contains(out, secret) {
			t.Fatalf("%q with %q gives away what it does not ask for: %q", text, value, out)
		}
		want := strings.ToValidUTF8(cleaned(text), "\ufffd")
		if len(parsed.Names()) == 0 && len(want) <= template.MaxOutput && out != want {
			t.Fatalf("%q has no variables and renders %q", text, out)
		}
		for _, name := range parsed.Unknown() {
			if name == "" || !strings.Contains(text, name) {
				t.Fatalf("%q does not hold %q", text, name)
			}
		}
	})
}
