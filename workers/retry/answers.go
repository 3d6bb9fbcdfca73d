package retry

import (
	"context"
	"errors"

	"go.temporal.io/api/serviceerror"
)

// missing reports whether what was asked about has ended.
func missing(err error) bool {
	var notFound *serviceerror.NotFound
	return errors.As(err, &notFound)
}

// ranOut reports whether err means that nobody answered before the deadline of
// waiting, which the server and the network may notice before waiting does.
func ranOut(waiting context.Context, err error) bool {
	var late *serviceerror.DeadlineExceeded
	return waiting.Err() != nil || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &late)
}
