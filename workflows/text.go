package workflows

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// maxSummary is the longest static summary in bytes that the server takes.
const maxSummary = 400

// shorten cuts text to what fits a summary.
func shorten(text string) string {
	if len(text) <= maxSummary {
		return text
	}
	cut := maxSummary - len("…")
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}

// markup are the characters that mean something in Markdown.
var markup = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "#", `\#`, "|", `\|`, "!", `\!`,
	"\n", " ", "\r", " ")

// plain makes text that came from chat show as itself in Markdown.
func plain(text string) string { return markup.Replace(text) }

// clock is a time as the UI shows it.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

// span is the part of the stream that a request asks for, in words.
func span(request clip.Request) string {
	return fmt.Sprintf("%s to %s (%s)", clock(request.Start), clock(request.End), request.Length().Round(time.Millisecond))
}
