package source

import (
	"bytes"
	"errors"
	"net/url"
	"slices"
	"strings"
)

// Bounds of what a program prints. Signed addresses are a few kilobytes long.
const (
	maxOutput  = 64 << 10
	maxAddress = 16 << 10
)

// What is wrong with a program's output; they follow on "<program> printed".
var (
	errNothing = errors.New("nothing")
	errTooMuch = errors.New("more than an address")
	errSeveral = errors.New("several addresses, as for picture and sound apart: choose a quality that has both")
	errProse   = errors.New("something that is no address")
)

// schemes that a recorder reads and that a program may send it to; files of this
// machine are not among them.
var schemes = []string{"http", "https", "rtmp", "rtmps", "srt"}

// ParseAddress returns the one address in what a program printed. The errors
// hold nothing of it.
func ParseAddress(output []byte) (string, error) {
	if len(output) > maxOutput {
		return "", errTooMuch
	}
	var lines []string
	for line := range bytes.Lines(output) {
		if text := strings.TrimSpace(string(line)); text != "" {
			lines = append(lines, text)
		}
	}
	switch {
	case len(lines) == 0:
		return "", errNothing
	case !slices.ContainsFunc(lines, func(l string) bool { return !isAddress(l) }) && len(lines) > 1:
		return "", errSeveral
	case len(lines) > 1 || !isAddress(lines[0]):
		return "", errProse
	}
	return lines[0], nil
}

func isAddress(text string) bool {
	if len(text) > maxAddress || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\uFFFD' }) {
		return false
	}
	u, err := url.Parse(text)
	return err == nil && slices.Contains(schemes, u.Scheme) && u.Hostname() != "" && u.Opaque == ""
}
