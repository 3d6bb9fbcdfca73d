package kick

import "github.com/streamsuites/streamsuites/internal/oneline"

// neutral goes before a text that the platform would take for a command. It has no
// width.
const neutral = "\u200b"

// sanitise makes a chat message of any text: one line, no control characters,
// no command, at most limit code points. It returns an empty string when
// nothing that could be read is left.
func sanitise(text string, limit int) string {
	text = oneline.Of(text)
	if text != "" && text[0] == '/' {
		text = neutral + text
	}
	return oneline.Cut(text, limit)
}
