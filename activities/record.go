package activities

import (
	"context"
	"errors"
	"fmt"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

// ClipStore keeps the states of clips.
type ClipStore interface {
	Clip(ctx context.Context, id string) (clip.Clip, error)
	Transition(ctx context.Context, t store.Transition) (clip.Clip, error)
	SaveUpload(ctx context.Context, u clip.Upload) error
}

// ClipRecord writes the states of clips.
type ClipRecord struct {
	Store ClipStore
	Watch ClipWatch
}

// Record writes one change of a clip's state. It is safe to repeat.
//
// A workflow that was reset to an earlier point asks for changes under numbers
// that are taken. The row has moved on then, so the change is made from where
// the clip stands, by way of the states between, under the next free numbers.
func (a *ClipRecord) Record(ctx context.Context, in task.RecordInput) (task.RecordResult, error) {
	written, err := a.Store.Transition(ctx, transition(in))
	var refused *store.TransitionError
	switch {
	case err == nil:
		a.Watch.changed(written)
		return task.RecordResult{Seq: in.Seq}, nil
	case errors.Is(err, store.ErrNotFound):
		return task.RecordResult{}, &clip.Failure{
			Code: clip.Internal, Message: "There is no such clip in the database.", Final: true, Err: err,
		}
	case errors.As(err, &refused):
		return a.rejoin(ctx, in)
	default:
		return task.RecordResult{}, err
	}
}

// Note writes where an upload stands that nothing is attempting. It is safe to
// repeat.
func (a *ClipRecord) Note(ctx context.Context, in task.NoteInput) (task.Nothing, error) {
	err := a.Store.SaveUpload(ctx, clip.Upload{
		ClipID: in.ClipID, Destination: in.Destination, State: in.State, Reason: in.Reason, AttemptAt: in.At,
	})
	if errors.Is(err, store.ErrNotFound) {
		return task.Nothing{}, noUpload(in.Destination, err)
	}
	return task.Nothing{}, err
}

// noUpload says that a clip has no row for a destination.
func noUpload(destination string, err error) *clip.Failure {
	return &clip.Failure{
		Code: clip.Internal, Message: fmt.Sprintf("The database knows nothing of an upload to %s.", destination), Final: true, Err: err,
	}
}

// rejoin makes a change from wherever the clip stands.
func (a *ClipRecord) rejoin(ctx context.Context, in task.RecordInput) (task.RecordResult, error) {
	now, err := a.Store.Clip(ctx, in.ClipID)
	if err != nil {
		return task.RecordResult{}, err
	}
	if now.State == in.State {
		return task.RecordResult{Seq: now.Seq}, nil
	}
	way := wayBetween(now.State, in.State)
	if way == nil {
		return task.RecordResult{}, &clip.Failure{
			Code:    clip.Internal,
			Message: fmt.Sprintf("The clip is %s already and cannot become %s.", now.State, in.State),
			Final:   true,
		}
	}
	seq := now.Seq
	for _, state := range way {
		step := task.RecordInput{ClipID: in.ClipID, State: state, Reason: "the workflow was reset to an earlier point"}
		if state == in.State {
			step = in
		}
		seq++
		step.Seq = seq
		written, err := a.Store.Transition(ctx, transition(step))
		if err != nil {
			return task.RecordResult{}, err
		}
		a.Watch.changed(written)
	}
	return task.RecordResult{Seq: seq}, nil
}

// wayBetween is the shortest way that a clip can go from one state to another,
// without the first, or nil if there is none. It does not lead through failed.
func wayBetween(from, to clip.State) []clip.State {
	ways := [][]clip.State{{from}}
	visited := map[clip.State]bool{from: true}
	for len(ways) > 0 {
		way := ways[0]
		ways = ways[1:]
		for _, next := range clip.States {
			if visited[next] || !way[len(way)-1].CanBecome(next) {
				continue
			}
			visited[next] = true
			longer := append(append([]clip.State{}, way...), next)
			if next == to {
				return longer[1:]
			}
			if next != clip.Failed {
				ways = append(ways, longer)
			}
		}
	}
	return nil
}

func transition(in task.RecordInput) store.Transition {
	t := store.Transition{ClipID: in.ClipID, Seq: in.Seq, State: in.State, Reason: in.Reason, Code: in.Code, URL: in.URL, Retry: in.Retry}
	if in.File != nil {
		t.Result = &store.EncodeResult{
			OutputPath: in.File.Path,
			Thumbnail:  in.File.Thumbnail,
			Duration:   in.File.Duration,
			Bytes:      in.File.Bytes,
			SHA256:     in.File.SHA256,
			Gaps:       in.File.Gaps,
		}
	}
	return t
}
