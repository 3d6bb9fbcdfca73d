package trigger

import (
	"fmt"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/speech"
)

// maxReason bounds a reason in an answer, in code points, so that the answer
// fits the tightest platform.
const maxReason = 300

// Names come from chat: they are cleaned before they are said.
func mention(name string) string { return "@" + clip.Clean(strings.TrimLeft(name, "@")) }

func pingText(name string) string {
	return mention(name) + " pong — StreamSuites is listening"
}

func ackText(name string, w wish, clipID string) string {
	note := ""
	switch w.clamped {
	case raised:
		note = ", the shortest there is"
	case cutDown:
		note = ", the longest there is"
	}
	return fmt.Sprintf("%s clipping the last %d s%s … %s",
		mention(name), wholeSeconds(w.length), note, clip.Marker(clipID))
}

// joinedText answers a request for a moment that is being clipped, or was.
func joinedText(name string, asked int, m *Moment) string {
	count := ""
	if asked > 1 {
		count = fmt.Sprintf(" (%d of you asked)", asked)
	}
	what := "already clipping that" + count
	if m.Over == clip.Published {
		what = "that is clipped already" + count
		if m.URL != "" {
			what += ": " + m.URL
		}
	}
	return mention(name) + " " + what + " " + clip.Marker(m.ClipID)
}

func endingText(to Asked, how clip.State, url, why string) string {
	marker := clip.Marker(to.ClipID)
	if how == clip.Published {
		if url == "" {
			return fmt.Sprintf("%s your clip is published %s", mention(to.Name), marker)
		}
		return fmt.Sprintf("%s your clip is ready: %s %s", mention(to.Name), url, marker)
	}
	reason := speech.Cut(clip.Clean(why), maxReason)
	if reason == "" {
		reason = "no reason was given"
	}
	return fmt.Sprintf("%s no clip this time: %s %s", mention(to.Name), reason, marker)
}

func deniedText(name, label string, no *refusal) string {
	var why string
	switch no.step {
	case StepEnabled:
		why = "is switched off"
	case StepStream:
		why = "works only while the stream is live"
		if no.detail == "live" {
			why = "works only while the stream is offline"
		}
	case StepCategory:
		why = "is not for what is being streamed"
	case StepRole:
		why = "is not open to everyone here"
	case StepArgs:
		why = "was not understood: " + no.detail
	case StepLate:
		why = "came too late"
	case StepCooldownGroup, StepCooldownGlobal, StepCooldownUser:
		why = fmt.Sprintf("is ready again in %d s", wholeSeconds(no.left))
	case StepStreamLimit, StepUserLimit:
		why = "has been used enough for this stream"
	case StepThreshold:
		why = "needs more people: " + no.detail
	case StepCost:
		why = "costs more: you have " + strings.TrimPrefix(no.detail, "has ")
	case StepRate:
		why = "has been used enough for this hour"
	case StepActive:
		why = "is still busy with the last clip"
	}
	return mention(name) + " " + label + " " + why
}

// wholeSeconds rounds up, so that "0 s left" is never said of something that
// still runs.
func wholeSeconds(d time.Duration) int {
	return int((d + time.Second - 1) / time.Second)
}

// oneLine drops what must not be said: line breaks and what cannot be seen.
func oneLine(text string) string {
	return speech.Line(text)
}
