package youtube

import (
	"context"
	"io"
	"time"
)

// watch ends a request in which nothing moves.
type watch struct {
	timer *time.Timer
	after time.Duration
}

// watched returns a context that ends with ErrIdle when the watch was not told
// about progress for that long. stop has to be called.
func watched(ctx context.Context, after time.Duration) (_ context.Context, _ *watch, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watch{timer: time.AfterFunc(after, func() { cancel(ErrIdle) }), after: after}
	return ctx, w, func() {
		w.timer.Stop()
		cancel(context.Canceled)
	}
}

func (w *watch) moved() { w.timer.Reset(w.after) }

// watchedReader tells the watch about what is read.
type watchedReader struct {
	io.Reader
	watch *watch
}

// Read implements io.Reader.
func (r watchedReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if n > 0 {
		r.watch.moved()
	}
	return n, err
}
