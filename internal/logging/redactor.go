package logging

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/rs/zerolog"
)

// MinSecret is the length in bytes of the shortest value that can be redacted.
// Anything shorter occurs in ordinary text.
const MinSecret = 4

// mask stands where a secret stood. It is shorter than any secret, so that
// replacing shrinks the text and ends, even where the mask and its
// surroundings happen to form a secret.
const mask = "***"

// maxPasses bounds the work on text that forms secrets with the mask over and
// over; such text is dropped as a whole.
const maxPasses = 32

// Redactor removes secret values from text. The zero value knows no secrets and
// is ready for use; it is safe for concurrent use.
type Redactor struct {
	mu       sync.Mutex
	known    map[string]bool
	replacer atomic.Pointer[strings.Replacer]
}

// Add makes r remove these values from now on, also where they appear quoted
// or escaped. It returns how many were too short to be redacted (see
// MinSecret); empty values do not count.
func (r *Redactor) Add(values ...string) (tooShort int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	changed := false
	for _, v := range values {
		switch {
		case v == "":
		case len(v) < MinSecret:
			tooShort++
		case !r.known[v]:
			if r.known == nil {
				r.known = map[string]bool{}
			}
			r.known[v] = true
			changed = true
		}
	}
	if changed {
		r.replacer.Store(newReplacer(r.known))
	}
	return tooShort
}

// String returns text without any secret value.
func (r *Redactor) String(text string) string {
	replacer := r.replacer.Load()
	if replacer == nil {
		return text
	}
	for range maxPasses {
		// A replacer copies what it is given, whatever is in it.
		var left length
		if _, err := replacer.WriteString(&left, text); err == nil && int(left) == len(text) {
			return text // what replaces a secret is shorter
		}
		text = replacer.Replace(text)
	}
	return mask + "\n"
}

// length counts what is written.
type length int

// Write implements io.Writer.
func (n *length) Write(text []byte) (int, error) { *n += length(len(text)); return len(text), nil }

// WriteString implements io.StringWriter, which a replacer uses where it can.
func (n *length) WriteString(text string) (int, error) {
	*n += length(len(text))
	return len(text), nil
}

// Bytes returns text without any secret value; text itself is not changed. It is
// what is returned when there is no secret in it, as nearly always: documents of
// megabytes pass here again and again.
func (r *Redactor) Bytes(text []byte) []byte {
	if len(text) == 0 || r.replacer.Load() == nil {
		return text
	}
	// Nobody changes text meanwhile, and the string is gone before the return.
	clean := r.String(unsafe.String(&text[0], len(text)))
	if len(clean) == len(text) {
		return text
	}
	return []byte(clean)
}

// newReplacer builds the replacer for all forms of the given values, the longest
// first, so that a secret inside another one does not leave the rest standing.
func newReplacer(values map[string]bool) *strings.Replacer {
	forms := map[string]bool{}
	for v := range values {
		for _, form := range formsOf(v) {
			forms[form] = true
			// An error text that quotes it is quoted again in a JSON line.
			forms[inLogLine(form)] = true
		}
	}
	sorted := make([]string, 0, len(forms))
	for form := range forms {
		if len(form) >= MinSecret {
			sorted = append(sorted, form)
		}
	}
	slices.SortFunc(sorted, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	pairs := make([]string, 0, 2*len(sorted))
	for _, form := range sorted {
		pairs = append(pairs, form, mask)
	}
	return strings.NewReplacer(pairs...)
}

// formsOf returns the ways in which programs write a value into text.
func formsOf(v string) []string {
	quoted := strconv.Quote(v)
	ascii := strconv.QuoteToASCII(v)
	forms := []string{v, inLogLine(v), quoted[1 : len(quoted)-1], ascii[1 : len(ascii)-1],
		url.QueryEscape(v), url.PathEscape(v)}
	if j, err := json.Marshal(v); err == nil {
		forms = append(forms, string(j[1:len(j)-1]))
	}
	return forms
}

// inLogLine returns v as it stands inside a string of a JSON log line.
func inLogLine(v string) string {
	var line bytes.Buffer
	l := zerolog.New(&line)
	l.Log().Str("", v).Send()
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(line.String()), `{"":"`), `"}`)
}
