package youtube

import (
	"strings"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/oneline"
)

// mention addresses a text to somebody: the platform has no replies. A text that
// would become too long, or names them already, stays as it is.
func mention(name, text string, limit int) string {
	name = strings.TrimPrefix(oneline.Of(name), "@")
	if name == "" {
		return text
	}
	at := "@" + name
	if len(text) >= len(at) && strings.EqualFold(text[:len(at)], at) {
		return text
	}
	if addressed := at + " " + text; utf8.RuneCountInString(addressed) <= limit {
		return addressed
	}
	return text
}
