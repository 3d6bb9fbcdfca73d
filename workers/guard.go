package workers

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/workflow"

	"github.com/streamsuites/streamsuites/activities/task"
)

// guard is the interceptor of every worker. It adds to log lines which clip or
// creator they are about, and turns a panic of an activity into an error that
// is tried again, with its stack in the log and not in the history.
type guard struct {
	interceptor.WorkerInterceptorBase
}

// InterceptActivity implements interceptor.WorkerInterceptor.
func (*guard) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	in := &activityGuard{}
	in.Next = next
	return in
}

// InterceptWorkflow implements interceptor.WorkerInterceptor.
func (*guard) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	in := &workflowGuard{}
	in.Next = next
	return in
}

type activityGuard struct {
	interceptor.ActivityInboundInterceptorBase
}

// Init implements interceptor.ActivityInboundInterceptor.
func (g *activityGuard) Init(outbound interceptor.ActivityOutboundInterceptor) error {
	out := &activityLog{}
	out.Next = outbound
	return g.Next.Init(out)
}

// ExecuteActivity implements interceptor.ActivityInboundInterceptor.
func (g *activityGuard) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (result any, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			activity.GetLogger(ctx).Error("activity panicked", "panic", panicked, "stack", string(debug.Stack()))
			result, err = nil, task.Error(fmt.Errorf("panic: %v", panicked))
		}
	}()
	return g.Next.ExecuteActivity(ctx, in)
}

type activityLog struct {
	interceptor.ActivityOutboundInterceptorBase
}

// GetLogger implements interceptor.ActivityOutboundInterceptor.
func (l *activityLog) GetLogger(ctx context.Context) log.Logger {
	return log.With(l.Next.GetLogger(ctx), subject(activity.GetInfo(ctx).WorkflowExecution.ID)...)
}

type workflowGuard struct {
	interceptor.WorkflowInboundInterceptorBase
}

// Init implements interceptor.WorkflowInboundInterceptor.
func (g *workflowGuard) Init(outbound interceptor.WorkflowOutboundInterceptor) error {
	out := &workflowLog{}
	out.Next = outbound
	return g.Next.Init(out)
}

type workflowLog struct {
	interceptor.WorkflowOutboundInterceptorBase
}

// GetLogger implements interceptor.WorkflowOutboundInterceptor.
func (l *workflowLog) GetLogger(ctx workflow.Context) log.Logger {
	return log.With(l.Next.GetLogger(ctx), subject(workflow.GetInfo(ctx).WorkflowExecution.ID)...)
}

// subject returns the fields that say what a workflow is about; its id tells.
func subject(workflowID string) []any {
	kind, rest, _ := strings.Cut(workflowID, ":")
	switch kind {
	case "clip":
		return []any{"clip", rest}
	case "session":
		return []any{"creator", rest}
	case "capture":
		creator, stream, _ := strings.Cut(rest, ":")
		return []any{"creator", creator, "stream", stream}
	case "ingest":
		return []any{"shard", rest}
	default:
		return nil
	}
}
