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
	recorded, err := record(settled, in)
	if err != nil {
		return fmt.Errorf("record clip %s as %s: %w", in.ClipID, in.State, err)
	}
	r.state, r.seq = next.state, recorded.Seq
	if err := workflow.UpsertTypedSearchAttributes(settled, r.attributes()...); err != nil {
		return fmt.Errorf("show clip %s as %s: %w", in.ClipID, in.State, err)
	}
	r.show(settled)
	return nil
}

// record writes a change without events in the history. When the database does
// not answer at once, an ordinary activity goes on trying, which operators see.
func record(ctx workflow.Context, in task.RecordInput) (task.RecordResult, error) {
	local := workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		Summary:             string(in.State),
		StartToCloseTimeout: 3 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, MaximumAttempts: 2},
	})
	result, err := executeLocal(local, task.Record, in)
	if err == nil || task.FailureOf(err).Final {
		return result, err
	}
	return execute(workflow.WithActivityOptions(ctx, short(task.Record.Name, string(in.State))), task.Record, in)
}

func (r *clipRun) attributes() []temporal.SearchAttributeUpdate {
	failed := control.AttrFailedDestinations.ValueUnset()
	if r.state == clip.Failed && r.file != nil {
		failed = control.AttrFailedDestinations.ValueSet([]string{r.destination})
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
		Destination: r.destination,
		Host:        r.place.Host,
		URL:         r.url,
		RetryUntil:  r.retryUntil,
		HeldUntil:   r.heldUntil,
	}
	if r.file != nil {
		view.File = r.file.Path
	}
	if r.last != nil {
		view.Code, view.Reason = r.last.Code, r.last.Message
	}
	return view
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
	line("Destination", "%s", plain(r.destination))
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
	if r.parked {
		id := control.ClipWorkflowID(r.request.ClipID)
		b.WriteString(fmt.Sprintf("\nRetry until %s: send the signal `%s`, here or with "+
			"`temporal workflow signal -w %s --name %s`. To give it up: signal `%s`.\n",
			clock(r.retryUntil), control.SignalRetry, id, control.SignalRetry, control.SignalAbandon))
	}
	workflow.SetCurrentDetails(ctx, b.String())
}

// hint says in words what is going on.
func (r *clipRun) hint() string {
	if !r.heldUntil.IsZero() {
		return "waiting until " + clock(r.heldUntil) + ": " + plain(r.heldFor)
	}
	switch r.state {
	case clip.Queued:
		return "waiting until the recording covers the span"
	case clip.Encoding:
		return "the pending activity `encode` shows how far"
	case clip.Encoded:
		return "about to be uploaded"
	case clip.Uploading:
		return fmt.Sprintf("the pending activity `upload-%s` shows how far", r.destination)
	case clip.Published:
		return "done"
	default:
		if r.parked {
			return fmt.Sprintf("round %d failed", r.round)
		}
		return "closed"
	}
}
