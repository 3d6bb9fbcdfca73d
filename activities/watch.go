package activities

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// ClipWatch is told what happens to clips, for logs and figures. Functions that
// are nil are not called; the others must not wait.
type ClipWatch struct {
	// Changed is called with the clip as it is after a change of its state was
	// written.
	Changed func(clip.Clip)
	// Encoded is called after a cut: how long it took in all, how long FFmpeg ran,
	// and how long the clip is.
	Encoded func(clipID string, took, ffmpeg, length time.Duration)
	// Uploaded is called after each attempt to publish.
	Uploaded func(clipID, destination string, bytes int64, took time.Duration, err error)
}

func (w ClipWatch) changed(c clip.Clip) {
	if w.Changed != nil {
		w.Changed(c)
	}
}

func (w ClipWatch) encoded(clipID string, took, ffmpeg, length time.Duration) {
	if w.Encoded != nil {
		w.Encoded(clipID, took, ffmpeg, length)
	}
}

func (w ClipWatch) uploaded(clipID, destination string, bytes int64, took time.Duration, err error) {
	if w.Uploaded != nil {
		w.Uploaded(clipID, destination, bytes, took, err)
	}
}
