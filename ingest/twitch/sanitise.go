package twitch

import (
	"strings"

	"github.com/streamsuites/streamsuites/internal/oneline"
)

const (
	// neutral goes before a text that the server would take for a command. It
	// has no width.
	neutral = "\u200b"
	// different makes a text unequal to the one before; clients do not show it.
	different = " \U000e0000"
)

// sanitise makes a chat message of any text: one line, no control characters,
// no command, at most limit code points. It returns an empty string when
// nothing that could be read is left.
func sanitise(text string, limit int) string {
	text = oneline.Of(text)
	if text != "" && (text[0] == '/' || text[0] == '.') {
		text = neutral + text
	}
	return oneline.Cut(text, limit)
}

// tagValue escapes a value of a message tag.
var tagValue = strings.NewReplacer(";", `\:`, " ", `\s`, `\`, `\\`, "\r", `\r`, "\n", `\n`, "\x00", "")
