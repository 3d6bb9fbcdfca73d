package workflows_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/workflows"
)

// benchStart is when every workflow of the tests starts.
var benchStart = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var (
	recordedHere = task.LocateResult{Host: "host-1", StreamID: "s1", Dir: "capture/c1/s1"}
	encodedFile  = task.EncodeResult{
		Path: "clips/output/ab12cd.mp4", Thumbnail: "clips/output/ab12cd.jpg", Duration: 30 * time.Second, Bytes: 9000, SHA256: "00ff",
	}
	published = task.UploadResult{URL: "http://host/clips/ab12cd.mp4", Ref: "ab12cd.mp4"}
)

func sampleRequest() clip.Request {
	return clip.Request{
		ClipID: "ab12cd", JobID: "11111111-1111-4111-8111-111111111111", CreatorID: "c1", Creator: "Cee",
		Title: "Live - 11/22/26 clip by Ana [ab12cd]", SourceTitle: "Live", Platform: chat.Platform("twitch"), Channel: "cee",
		MessageID: "m1", RequestedBy: "twitch:ana", Clipper: "Ana", RequestedAt: benchStart,
		Start: benchStart.Add(-25 * time.Second), End: benchStart.Add(5 * time.Second), Destination: "folder",
	}
}

// clipBench runs one Clip workflow against activities that answer as told.
type clipBench struct {
	t   *testing.T
	env *testsuite.TestWorkflowEnvironment
	in  control.ClipInput

	record func(task.RecordInput) (task.RecordResult, error)
	locate func(task.LocateInput) (task.LocateResult, error)
	await  func(task.AwaitInput) error
	encode func(task.EncodeInput) (task.EncodeResult, error)
	upload func(task.UploadInput) (task.UploadResult, error)
	remark func(task.NoteInput) error

	playing            sync.Mutex
	records            []task.RecordInput // that succeeded
	shown              []clip.State       // search attribute updates
	failedDestinations [][]string         // the changes of that attribute
	notes              []string           // "<destination> <state>", that succeeded
	attempts           map[string]int     // by activity id
	order              []string           // activity ids, each once, as first asked for
	queues             map[string]string  // by activity id
}

func newClipBench(t *testing.T) *clipBench {
	t.Helper()
	b := &clipBench{
		t:        t,
		env:      newEnv(),
		in:       control.ClipInput{Request: sampleRequest()},
		record:   func(in task.RecordInput) (task.RecordResult, error) { return task.RecordResult{Seq: in.Seq}, nil },
		locate:   func(task.LocateInput) (task.LocateResult, error) { return recordedHere, nil },
		await:    func(task.AwaitInput) error { return nil },
		encode:   func(task.EncodeInput) (task.EncodeResult, error) { return encodedFile, nil },
		upload:   func(task.UploadInput) (task.UploadResult, error) { return published, nil },
		remark:   func(task.NoteInput) error { return nil },
		attempts: make(map[string]int),
		queues:   make(map[string]string),
	}
	b.register()
	b.watch()
	return b
}

// newEnv returns an environment as the workers of the main namespace set it up.
func newEnv() *testsuite.TestWorkflowEnvironment {
	env := bareEnv()
	workflows.RegisterControl(env)
	return env
}

// newParentEnv returns an environment with one workflow of ours, and children
// that the test plays.
func newParentEnv(name string, fn any, children map[string]any) *testsuite.TestWorkflowEnvironment {
	env := bareEnv()
	env.RegisterWorkflowWithOptions(fn, workflow.RegisterOptions{Name: name})
	for child, played := range children {
		env.RegisterWorkflowWithOptions(played, workflow.RegisterOptions{Name: child})
	}
	return env
}

func bareEnv() *testsuite.TestWorkflowEnvironment {
	suite := testsuite.WorkflowTestSuite{}
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	// A busy machine with the race detector is slow, not deadlocked.
	env.SetWorkerOptions(worker.Options{DisableRegistrationAliasing: true, DeadlockDetectionTimeout: 30 * time.Second})
	env.SetStartTime(benchStart)
	env.SetTestTimeout(time.Minute)
	env.SetDetachedChildWait(false)
	return env
}

// newSystemEnv is newEnv for the workflows of the system namespace.
func newSystemEnv() *testsuite.TestWorkflowEnvironment {
	env := bareEnv()
	workflows.RegisterHousekeeping(env)
	return env
}

func (b *clipBench) register() {
	task.Register(b.env, task.Record, func(ctx context.Context, in task.RecordInput) (task.RecordResult, error) {
		defer b.alone()()
		if !activity.GetInfo(ctx).IsLocalActivity {
			b.attempts["record"]++
		}
		result, err := b.record(in)
		if err == nil {
			in.Seq = result.Seq
			b.records = append(b.records, in)
		}
		return result, err
	})
	task.Register(b.env, task.Note, func(ctx context.Context, in task.NoteInput) (task.Nothing, error) {
		defer b.alone()()
		if !activity.GetInfo(ctx).IsLocalActivity {
			b.attempts[activity.GetInfo(ctx).ActivityID]++
		}
		err := b.remark(in)
		if err == nil {
			b.notes = append(b.notes, in.Destination+" "+string(in.State))
		}
		return task.Nothing{}, err
	})
	task.Register(b.env, task.Locate, func(ctx context.Context, in task.LocateInput) (task.LocateResult, error) {
		defer b.note(ctx)()
		return b.locate(in)
	})
	task.Register(b.env, task.Await, func(ctx context.Context, in task.AwaitInput) (task.AwaitResult, error) {
		defer b.note(ctx)()
		return task.AwaitResult{}, b.await(in)
	})
	task.Register(b.env, task.Encode, func(ctx context.Context, in task.EncodeInput) (task.EncodeResult, error) {
		defer b.note(ctx)()
		return b.encode(in)
	})
	task.Register(b.env, task.Upload, func(ctx context.Context, in task.UploadInput) (task.UploadResult, error) {
		defer b.note(ctx)()
		return b.upload(in)
	})
}

// alone keeps activities from playing side by side.
func (b *clipBench) alone() (done func()) {
	b.playing.Lock()
	return b.playing.Unlock
}

func (b *clipBench) note(ctx context.Context) (done func()) {
	done = b.alone()
	info := activity.GetInfo(ctx)
	if b.attempts[info.ActivityID]++; b.attempts[info.ActivityID] == 1 {
		b.order = append(b.order, info.ActivityID)
	}
	b.queues[info.ActivityID] = info.TaskQueue
	return done
}

// watch notes the search attributes that the workflow sets.
func (b *clipBench) watch() {
	var failed []string
	b.env.OnUpsertTypedSearchAttributes(mock.Anything).Run(func(args mock.Arguments) {
		attributes, ok := args.Get(0).(temporal.SearchAttributes)
		require.True(b.t, ok)
		state, ok := attributes.GetKeyword(control.AttrClipState)
		require.True(b.t, ok)
		b.shown = append(b.shown, clip.State(state))
		now, _ := attributes.GetKeywordList(control.AttrFailedDestinations)
		if len(now) != len(failed) {
			failed = now
			b.failedDestinations = append(b.failedDestinations, now)
		}
	}).Return(nil).Maybe()
}

func (b *clipBench) run() {
	b.t.Helper()
	b.env.ExecuteWorkflow(control.WorkflowClip, b.in)
	require.True(b.t, b.env.IsWorkflowCompleted())
}

func (b *clipBench) result() (view control.ClipView) {
	b.t.Helper()
	require.NoError(b.t, b.env.GetWorkflowError())
	require.NoError(b.t, b.env.GetWorkflowResult(&view))
	return view
}

func (b *clipBench) query() (view control.ClipView) {
	value, err := b.env.QueryWorkflow(control.QueryClip)
	require.NoError(b.t, err)
	require.NoError(b.t, value.Get(&view))
	return view
}

// at does something that long after the start.
func (b *clipBench) at(after time.Duration, do func()) { b.env.RegisterDelayedCallback(do, after) }

func (b *clipBench) update(answers *answers, in control.RetryInput) {
	b.env.UpdateWorkflow(control.UpdateRetry, "retry-1", answers, in)
}

func (b *clipBench) states() (states []clip.State) {
	for _, r := range b.records {
		states = append(states, r.State)
	}
	return states
}

func (b *clipBench) seqs() (seqs []int) {
	for _, r := range b.records {
		seqs = append(seqs, r.Seq)
	}
	return seqs
}

// uploads tells how the clip stands at its destinations.
func (b *clipBench) uploads() map[string]clip.UploadState {
	states := make(map[string]clip.UploadState)
	for _, u := range b.query().Uploads {
		states[u.Destination] = u.State
	}
	return states
}

func (b *clipBench) asked() []string { return b.order }

// answers collects what became of updates.
type answers struct {
	t          *testing.T
	results    []control.RetryResult
	rejections []error
}

func newAnswers(t *testing.T) *answers { return &answers{t: t} }

func (a *answers) Accept() {}

func (a *answers) Reject(err error) { a.rejections = append(a.rejections, err) }

func (a *answers) Complete(result any, err error) {
	require.NoError(a.t, err)
	answer, ok := result.(control.RetryResult)
	require.True(a.t, ok, "%T", result)
	a.results = append(a.results, answer)
}
