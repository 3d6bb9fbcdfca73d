package task

import (
	"context"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
)

// Register registers fn as the activity a. What fn returns as its error crosses
// to the workflow through Error, here and nowhere else.
func Register[In, Out any](registry worker.ActivityRegistry, a Activity[In, Out], fn func(context.Context, In) (Out, error)) {
	registry.RegisterActivityWithOptions(func(ctx context.Context, in In) (Out, error) {
		out, err := fn(ctx, in)
		return out, Error(err)
	}, activity.RegisterOptions{Name: a.Name})
}
