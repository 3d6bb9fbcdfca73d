package main

import (
	"context"
	"io"
	"time"

	"github.com/streamsuites/streamsuites/cmd/internal/connect"
	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/workers"
)

const (
	// progressPatience is how long commands wait to be told how far clips are: what
	// the database says is shown in any case.
	progressPatience = 2 * time.Second
	// progressShown is of how many clips `status` asks.
	progressShown = 20
)

// progressView is something that is being done for a clip.
type progressView struct {
	ClipID      string     `json:"clip_id"`
	Step        string     `json:"step"` // activity, such as encode or upload-youtube
	Running     bool       `json:"running"`
	Attempt     int        `json:"attempt"`
	NextAttempt *time.Time `json:"next_attempt"`
	Fraction    *float64   `json:"fraction"` // 0 to 1, null when nobody knows
	SentBytes   int64      `json:"sent_bytes,omitempty"`
	TotalBytes  int64      `json:"total_bytes,omitempty"`
	Words       string     `json:"words"`
}

// atWork reports whether something may be being done for a clip.
func atWork(c clip.Clip) bool { return c.State != clip.Published && c.State != clip.Failed }

// progressOf asks Temporal how far clips are. Whoever cannot be asked has nothing to
// tell.
func (r *root) progressOf(ctx context.Context, target connect.Target, clips []clip.Clip) []progressView {
	views := []progressView{}
	var ids []string
	for _, c := range clips {
		if atWork(c) && len(ids) < progressShown {
			ids = append(ids, c.ClipID)
		}
	}
	if len(ids) == 0 {
		return views
	}
	ctx, cancel := context.WithTimeout(ctx, progressPatience)
	defer cancel()
	temporal, err := target.Temporal(ctx, r.quietTemporal())
	if err != nil {
		return views
	}
	defer temporal.Close()
	for _, id := range ids {
		steps, err := workers.Steps(ctx, temporal, id)
		if err != nil {
			return views
		}
		for _, s := range steps {
			views = append(views, viewOfStep(id, s))
		}
	}
	return views
}

func viewOfStep(clipID string, s workers.Step) progressView {
	v := progressView{
		ClipID: clipID, Step: s.ID, Running: s.Running, Attempt: s.Attempt, NextAttempt: instant(s.Next),
		SentBytes: s.Sent, TotalBytes: s.Total, Words: s.Words(),
	}
	if s.Known {
		v.Fraction = &s.Fraction
	}
	return v
}

// printProgress prints nothing when nothing is being done.
func printProgress(w io.Writer, views []progressView) error {
	if len(views) == 0 {
		return nil
	}
	_, _ = io.WriteString(w, "\n")
	return output.Table(w, []string{"CLIP", "PROGRESS"}, rowsOf(views, func(v progressView) []string { return []string{v.ClipID, v.Words} }))
}
