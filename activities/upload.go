package activities

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/durable"
)

// uploadBeat is how often an upload tells how far it is.
const uploadBeat = time.Second

// Upload publishes clips.
type Upload struct {
	StateDir     string // absolute
	Destinations map[string]destination.Destination
	Watch        ClipWatch
}

// Upload publishes a file at one destination. Destinations are asked again
// after every doubt, so it is safe to repeat.
func (a *Upload) Upload(ctx context.Context, in task.UploadInput) (task.UploadResult, error) {
	to, ok := a.Destinations[in.Destination]
	if !ok {
		return task.UploadResult{}, &clip.Failure{
			Code: clip.UploadFailed, Message: fmt.Sprintf("There is no destination %q configured.", in.Destination), Final: true,
		}
	}
	path, err := within(a.StateDir, in.Path)
	if err != nil {
		return task.UploadResult{}, err
	}
	work := begin(ctx)
	defer work.finish()
	var sent atomic.Int64
	stop := work.beat(uploadBeat, func() any { return task.UploadProgress{Sent: sent.Load(), Total: in.Bytes} })
	if err := work.lost(); err != nil {
		stop()
		return task.UploadResult{}, err
	}
	began := time.Now()
	published, err := to.Publish(work, destination.Item{
		ClipID: in.ClipID, CreatorID: in.CreatorID, Path: path, Title: in.Title, Bytes: in.Bytes, SHA256: in.SHA256,
	}, sent.Store)
	stop()
	a.Watch.uploaded(in.ClipID, in.Destination, in.Bytes, time.Since(began), err)
	if err == nil {
		return task.UploadResult{URL: published.URL, Ref: published.Ref}, nil
	}
	var refused *destination.Error
	if errors.As(err, &refused) && refused.Kind == destination.Deferred {
		return task.UploadResult{DeferredUntil: refused.Until, Reason: refused.Reason}, nil
	}
	return task.UploadResult{}, work.outcome(uploadFailure(in.Destination, err))
}

// uploadFailure is what an upload's error means for the clip.
func uploadFailure(to string, err error) *clip.Failure {
	failure := &clip.Failure{
		Code: clip.UploadFailed, Message: fmt.Sprintf("The clip could not be published to %s.", to), Err: err,
	}
	var refused *destination.Error
	if errors.As(err, &refused) {
		failure.Final = refused.Kind == destination.Final
		if refused.Reason != "" {
			failure.Message = refused.Reason
		}
	}
	if durable.DiskFull(err) {
		failure.Code = clip.DiskFull
	}
	return failure
}
