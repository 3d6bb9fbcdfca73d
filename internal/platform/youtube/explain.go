package youtube

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

const (
	maxBody       = 1 << 20
	maxMessage    = 200
	maxReason     = 64
	maxRetryAfter = 24 * time.Hour
)

var tag = regexp.MustCompile(`</?[a-zA-Z][^<>]*>`)

// explain takes the reason and the explanation out of an error's body. Both are
// shortened and free of secrets.
func explain(body []byte, secrets []string) (reason, message string) {
	var answer struct {
		Error       json.RawMessage `json:"error"`
		Description string          `json:"error_description"` // RFC 6749 §5.2
	}
	if json.Unmarshal(body, &answer) != nil {
		return "", ""
	}
	var word string
	if json.Unmarshal(answer.Error, &word) == nil {
		return asReason(word, secrets), asMessage(answer.Description, secrets)
	}
	var full struct {
		Message string `json:"message"`
		Status  string `json:"status"`
		Errors  []struct {
			Reason  string `json:"reason"`
			Message string `json:"message"`
		} `json:"errors"`
	}
	if json.Unmarshal(answer.Error, &full) != nil {
		return "", ""
	}
	reason, message = full.Status, full.Message
	if len(full.Errors) > 0 {
		reason = full.Errors[0].Reason
		if message == "" {
			message = full.Errors[0].Message
		}
	}
	return asReason(reason, secrets), asMessage(message, secrets)
}

// asReason passes on what can be one of the platform's words and drops the rest.
func asReason(text string, secrets []string) string {
	if len(text) > maxReason || redact(text, secrets) != text {
		return ""
	}
	for _, r := range text {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' && r != '.' {
			return ""
		}
	}
	return text
}

func asMessage(text string, secrets []string) string {
	text = redact(tag.ReplaceAllString(strings.ToValidUTF8(text, "\uFFFD"), ""), secrets)
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
	text = redact(strings.Join(strings.Fields(text), " "), secrets)
	if utf8.RuneCountInString(text) > maxMessage {
		text = string([]rune(text)[:maxMessage-1]) + "…"
	}
	return text
}

// redact cuts secrets out of text.
func redact(text string, secrets []string) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "[redacted]")
		}
	}
	return text
}

// withoutAddress drops the address from a transport's error, and whatever
// secrets its text holds.
func withoutAddress(err error, secrets []string) error {
	for {
		var wrapped *url.Error
		if !errors.As(err, &wrapped) {
			break
		}
		err = wrapped.Err
	}
	text := err.Error()
	if clean := asMessage(text, secrets); clean != text {
		return &cleaned{text: clean, err: err}
	}
	return err
}

// retryAfter reads how long the server wants to be left alone, at most a day; zero
// when it does not say.
func retryAfter(header http.Header, now time.Time) time.Duration {
	pause, _ := call.RetryAfter(header, now)
	return min(pause, maxRetryAfter)
}
