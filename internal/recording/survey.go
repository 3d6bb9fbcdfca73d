package recording

import (
	"context"

	"github.com/streamsuites/streamsuites/internal/control"
)

// Survey is what a recording holds.
type Survey struct {
	Messages  int
	Repeated  int // messages that were in the recording before
	Inputs    int
	Configs   int // of the inputs
	Decisions int
	// Ends are the ids of the clips of whose end the recording says something.
	Ends map[string]struct{}
}

// Look reads a recording to its end and counts.
func Look(ctx context.Context, source Source) (Survey, error) {
	s := Survey{Ends: map[string]struct{}{}}
	err := Each(ctx, source, func(e Entry) error {
		switch {
		case e.Repeated:
			s.Repeated++
		case e.Message != nil:
			s.Messages++
		case e.Decision != nil:
			s.Decisions++
		default:
			return s.input(e.Input)
		}
		return nil
	})
	return s, err
}

func (s *Survey) input(in *Input) error {
	s.Inputs++
	switch in.Kind {
	case control.InboxConfig:
		s.Configs++
	case control.InboxClipResult:
		read, err := in.Evaluated()
		if err != nil {
			return err
		}
		s.Ends[read.Result.ClipID] = struct{}{}
	}
	return nil
}
