package youtube

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/destination"
)

// yield says which parts of a text give way when it is too long.
type yield int

const (
	never  yield = iota
	first        // what the moment is called
	second       // names of people
	yields
)

// piece is a part of a text.
type piece struct {
	text  string
	yield yield
}

var variable = regexp.MustCompile(`\{[a-z_]+\}`)

// fixed is a template without its variables.
func fixed(template string) string {
	return variable.ReplaceAllStringFunc(template, func(name string) string {
		if _, ok := values(destination.Item{})[name]; ok {
			return ""
		}
		return name
	})
}

// values are what the variables of templates stand for. Everything that comes
// from chat is one line without angle brackets.
func values(item destination.Item) map[string][]piece {
	return map[string][]piece{
		"{title}":   parts(item),
		"{source}":  {{clip.Clean(item.SourceTitle), first}},
		"{clipper}": {{clip.Clean(item.Clipper), second}},
		"{creator}": {{clip.Clean(item.Creator), second}},
		"{date}":    {{date(item), never}},
		"{clip_id}": {{item.ClipID, never}},
	}
}

// parts takes the clip's title apart, so that what it was made of can give way
// by itself.
func parts(item destination.Item) []piece {
	whole := strings.TrimSpace(strings.TrimSuffix(clip.Clean(item.Title), clip.Marker(item.ClipID)))
	middle := " - " + date(item) + " clip by "
	if i := strings.LastIndex(whole, middle); i >= 0 {
		return []piece{{whole[:i], first}, {middle, never}, {whole[i+len(middle):], second}}
	}
	return []piece{{whole, first}}
}

// date is the day of the request, as titles have it.
func date(item destination.Item) string { return item.RequestedAt.UTC().Format("01/02/06") }

// expand fills a template in. What is filled in is not looked at again, and
// variables that there are none of stay as they are.
func expand(template string, item destination.Item) (pieces []piece) {
	template = strings.ToValidUTF8(template, "")
	known := values(item)
	rest := 0
	for _, at := range variable.FindAllStringIndex(template, -1) {
		value, ok := known[template[at[0]:at[1]]]
		if !ok {
			continue
		}
		pieces = append(append(pieces, piece{template[rest:at[0]], never}), value...)
		rest = at[1]
	}
	return append(pieces, piece{template[rest:], never})
}

// title makes a video's title. It ends with the clip's marker, by which the
// video is found again.
func title(template string, item destination.Item) string {
	marker := clip.Marker(item.ClipID)
	room := maxTitle - length(" "+marker)
	text := clip.Clean(join(fit(expand(or(template, DefaultTitle), item), room)))
	text = strings.TrimSpace(strings.TrimSuffix(cut(text, room), marker))
	return strings.TrimSpace(text + " " + marker)
}

// fit shortens pieces, those first that give way first.
func fit(pieces []piece, room int) []piece {
	over := -room
	for _, p := range pieces {
		over += length(p.text)
	}
	for y := first; y < yields; y++ {
		for i, p := range pieces {
			if over <= 0 || p.yield != y {
				continue
			}
			pieces[i].text = cut(p.text, length(p.text)-over)
			over -= length(p.text) - length(pieces[i].text)
		}
	}
	return pieces
}

func join(pieces []piece) string {
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.text)
	}
	return b.String()
}

// cut shortens text to n UTF-16 code units, and shows it where there is room.
func cut(text string, n int) string {
	if length(text) <= n {
		return text
	}
	if n < 2 {
		return ""
	}
	end, used := 0, 1 // the ellipsis
	for i, r := range text {
		if used += length(string(r)); used > n {
			break
		}
		end = i + utf8.RuneLen(r)
	}
	return strings.TrimRightFunc(text[:end], unicode.IsSpace) + "…"
}

// description makes a video's description.
func description(template string, item destination.Item) string {
	text := strings.ReplaceAll(join(expand(template, item)), "\r\n", "\n")
	text = strings.Map(func(r rune) rune {
		if r == '<' || r == '>' || r == unicode.ReplacementChar || unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
	text = strings.TrimSpace(text)
	if len(text) <= maxDescription {
		return text
	}
	end := maxDescription
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return strings.TrimSpace(text[:end])
}
