package trigger

import (
	"errors"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/match"
)

// wish is what somebody asked for behind `!clip`.
type wish struct {
	length  time.Duration
	clamped clamp
	title   string
}

// clamp says how a wished length was brought into its bounds.
type clamp int8

const (
	asWished clamp = iota
	raised         // to the shortest
	cutDown        // to the longest
)

// maxWishedTitle bounds a title from chat in bytes before it is cleaned.
const maxWishedTitle = 400

var errNoLength = errors.New("-d needs a number of seconds")

// parseWish reads `[seconds] [title…]` or `-d N [title…]`.
func parseWish(rest string, c ClipSettings) (wish, error) {
	word, title := match.FirstWord(rest)
	length, isLength := parseSeconds(word)
	if word == "-d" {
		word, title = match.FirstWord(title)
		if length, isLength = parseSeconds(word); !isLength {
			return wish{}, errNoLength
		}
	}
	if !isLength {
		return wish{length: c.DefaultLength, title: wishedTitle(rest)}, nil
	}
	w := newWish(length, c)
	w.title = wishedTitle(title)
	return w, nil
}

// newWish brings a length into the creator's bounds.
func newWish(length time.Duration, c ClipSettings) wish {
	switch {
	case length < c.MinLength:
		return wish{length: c.MinLength, clamped: raised}
	case length > c.MaxLength:
		return wish{length: c.MaxLength, clamped: cutDown}
	default:
		return wish{length: length}
	}
}

// parseSeconds reads "20", "20s" and "-5"; numbers of any size count, because
// they are clamped rather than refused.
func parseSeconds(word string) (time.Duration, bool) {
	digits := strings.TrimSuffix(strings.TrimSuffix(word, "s"), "S")
	negative := strings.HasPrefix(digits, "-")
	digits = strings.TrimPrefix(digits, "-")
	if digits == "" {
		return 0, false
	}
	const enough = 1_000_000
	n := 0
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return 0, false
		}
		n = min(n*10+int(digits[i]-'0'), enough)
	}
	if negative {
		n = -n
	}
	return time.Duration(n) * time.Second, true
}

// wishedTitle makes chat text fit for a title: one line, no links, no mentions.
func wishedTitle(text string) string {
	if len(text) > maxWishedTitle {
		text = strings.ToValidUTF8(text[:maxWishedTitle], "")
	}
	words := strings.FieldsFunc(text, match.Blank)
	kept := words[:0]
	for _, w := range words {
		if !isLink(w) && !strings.HasPrefix(w, "@") {
			kept = append(kept, w)
		}
	}
	return clip.Clean(strings.Join(kept, " "))
}

func isLink(word string) bool {
	return strings.Contains(word, "://") || (len(word) > 4 && strings.EqualFold(word[:4], "www."))
}
