package activities

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/store"
)

const (
	// uploadBeat is how often an upload tells how far it is.
	uploadBeat = time.Second

	// rowTimeout is how long the database may take to write how an upload stands.
	rowTimeout = 15 * time.Second
)

// UploadStore keeps where clips stand at their destinations.
type UploadStore interface {
	BeginUpload(ctx context.Context, clipID, destination string, attempt time.Time) (clip.Upload, error)
	SaveUpload(ctx context.Context, u clip.Upload) error
	// ClipWording is what the clip is to be called, which may have changed since it was
	// asked for. store.ErrNotFound leaves it at that.
	ClipWording(ctx context.Context, clipID string) (store.Wording, error)
}

// Upload publishes clips.
type Upload struct {
	StateDir     string // absolute
	Store        UploadStore
	Destinations map[string]destination.Destination
	Watch        ClipWatch
}

// Upload publishes a file at one destination, and keeps the row of the upload. A
// row that is published already is the answer; otherwise the destination is asked
// after every doubt. So it is safe to repeat.
func (a *Upload) Upload(ctx context.Context, in task.UploadInput) (task.UploadResult, error) {
	work := begin(ctx)
	defer work.finish()
	var sent atomic.Int64
	stop := work.beat(uploadBeat, func() any { return task.UploadProgress{Sent: sent.Load(), Total: in.Bytes} })
	defer stop()
	if err := work.lost(); err != nil {
		return task.UploadResult{}, err
	}
	row, err := a.begin(work, in)
	if err != nil {
		return task.UploadResult{}, work.outcome(err)
	}
	if row.State == clip.UploadPublished {
		return task.UploadResult{URL: row.URL, Ref: row.Ref}, nil
	}
	published, err := a.publish(work, in, sent.Store)
	if err == nil {
		return a.published(work, row, published)
	}
	var refused *destination.Error
	if errors.As(err, &refused) && refused.Kind == destination.Deferred && !refused.Until.IsZero() {
		return a.deferred(work, row, refused)
	}
	return task.UploadResult{}, a.failed(work, row, err)
}

// begin claims the upload for this attempt.
func (a *Upload) begin(work attempt, in task.UploadInput) (clip.Upload, error) {
	ctx, cancel := context.WithTimeout(work, rowTimeout)
	defer cancel()
	row, err := a.Store.BeginUpload(ctx, in.ClipID, in.Destination, activity.GetInfo(work).StartedTime)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return row, noUpload(in.Destination, err)
	case errors.Is(err, store.ErrStaleAttempt):
		return row, &clip.Failure{Code: clip.Internal, Message: "Another attempt has taken the upload over.", Err: err}
	default:
		return row, err
	}
}

func (a *Upload) publish(work attempt, in task.UploadInput, progress func(int64)) (destination.Published, error) {
	to, ok := a.Destinations[in.Destination]
	if !ok {
		return destination.Published{}, &destination.Error{
			Kind: destination.Final, Destination: in.Destination, Operation: "find the destination",
			Reason: fmt.Sprintf("There is no destination %q configured.", in.Destination),
		}
	}
	path, err := within(a.StateDir, in.Path)
	if err != nil {
		return destination.Published{}, err
	}
	if err := a.name(work, &in); err != nil {
		return destination.Published{}, err
	}
	began := time.Now()
	published, err := to.Publish(work, destination.Item{
		ClipID: in.ClipID, CreatorID: in.CreatorID, Path: path, Title: in.Title, Bytes: in.Bytes, SHA256: in.SHA256,
		Creator: in.Creator, SourceTitle: in.SourceTitle, Clipper: in.Clipper, RequestedAt: in.RequestedAt,
		Insisted: in.Insisted,
	}, progress)
	a.Watch.uploaded(in.ClipID, in.Destination, in.Bytes, time.Since(began), err)
	return published, err
}

// name gives the clip the words that count by now: those of the request may have been
// taken out of chat.
func (a *Upload) name(work attempt, in *task.UploadInput) error {
	ctx, cancel := context.WithTimeout(work, rowTimeout)
	defer cancel()
	wording, err := a.Store.ClipWording(ctx, in.ClipID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	in.Title, in.SourceTitle = wording.Title, wording.SourceTitle
	return nil
}

// published is written before it is told, so that no later attempt sends anything.
func (a *Upload) published(work attempt, row clip.Upload, at destination.Published) (task.UploadResult, error) {
	row.State, row.URL, row.Ref = clip.UploadPublished, at.URL, at.Ref
	if err := a.save(work, row); err != nil {
		return task.UploadResult{}, err
	}
	return task.UploadResult{URL: at.URL, Ref: at.Ref}, nil
}

func (a *Upload) deferred(work attempt, row clip.Upload, refused *destination.Error) (task.UploadResult, error) {
	row.State, row.Reason, row.DeferredUntil = clip.UploadDeferred, refused.Reason, refused.Until
	if err := a.save(work, row); err != nil {
		return task.UploadResult{}, err
	}
	return task.UploadResult{DeferredUntil: refused.Until, Reason: refused.Reason}, nil
}

// failed is what an attempt returns that did not publish.
func (a *Upload) failed(work attempt, row clip.Upload, cause error) error {
	failure := uploadFailure(row.Destination, cause)
	ended := work.outcome(failure)
	switch info := activity.GetInfo(work); {
	case temporal.IsCanceledError(ended):
		return ended // whoever took the upload away says what became of it
	case !errors.Is(ended, failure):
		row.State, row.Reason = clip.UploadRetrying, "Interrupted; another attempt goes on."
	case failure.Final || isLast(info):
		row.State, row.Reason = clip.UploadBroken, failure.Message
	default:
		row.State, row.Reason = clip.UploadRetrying, failure.Message
		ended = later(cause, failure, info)
	}
	// The next attempt, or the workflow, writes the row if this does not.
	failure.Err = errors.Join(failure.Err, a.save(work, row))
	return ended
}

// save writes the row, also when the attempt itself has been ended.
func (a *Upload) save(work attempt, row clip.Upload) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(work), rowTimeout)
	defer cancel()
	return a.Store.SaveUpload(ctx, row)
}

// isLast reports whether no further attempt follows if this one fails.
func isLast(info activity.Info) bool {
	return info.RetryPolicy != nil && info.RetryPolicy.MaximumAttempts > 0 && info.Attempt >= info.RetryPolicy.MaximumAttempts
}

// later makes the next attempt wait for as long as the destination asked for,
// where that is longer than it would wait anyway.
func later(cause error, failure *clip.Failure, info activity.Info) error {
	var refused *destination.Error
	if !errors.As(cause, &refused) || refused.After <= backoff(info) {
		return failure
	}
	return &task.Later{After: refused.After, Err: failure}
}

// backoff is how long the retry policy waits after this attempt.
func backoff(info activity.Info) time.Duration {
	policy := info.RetryPolicy
	if policy == nil {
		return 0
	}
	wait := float64(policy.InitialInterval) * math.Pow(max(policy.BackoffCoefficient, 1), float64(info.Attempt-1))
	if policy.MaximumInterval > 0 {
		wait = min(wait, float64(policy.MaximumInterval))
	}
	return time.Duration(min(wait, float64(math.MaxInt64/2)))
}

// uploadFailure is what an upload's error means for the clip.
func uploadFailure(to string, err error) *clip.Failure {
	var ours *clip.Failure
	if errors.As(err, &ours) {
		return ours
	}
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
