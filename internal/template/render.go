package template

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxOutput bounds what a template renders to, in bytes. It is far above what any
// platform takes, so that only the caller, who knows the platform, cuts a message
// that can be said.
const MaxOutput = 16_000

// Render fills in the values, in one pass: what they hold is never taken for a
// variable. A variable without a value is empty, or what was written to be said
// instead.
//
// The result is fit to be said: valid UTF-8 on one line, with a blank for each line
// break and tab, without control characters and without those that turn the
// direction of all that follows, at most MaxOutput bytes.
func (t Template) Render(v Values) string {
	var out output
	out.template(t, v)
	return out.String()
}

// Value is where a variable's value stands in what was rendered: the bytes from From
// to To.
type Value struct {
	Name     string // as Values was asked for it
	From, To int
}

// RenderValues is Render, and tells where values stand, in the order of the text.
// What is said in place of a missing value is the template's own.
func (t Template) RenderValues(v Values) (string, []Value) {
	out := output{values: []Value{}}
	out.template(t, v)
	return out.String(), out.values
}

// output is what was rendered so far.
type output struct {
	strings.Builder
	values []Value // nil: nobody asks for them
}

func (o *output) template(t Template, v Values) {
	for i := range t.parts {
		p := &t.parts[i]
		switch p.kind {
		case literal:
			o.text(p.text)
		case variable:
			o.value(p, v)
		case number:
			o.text(strconv.FormatInt(p.low+draw(v, p.n, p.text), 10))
		case choice:
			o.template(p.options[draw(v, int64(len(p.options)), p.text)], v)
		}
	}
}

func (o *output) value(p *part, v Values) {
	value, ok := v.Value(p.text)
	if !ok && p.text == "touser" {
		value = toUser(v)
	}
	if value == "" {
		o.text(p.other)
		return
	}
	from := o.Len()
	o.text(value)
	if o.values != nil {
		o.values = append(o.values, Value{p.text, from, o.Len()})
	}
}

// toUser is whom an order is aimed at: its first argument, else its author.
func toUser(v Values) string {
	first, _ := v.Value("1")
	if first = strings.TrimPrefix(first, "@"); first != "" {
		return first
	}
	user, _ := v.Value("user")
	return user
}

// draw keeps what a source draws within its bounds.
func draw(v Values, n int64, salt string) int64 {
	if n <= 1 {
		return 0
	}
	if drawn := v.Random(n, salt) % n; drawn >= 0 {
		return drawn
	}
	return 0
}

// text appends text cleaned, as far as there is room.
func (o *output) text(text string) {
	for _, r := range text {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			r = ' '
		case r < utf8.RuneSelf && r >= ' ' && r != 0x7f:
		case unicode.IsControl(r) || turns(r):
			continue
		}
		if o.Len()+utf8.RuneLen(r) > MaxOutput {
			return
		}
		o.WriteRune(r)
	}
}

// turns reports the characters that open or close a stretch of the other
// direction (Unicode Standard Annex 9, §2): one that is left open in a name turns
// the rest of the message. The marks of a direction do not.
func turns(r rune) bool {
	return '\u202a' <= r && r <= '\u202e' || '\u2066' <= r && r <= '\u2069'
}
