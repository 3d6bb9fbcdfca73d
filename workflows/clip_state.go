package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

// change is one change of a clip's state and what comes with it.
type change struct {
	state   clip.State
	file    *task.EncodeResult // with encoded
	url     string             // with published
	failure *clip.Failure      // with failed
}

// become records a change: first in the database, then where operators search
// and look. It is not interrupted by cancellation, so that the workflow always
// knows what was recorded.
func (r *clipRun) become(ctx workflow.Context, next change) error {
	settled, _ := workflow.NewDisconnectedContext(ctx)
	in := task.RecordInput{
		ClipID: r.request.ClipID, Seq: r.seq + 1, State: next.state, File: next.file, URL: next.url,
	}
	if next.failure != nil {
		in.Reason, in.Code = next.failure.Message, next.failure.Code
	}
	if r.state == clip.Failed {
		in.Retry = r.waiting()
	}
	recorded, err := record(settled, task.Record, in, task.Record.Name, string(in.State))
	if err != nil {
		return fmt.Errorf("record clip %s as %s: %w", in.ClipID, in.State, err)
	}
	r.state, r.seq = next.state, recorded.Seq
	return r.tell(settled)
}

// tell shows the clip as it stands where operators search and look.
func (r *clipRun) tell(ctx workflow.Context) error {
	if err := workflow.UpsertTypedSearchAttributes(ctx, r.attributes()...); err != nil {
		return fmt.Errorf("show clip %s as %s: %w", r.request.ClipID, r.state, err)
	}
	r.show(ctx)
	return nil
}

// retell is tell between two changes of the clip.
func (r *clipRun) retell(ctx workflow.Context) {
	if err := r.tell(ctx); err != nil {
		r.log.Error("uploads not shown", "error", err)
	}
}

// record writes without events in the history. When the database does not answer
// at once, an ordinary activity of the given id goes on trying, which operators
// see.
func record[In, Out any](ctx workflow.Context, activity task.Activity[In, Out], in In, id, summary string) (Out, error) {
	local := workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		Summary:             summary,
		StartToCloseTimeout: 3 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, MaximumAttempts: 2},
	})
	result, err := executeLocal(local, activity, in)
	if err == nil || task.FailureOf(err).Final {
		return result, err
	}
	return execute(workflow.WithActivityOptions(ctx, short(id, summary)), activity, in)
}

// note writes how an upload stands that nothing is attempting.
func (r *clipRun) note(ctx workflow.Context, d *delivery, state clip.UploadState, reason string) {
	settled, _ := workflow.NewDisconnectedContext(ctx)
	_, err := record(settled, task.Note, task.NoteInput{
		ClipID: r.request.ClipID, Destination: d.destination, State: state, Reason: reason, At: workflow.Now(ctx),
	}, task.Note.Name+"-"+d.destination, d.destination+": "+string(state))
	if err != nil {
		r.log.Error("upload not recorded", "destination", d.destination, "state", state, "error", err)
	}
}

func (r *clipRun) attributes() []temporal.SearchAttributeUpdate {
	failed := control.AttrFailedDestinations.ValueUnset()
	if destinations := names(r.in(clip.UploadBroken)); r.file != nil && len(destinations) > 0 {
		failed = control.AttrFailedDestinations.ValueSet(destinations)
	}
	return []temporal.SearchAttributeUpdate{control.AttrClipState.ValueSet(string(r.state)), failed}
}

func (r *clipRun) view() control.ClipView {
	view := control.ClipView{
		ClipID:      r.request.ClipID,
		State:       r.state,
		Seq:         r.seq,
		Round:       r.round,
		Title:       r.request.Title,
		RequestedBy: r.request.RequestedBy,
		Start:       r.request.Start,
		End:         r.request.End,
		Destination: r.deliveries[0].destination,
		Host:        r.place.Host,
		URL:         r.url,
		RetryUntil:  r.retryUntil,
		HeldUntil:   r.waitsUntil(),
	}
	for _, d := range r.deliveries {
		view.Uploads = append(view.Uploads, d.view())
	}
	if r.file != nil {
		view.File = r.file.Path
	}
	if r.last != nil {
		view.Code, view.Reason = r.last.Code, r.last.Message
	}
	return view
}

// waitsUntil is when the first thing happens that the clip waits for, if it does
// nothing but wait for a publish delay or a quota; zero otherwise.
func (r *clipRun) waitsUntil() (until time.Time) {
	if r.held() || r.any(clip.UploadRunning) {
		return r.heldUntil
	}
	for _, d := range r.in(clip.UploadDeferred) {
		if until.IsZero() || d.until.Before(until) {
			until = d.until
		}
	}
	return until
}

// show writes what the web UI shows above the history.
func (r *clipRun) show(ctx workflow.Context) {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		b.WriteString("- **" + name + ":** " + fmt.Sprintf(format, args...) + "\n")
	}
	b.WriteString("**" + string(r.state) + "** · " + r.hint() + "\n\n")
	line("Title", "%s", plain(r.request.Title))
	line("Asked for by", "%s (%s)", plain(r.request.Clipper), plain(r.request.RequestedBy))
	line("Span", "%s", span(r.request))
	for _, d := range r.deliveries {
		line("To "+plain(d.destination), "%s", d.text())
	}
	if r.file != nil {
		line("File", "`%s` on host `%s`, %s, %d bytes", r.file.Path, r.place.Host, r.file.Duration.Round(time.Millisecond), r.file.Bytes)
	}
	if r.url != "" {
		line("Published at", "%s", r.url)
	}
	if r.last != nil {
		line("Last error", "%s (`%s`)", plain(r.last.Message), r.last.Code)
		if r.last.Err != nil {
			line("Cause", "%s", plain(r.last.Err.Error()))
		}
	}
	b.WriteString(r.remedy())
	workflow.SetCurrentDetails(ctx, b.String())
}

// remedy says what an operator can do.
func (r *clipRun) remedy() string {
	send := fmt.Sprintf("send the signal `%s`, here or with `temporal workflow signal -w %s --name %s`",
		control.SignalRetry, control.ClipWorkflowID(r.request.ClipID), control.SignalRetry)
	if len(r.deliveries) > 1 {
		send += fmt.Sprintf(", for one destination with the input `{\"destination\":%q}`", r.deliveries[0].destination)
	}
	switch {
	case r.parked:
		return fmt.Sprintf("\nRetry until %s: %s. To give it up: signal `%s`.\n", clock(r.retryUntil), send, control.SignalAbandon)
	case r.state == clip.Uploading && r.any(clip.UploadBroken):
		return fmt.Sprintf("\nTo retry what failed without waiting for the rest: %s.\n", send)
	case !r.waitsUntil().IsZero():
		return fmt.Sprintf("\nTo try now: %s.\n", send)
	default:
		return ""
	}
}

// hint says in words what is going on.
func (r *clipRun) hint() string {
	if r.held() {
		return "waiting until " + clock(r.heldUntil) + ": " + publishDelay
	}
	switch r.state {
	case clip.Queued:
		return "waiting until the recording covers the span"
	case clip.Encoding:
		return "the pending activity `encode` shows how far"
	case clip.Encoded:
		return "about to be uploaded"
	case clip.Uploading:
		if until := r.waitsUntil(); !until.IsZero() {
			return "waiting until " + clock(until)
		}
		return fmt.Sprintf("at %d of %d destinations", len(r.in(clip.UploadPublished)), len(r.deliveries))
	case clip.Published:
		return "done"
	default:
		if r.parked {
			return fmt.Sprintf("round %d failed", r.round)
		}
		return "closed"
	}
}
