package template

import (
	"strconv"
	"strings"
)

// maxNumber bounds random numbers either way, so that their span is one, too.
const maxNumber = 1_000_000_000_000_000

// maxOptions is how many options a choice has at most.
const maxOptions = 100

// number reads the span of a random number, such as 1-100; the argument, if there
// is one, is the span in place of the usual one.
func (p *parser) number(span, argument string) (part, bool) {
	if argument != "" {
		if span != "1-100" {
			return part{}, false
		}
		span = argument
	}
	low, high, ok := cutSpan(span)
	if !ok {
		return part{}, false
	}
	if low > high {
		low, high = high, low
	}
	p.uses("random")
	return part{kind: number, text: p.draw(), low: low, n: high - low + 1}, true
}

// cutSpan reads "low-high"; both may be negative.
func cutSpan(span string) (low, high int64, ok bool) {
	if span == "" {
		return 0, 0, false
	}
	i := strings.IndexByte(span[1:], '-') + 1
	if i == 0 {
		return 0, 0, false
	}
	low, lowOK := parseNumber(span[:i])
	high, highOK := parseNumber(span[i+1:])
	return low, high, lowOK && highOK
}

func parseNumber(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && -maxNumber <= n && n <= maxNumber && !strings.HasPrefix(text, "+")
}

// draw names the next random thing of the template.
func (p *parser) draw() string {
	p.draws++
	return strconv.Itoa(p.draws - 1)
}

// choice reads options: parted by bars, or in quotes, or single words. They are
// templates themselves.
func (p *parser) choice(argument string, depth int) (part, bool) {
	texts := cutOptions(argument)
	if len(texts) == 0 || len(texts) > maxOptions || depth >= maxDepth {
		return part{}, false
	}
	p.uses("pick")
	c := part{kind: choice, text: p.draw()}
	for _, text := range texts {
		c.options = append(c.options, p.parse(text, depth+1))
	}
	return c, true
}

func cutOptions(argument string) []string {
	if argument == "" {
		return nil
	}
	if bars := outside(argument, '|'); len(bars) > 0 {
		var options []string
		from := 0
		for _, at := range append(bars, len(argument)) {
			options = append(options, unquoted(strings.TrimSpace(argument[from:at])))
			from = at + 1
		}
		return options
	}
	return cutWords(argument)
}

// cutWords splits at blanks that are neither in quotes nor in a variable.
func cutWords(argument string) []string {
	var options []string
	inVariable := covered(argument)
	var quote byte
	from := -1 // where the word began
	for i := range len(argument) {
		c := argument[i]
		switch {
		case inVariable(i):
			if from < 0 {
				from = i
			}
		case quote != 0:
			if c == quote {
				options, quote, from = append(options, argument[from:i]), 0, -1
			}
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			if from >= 0 {
				options, from = append(options, argument[from:i]), -1
			}
		case from < 0 && strings.IndexByte(quotes, c) >= 0 && strings.IndexByte(argument[i+1:], c) >= 0:
			quote, from = c, i+1
		case from < 0:
			from = i
		}
	}
	if from >= 0 {
		options = append(options, argument[from:])
	}
	return options
}
