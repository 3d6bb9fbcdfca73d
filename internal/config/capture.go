package config

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Capture says where a creator's stream is recorded from: a fixed address, a
// program that prints one, or ways of finding it. None of them means that nothing
// is recorded.
type Capture struct {
	URL     string   `json:"url,omitempty"`
	Command []string `json:"command,omitempty"`
	// From are ways of finding the address, tried in order.
	From listed[CaptureFrom] `json:"from,omitempty"`
	// Quality is what the programs in From are asked for, in their own words;
	// empty is the best.
	Quality string `json:"quality,omitempty"`
	// Platform orders the platforms whose streams are recorded from different
	// sources: when several are live, the first of them is recorded.
	Platform listed[chat.Platform] `json:"platform,omitempty"`
}

// CaptureFrom is a way of finding a stream's address.
type CaptureFrom string

// The ways of finding a stream's address. None of them but the first is the
// platform's own, and that is not documented either.
const (
	FromPlatform   CaptureFrom = "platform"   // the platform's site, where it gives one: Kick
	FromStreamlink CaptureFrom = "streamlink" // the program
	FromYTDLP      CaptureFrom = "yt-dlp"     // the program
)

// IsSet reports whether there is anything to record from.
func (c Capture) IsSet() bool { return c.URL != "" || len(c.Command) > 0 || len(c.From) > 0 }

// Shared reports whether all of the creator's streams are recorded from one
// source, whatever platform they are on.
func (c Capture) Shared() bool { return c.URL != "" || len(c.Command) > 0 }

// Argv returns the command with {channel} replaced. It is run without a shell.
func (c Capture) Argv(channel string) []string {
	argv := make([]string, len(c.Command))
	for i, a := range c.Command {
		argv[i] = strings.ReplaceAll(a, "{channel}", channel)
	}
	return argv
}

// Outranks reports whether a stream on that platform is to be recorded rather than
// one on the other. Platforms that are not in the order come after those that are.
func (c Capture) Outranks(platform, other chat.Platform) bool {
	rank := func(p chat.Platform) int {
		if i := slices.Index(c.Platform, p); i >= 0 {
			return i
		}
		return len(c.Platform)
	}
	return rank(platform) < rank(other)
}

// listed is a list that may be written as its only element.
type listed[T ~string] []T

// UnmarshalJSON implements json.Unmarshaler.
func (l *listed[T]) UnmarshalJSON(data []byte) error {
	var one T
	if json.Unmarshal(data, &one) == nil {
		*l = nil
		if one != "" {
			*l = listed[T]{one}
		}
		return nil
	}
	return json.Unmarshal(data, (*[]T)(l))
}

// adviseCapture tells about what does not count, and leaves it out.
func (l *loader) adviseCapture(d document, path string, c *Creator) {
	one := func(found, used string) {
		l.add(Problem{File: d.file, Path: path, Found: found, Allowed: "one of them",
			Remedy: used + " is used", Severity: Info, Kind: Advice})
	}
	if c.Capture.URL != "" && len(c.Capture.Command) > 0 {
		one("url and command", "url")
		c.Capture.Command = nil
	}
	switch {
	case len(c.Capture.From) == 0 || !c.Capture.Shared():
		return
	case c.Capture.URL != "":
		one("url and from", "url")
	default:
		one("command and from", "command")
	}
	c.Capture.From = nil
}
