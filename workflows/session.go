package workflows

import (
	"errors"
	"fmt"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

const (
	// remembered is how many decisions a session knows it has carried out. A
	// repeat that is older meets the rule that no id starts twice.
	remembered = 500

	// carriedAtMost is how many open decisions go over to a new run. More are
	// carried out first: the input of a run has a limit of 2 MiB, and a session
	// that was without a worker for an hour can find more than that.
	carriedAtMost = 100

	// tryAgain is the pause after a decision that could not be carried out.
	tryAgain = 5 * time.Second
)

// CreatorSession carries out what the data plane decided for one creator. It
// receives signals only; what it starts outlives it.
func CreatorSession(ctx workflow.Context, in control.SessionInput) error {
	return newSessionRun(ctx, in).run(ctx)
}

// sessionRun is one run of CreatorSession.
type sessionRun struct {
	creatorID string
	state     control.SessionState
	seen      map[string]bool // the keys in state.Seen
	decisions workflow.ReceiveChannel
	log       log.Logger
}

func newSessionRun(ctx workflow.Context, in control.SessionInput) *sessionRun {
	r := &sessionRun{
		creatorID: in.CreatorID,
		seen:      make(map[string]bool),
		log:       workflow.GetLogger(ctx), // which names the creator already
		decisions: workflow.GetSignalChannelWithOptions(ctx, control.SignalDecisions, workflow.SignalChannelOptions{
			Description: "What the lane decided: a list of decisions, each carried out once.",
		}),
	}
	if in.State != nil {
		r.state = *in.State
	}
	for _, key := range r.state.Seen {
		r.seen[key] = true
	}
	return r
}

func (r *sessionRun) run(ctx workflow.Context) error {
	for {
		r.show(ctx)
		if len(r.state.Pending) == 0 {
			var batch []control.Decision
			if err := receive(ctx, r.decisions, &batch); err != nil {
				return err
			}
			r.state.Pending = batch
		}
		r.drain()
		r.dropRepeats()
		if workflow.GetInfo(ctx).GetContinueAsNewSuggested() && len(r.state.Pending) <= carriedAtMost {
			// Nothing may come between the drain above and this return.
			return workflow.NewContinueAsNewError(ctx, control.WorkflowSession,
				control.SessionInput{CreatorID: r.creatorID, State: &r.state})
		}
		if err := r.carryOut(ctx); err != nil {
			return err
		}
	}
}

// drain takes over every signal that has arrived, without waiting.
func (r *sessionRun) drain() {
	for {
		var batch []control.Decision
		if !r.decisions.ReceiveAsync(&batch) {
			return
		}
		r.state.Pending = append(r.state.Pending, batch...)
	}
}

// dropRepeats removes from what is pending what was carried out before, and
// all but the first of what is there several times.
func (r *sessionRun) dropRepeats() {
	pending := make(map[string]bool)
	r.state.Pending = slices.DeleteFunc(r.state.Pending, func(d control.Decision) bool {
		repeated := r.seen[d.Key] || pending[d.Key]
		pending[d.Key] = true
		return repeated
	})
}

// carryOut does what is pending, in order, as far as one batch goes. What could
// not be done stays pending.
func (r *sessionRun) carryOut(ctx workflow.Context) error {
	batch := r.state.Pending[:min(len(r.state.Pending), startsAtOnce)]
	rest := slices.Clone(r.state.Pending[len(batch):])
	var failed []control.Decision
	for i, err := range r.perform(ctx, batch) {
		switch {
		case err == nil:
		case temporal.IsCanceledError(err):
			return err
		default:
			r.log.Error("decision not carried out", "key", batch[i].Key, "error", err)
			failed = append(failed, batch[i])
		}
	}
	r.state.Pending = append(failed, rest...)
	if len(failed) > 0 {
		return workflow.Sleep(ctx, tryAgain)
	}
	return nil
}

// perform starts the batch's clips side by side, and does the rest in order. It
// remembers what it has done.
func (r *sessionRun) perform(ctx workflow.Context, batch []control.Decision) []error {
	errs := make([]error, len(batch))
	var clips []child
	var of []int // index into batch of each of clips
	for i, decision := range batch {
		switch {
		case decision.Kind == control.DecideClip && decision.Clip != nil:
			clips, of = append(clips, clipChild(decision)), append(of, i)
		case decision.Kind == control.DecideStreamLive && decision.Stream != nil:
			errs[i] = r.streamLive(ctx, decision)
		case decision.Kind == control.DecideStreamOver && decision.Stream != nil:
			errs[i] = r.streamOver(ctx, decision)
		default:
			// A newer data plane than this session; nothing can be done with it.
			r.log.Warn("decision of an unknown kind", "key", decision.Key, "kind", decision.Kind)
			r.remember(decision.Key)
		}
	}
	for i, err := range startAll(ctx, clips) {
		errs[of[i]] = err
		if err == nil {
			r.remember(batch[of[i]].Key)
			r.state.Clips++
		}
	}
	return errs
}

// streamLive starts the capture of a stream, or tells the one that is about to
// stop that the stream is back.
func (r *sessionRun) streamLive(ctx workflow.Context, decision control.Decision) error {
	stream := *decision.Stream
	for range 3 { // a capture can close between the start and the signal
		if err := startAll(ctx, []child{captureChild(stream)})[0]; err != nil {
			return err
		}
		found, err := tellCapture(ctx, stream, control.StreamEnd{Back: true})
		if err != nil {
			return err
		}
		if found {
			break
		}
	}
	r.remember(decision.Key)
	if !slices.ContainsFunc(r.state.Streams, sameStream(stream)) {
		r.state.Streams = append(r.state.Streams, stream)
	}
	return nil
}

// streamOver tells a stream's capture that it may stop.
func (r *sessionRun) streamOver(ctx workflow.Context, decision control.Decision) error {
	stream := *decision.Stream
	if _, err := tellCapture(ctx, stream, control.StreamEnd{}); err != nil {
		return err
	}
	r.remember(decision.Key)
	r.state.Streams = slices.DeleteFunc(r.state.Streams, sameStream(stream))
	return nil
}

// tellCapture signals a capture and reports whether there is one.
func tellCapture(ctx workflow.Context, stream control.Stream, end control.StreamEnd) (found bool, err error) {
	id := control.CaptureID(stream.CreatorID, stream.StreamID)
	err = workflow.SignalExternalWorkflow(ctx, id, "", control.SignalStreamEnd, end).Get(ctx, nil)
	var unknown *temporal.UnknownExternalWorkflowExecutionError
	if errors.As(err, &unknown) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("tell %s: %w", id, err)
	}
	return true, nil
}

func sameStream(a control.Stream) func(control.Stream) bool {
	return func(b control.Stream) bool { return a.Platform == b.Platform && a.StreamID == b.StreamID }
}

// remember keeps the keys of the newest decisions.
func (r *sessionRun) remember(key string) {
	if r.seen[key] {
		return
	}
	r.seen[key] = true
	r.state.Seen = append(r.state.Seen, key)
	for len(r.state.Seen) > remembered {
		delete(r.seen, r.state.Seen[0])
		r.state.Seen = r.state.Seen[1:]
	}
}

func (r *sessionRun) show(ctx workflow.Context) {
	text := fmt.Sprintf("**%d** clips started. Not live.", r.state.Clips)
	if len(r.state.Streams) > 0 {
		text = fmt.Sprintf("**%d** clips started. Live:\n", r.state.Clips)
		for _, stream := range r.state.Streams {
			text += fmt.Sprintf("\n- %s on %s since %s", plain(stream.Channel), stream.Platform, clock(stream.StartedAt))
		}
	}
	workflow.SetCurrentDetails(ctx, text)
}

func captureChild(stream control.Stream) child {
	return child{
		options: workflow.ChildWorkflowOptions{
			WorkflowID:    control.CaptureID(stream.CreatorID, stream.StreamID),
			StaticSummary: shorten(fmt.Sprintf("recording %s on %s: %s", stream.Channel, stream.Platform, stream.Title)),
			TypedSearchAttributes: temporal.NewSearchAttributes(
				control.AttrCreator.ValueSet(stream.CreatorID), control.AttrPlatform.ValueSet(string(stream.Platform))),
		},
		workflow: control.WorkflowCapture,
		input:    control.CaptureInput{Stream: stream},
	}
}

func clipChild(decision control.Decision) child {
	request := *decision.Clip
	in := control.ClipInput{Request: request}
	if decision.Options != nil {
		in.Options = *decision.Options
	}
	return child{
		options: workflow.ChildWorkflowOptions{
			WorkflowID:            control.ClipWorkflowID(request.ClipID),
			WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
			StaticSummary:         shorten(fmt.Sprintf("!clip by %s: %s", request.Clipper, request.Title)),
			TypedSearchAttributes: temporal.NewSearchAttributes(
				control.AttrClipState.ValueSet(string(clip.Queued)),
				control.AttrCreator.ValueSet(request.CreatorID),
				control.AttrPlatform.ValueSet(string(request.Platform)),
				control.AttrDestinations.ValueSet(request.Destinations()),
			),
			Memo: map[string]any{
				"title":        request.Title,
				"requested_by": request.RequestedBy,
				"span":         span(request),
			},
		},
		workflow: control.WorkflowClip,
		input:    in,
	}
}
