package roles

import (
	"context"
	"time"

	"github.com/streamsuites/streamsuites/activities"
	"github.com/streamsuites/streamsuites/internal/clip"
)

// clipWatch writes a line of the log for each step of a clip, so that its whole
// life is found by its id, and feeds the figures.
func (p Parts) clipWatch() activities.ClipWatch {
	figures := p.Metrics.Clips()
	return activities.ClipWatch{
		Changed: func(c clip.Clip) {
			figures.Changed(string(c.State))
			line := p.Log.Info().Str("clip", c.ClipID).Str("creator", c.CreatorID).Str("state", string(c.State)).Int("change", c.Seq)
			switch c.State {
			case clip.Failed:
				figures.Failed(string(c.FailureCode))
				line = line.Str("code", string(c.FailureCode)).Str("reason", c.Reason)
			case clip.Published:
				figures.Published(c.PublishedAt.Sub(c.RequestedAt))
				line = line.Str("url", c.URL).Stringer("took", c.PublishedAt.Sub(c.RequestedAt).Round(time.Millisecond))
			}
			line.Msg("clip changed its state")
		},
		Encoded: func(clipID string, took, ffmpeg, length time.Duration) {
			figures.Encoded(took, ffmpeg, length)
			p.Log.Info().Str("clip", clipID).Stringer("took", took.Round(time.Millisecond)).
				Stringer("ffmpeg", ffmpeg.Round(time.Millisecond)).Stringer("length", length.Round(time.Millisecond)).Msg("clip was cut")
		},
		Uploaded: func(clipID, destination string, bytes int64, took time.Duration, err error) {
			figures.Uploaded(destination, bytes, took, err)
			line := p.Log.Info()
			if err != nil {
				line = p.Log.Warn().Err(err)
			}
			line.Str("clip", clipID).Str("destination", destination).Int64("bytes", bytes).
				Stringer("took", took.Round(time.Millisecond)).Msg("clip was handed to its destination")
		},
	}
}

// countTimeout bounds the count of clips while the figures are read.
const countTimeout = 2 * time.Second

// countClips feeds the gauge of clips in each state. Without an answer from the
// database the gauge is left out, which a reader notices.
func (p Parts) countClips() map[string]int {
	ctx, cancel := context.WithTimeout(context.Background(), countTimeout)
	defer cancel()
	counts, err := p.Store.ClipCounts(ctx)
	if err != nil {
		return nil
	}
	named := make(map[string]int, len(counts))
	for state, n := range counts {
		named[string(state)] = n
	}
	return named
}
