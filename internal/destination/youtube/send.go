package youtube

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
)

const (
	// maxStalls is how many requests in a row may move nothing.
	maxStalls = 5
	// longPause is what this attempt waits at most when the platform wants to
	// be left alone; for longer ones somebody else waits.
	longPause = 30 * time.Second
)

// send sends the file from an offset on, until the platform names the video.
func (a *attempt) send(ctx context.Context, at int64) (string, error) {
	if err := a.verify(ctx); err != nil {
		return "", err
	}
	for stalls := 0; ; {
		got, err := a.step(ctx, at, stalls)
		if err != nil {
			return "", err
		}
		a.progress(got.Confirmed)
		switch {
		case got.VideoID != "":
			return got.VideoID, nil
		case got.Confirmed > at:
			stalls = 0
		case stalls == maxStalls:
			return "", refuse(destination.Retry, "send the clip", "YouTube takes nothing of the clip at the moment.", nil)
		default:
			stalls++
		}
		at = got.Confirmed
	}
}

// step sends one chunk. Whether it arrived is not assumed when there is doubt,
// but asked.
func (a *attempt) step(ctx context.Context, at int64, stalls int) (youtube.Progress, error) {
	if stalls > 0 {
		if err := a.Wait(ctx, backoff(stalls)); err != nil {
			return youtube.Progress{}, err
		}
	}
	if at == a.item.Bytes { // all is there, and the platform has not yet said so
		return a.ask(ctx, at)
	}
	chunk := youtube.Chunk{File: a.file, From: at, Bytes: min(a.ChunkBytes, a.item.Bytes-at), Total: a.item.Bytes}
	if chunk.From+chunk.Bytes == chunk.Total {
		if err := a.finishing(ctx); err != nil {
			return youtube.Progress{}, err
		}
	}
	got, err := a.channel.Client.SendChunk(ctx, a.session.Address, chunk)
	var failed *youtube.Error
	if !errors.As(err, &failed) || !failed.Doubtful() || ctx.Err() != nil || failed.RetryAfter > longPause {
		return got, err
	}
	a.doubted = a.doubted || !a.session.FinishingAt.IsZero()
	a.log.Warn().Err(err).Int64("bytes", at).Msg("asking youtube how much of the clip arrived")
	if err := a.Wait(ctx, max(failed.RetryAfter, time.Second)); err != nil {
		return youtube.Progress{}, err
	}
	return a.ask(ctx, at)
}

func backoff(stalls int) time.Duration { return time.Second << min(stalls, 3) }

// finishing notes that the clip may be there from now on.
func (a *attempt) finishing(ctx context.Context) error {
	current, err := a.Sessions.FinishingUpload(ctx, a.item.ClipID, Name, a.session.Address)
	if err != nil {
		return unstored("note the end of the upload", err)
	}
	if !current {
		return overtaken("note the end of the upload")
	}
	a.session.FinishingAt = a.Clock()
	return nil
}

// ask asks how much the session has. A session that says it is finished, and
// not as what, leaves the marker to tell.
func (a *attempt) ask(ctx context.Context, confirmed int64) (youtube.Progress, error) {
	got, err := a.channel.Client.UploadStatus(ctx, a.session.Address, confirmed, a.item.Bytes)
	var failed *youtube.Error
	if !errors.As(err, &failed) || failed.Status != http.StatusOK && failed.Status != http.StatusCreated {
		return got, err
	}
	id, finding := a.find(ctx)
	if finding != nil {
		return youtube.Progress{}, finding
	}
	if id == "" {
		return youtube.Progress{}, err
	}
	return youtube.Progress{Confirmed: a.item.Bytes, VideoID: id}, nil
}
