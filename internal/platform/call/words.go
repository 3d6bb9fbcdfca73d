package call

import (
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxMessage is how many characters of the server's words are kept.
const MaxMessage = 200

// Short makes one short line without secrets of the server's words.
func Short(text string, secrets ...string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "[redacted]")
		}
	}
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > MaxMessage {
		text = string([]rune(text)[:MaxMessage-1]) + "…"
	}
	return text
}

// RetryAfter reads how long the server wants to be left alone, as seconds or as a
// date (RFC 9110, section 10.2.3), and whether it says so.
func RetryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0), true
	}
	return 0, false
}
