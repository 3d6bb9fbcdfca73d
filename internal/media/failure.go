package media

import (
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// maxMissing is the part of a span that may be missing from a clip.
const maxMissing = 0.2

// Failure says why span cannot be cut from what is covered, or returns nil if
// it can. Ask it when Done is set, or when nobody waits any longer.
func (c Coverage) Failure(span Span) *clip.Failure {
	length := span.Length()
	if length <= 0 {
		return &clip.Failure{Code: clip.Internal, Final: true,
			Message: "The clip was asked for without a length."}
	}
	missing := length - c.Covered
	if float64(missing) <= maxMissing*float64(length) {
		return nil
	}
	lost := map[string]time.Duration{}
	for _, g := range c.Gaps {
		lost[g.Reason] += g.End.Sub(g.Start)
	}
	switch {
	case len(c.Segments) == 0 && c.Oldest.IsZero() && c.Expired.IsZero():
		return noCapture("Nothing of the stream had been recorded when the clip was asked for.")
	case lost[GapExpired]*2 >= missing:
		return &clip.Failure{Code: clip.TooOld, Final: true, Message: tooOldMessage(c.Oldest)}
	case lost[GapUnrecorded]*2 >= missing && span.Start.Before(c.Oldest):
		return noCapture(fmt.Sprintf("The recording of the stream began only at %s, after most of the moment that was asked for.", clockTime(c.Oldest)))
	case lost[GapUnrecorded]*2 >= missing:
		return noCapture("The stream was not being recorded at the moment that was asked for.")
	}
	return captureGap(missing, length)
}

func captureGap(missing, length time.Duration) *clip.Failure {
	return &clip.Failure{Code: clip.CaptureGap, Final: true, Message: fmt.Sprintf(
		"The stream broke off: %s of the %s that were asked for are missing from the recording.", inSeconds(missing), inSeconds(length))}
}

func noCapture(message string) *clip.Failure {
	return &clip.Failure{Code: clip.NoCapture, Final: true, Message: message}
}

func tooOldMessage(oldest time.Time) string {
	if oldest.IsZero() {
		return "That moment is too long ago: the recording no longer holds it."
	}
	return fmt.Sprintf("That moment is too long ago: the recording reaches back only to %s.", clockTime(oldest))
}

func clockTime(t time.Time) string { return t.UTC().Format("15:04:05 UTC") }

func inSeconds(d time.Duration) string {
	return fmt.Sprintf("%.0f s", d.Round(time.Second).Seconds())
}
