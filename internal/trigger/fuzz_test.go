package trigger

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
)

// FuzzEvaluate lets anybody write anything, under triggers that anybody may have
// written: keyword, pattern and template come from outside as well.
func FuzzEvaluate(f *testing.F) {
	for _, text := range []string{"!clip", "!clip 20 x", "!clip -d", "!ping \U000e0000", "!\xff", "@a !clip", "!clip " + "9999999999999999999999", "! clip", "\u202e!clip \u0000"} {
		f.Add(text, "Ann\u202e", true, "hype", `x(\d+)`, "$(user)")
	}
	f.Add("hype hype", "$(query)", false, "hype", `(?P<a>.)+$`, "$(match.a) ${query} $(pick a|b) $(random.1-9)")
	f.Add(strings.Repeat("a", 3000)+"!", "ann", false, "a", `(a+)+$`, "$(query)")
	f.Add("!go $(user) ${count}", "ann", false, "\u200b", `((((((((x{9}){9}){9})`, "$($(user))")
	f.Add("!go /ban you", "/mod", false, ".", `.*`, "$(query)")
	f.Add("K\u212a\u017f ß", "\x00", true, "ks", `\xff`, "/me $(args)")
	f.Fuzz(func(t *testing.T, text, name string, reply bool, keyword, pattern, response string) {
		set := settings(with(
			definition.Definition{ID: "k", Type: definition.Keyword, Keywords: []string{keyword}, Responses: []string{response}, StopOnMatch: ptr(false)},
			definition.Definition{ID: "r", Type: definition.Regex, Pattern: pattern, Responses: []string{response}, StopOnMatch: ptr(false)},
			definition.Definition{ID: "go", Type: definition.Command, Command: "go", Responses: []string{response}, QuotedArgs: reply},
		))
		m, err := NewMachine(set, live())
		if err != nil {
			t.Fatalf("a single trigger stops all: %v", err)
		}
		in := message("m1", text, func(e *chat.Event) {
			e.Author.Name = name
			if reply {
				e.ReplyTo = "x"
			}
		})
		out := m.Step(in)
		if out.Effects != nil {
			checkEffects(t, out.Effects)
		}
		// What was decided once is not decided again at once: all that fired cools down.
		in.Message.MessageID = "m2"
		if again := m.Step(in); again.Effects != nil {
			for _, d := range again.Effects.Decisions {
				if d.Fired {
					t.Fatalf("%s fired twice", d.TriggerID)
				}
			}
		}
	})
}

func checkEffects(t *testing.T, e *Effects) {
	t.Helper()
	for _, c := range e.Clips {
		if l := c.Length(); l < 5*time.Second || l > 60*time.Second {
			t.Fatalf("length %s is out of bounds", l)
		}
		if utf8.RuneCountInString(c.Title) > 120 {
			t.Fatalf("title too long: %q", c.Title)
		}
	}
	for _, m := range e.Messages {
		if !utf8.ValidString(m.Text) || utf8.RuneCountInString(m.Text) > 500 || strings.TrimSpace(m.Text) == "" {
			t.Fatalf("not fit to be said: %q", m.Text)
		}
		for _, c := range m.Text {
			if unicode.IsControl(c) {
				t.Fatalf("control character in %q", m.Text)
			}
		}
	}
}
