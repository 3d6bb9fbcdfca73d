package exports

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/durable"
)

// Stand reads a canonical tree as it stands, without rows to make it from. What a
// killed writer left behind is mended, unless another process writes the tree and
// does that itself.
func Stand(ctx context.Context, o WriterOptions, log zerolog.Logger) (Set, error) {
	set, err := ReadSet(ctx, os.DirFS(o.Canonical))
	if err == nil || errors.Is(err, ErrNothingExported) || ctx.Err() != nil {
		return set, err
	}
	o.Mirrors, o.Parts, o.Health = nil, nil, "" // they are nobody's business here
	mended := New(Options{Writer: o, Log: log}).exclusively(func(*Writer) error { return nil })
	var held *durable.LockedError
	if mended != nil && !errors.As(mended, &held) {
		return Set{}, errors.Join(err, mended)
	}
	return readSet(os.DirFS(o.Canonical))
}

// Republish writes the mirrors and parts of a tree from the documents as they
// stand, when no process does it by itself; the error is a *durable.LockedError
// when one does. It returns how each copy is afterwards.
func Republish(ctx context.Context, o WriterOptions, log zerolog.Logger) ([]MirrorState, error) {
	set, err := Stand(ctx, o, log)
	if err != nil {
		return nil, err
	}
	var states []MirrorState
	err = New(Options{Writer: o, Log: log}).exclusively(func(w *Writer) error {
		if _, err := w.Write(set.Documents); err != nil {
			return fmt.Errorf("write the copies: %w", err)
		}
		states = w.health.all()
		return nil
	})
	return states, err
}
