package recording

import (
	"context"
	"errors"
	"io"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// Source hands out a recording's entries in their order, and io.EOF behind the
// last. *Reader implements it.
type Source interface {
	Next() (Entry, error)
}

// Machine decides about one input after the other. *trigger.Machine implements it.
type Machine interface {
	Step(in trigger.Input) trigger.Outcome
}

// Moment is one place of the sequence: what the lane took in there, and what it
// decided about it at the time.
type Moment struct {
	Seq      int64
	Message  *chat.Event // nil for an input, and when only its decisions are left
	Input    *Input
	Recorded []trigger.Decision
}

// Outcome is what a replay made of one moment. Effects is nil when nothing
// followed.
type Outcome struct {
	Moment  *Moment
	Effects *trigger.Effects
}

// Moments puts each entry of a recording together with its decisions and hands
// them to each in their order. Messages that were in the recording before are
// dropped, as a lane drops them. Neither the moment nor what it holds may be kept.
func Moments(ctx context.Context, source Source, each func(*Moment) error) error {
	var m Moment
	begun := false
	finish := func() error {
		if !begun {
			return nil
		}
		return each(&m)
	}
	err := Each(ctx, source, func(e Entry) error {
		if e.Repeated {
			return nil
		}
		if e.Decision == nil || !begun || e.Seq != m.Seq {
			if err := finish(); err != nil {
				return err
			}
			begun = true
			m = Moment{Seq: e.Seq, Message: e.Message, Input: e.Input, Recorded: m.Recorded[:0]}
		}
		if e.Decision != nil {
			m.Recorded = append(m.Recorded, *e.Decision)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return finish()
}

// Each hands every entry of a recording to each, until one fails or ctx ends.
func Each(ctx context.Context, source Source, each func(Entry) error) error {
	for {
		e, err := source.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = each(e)
		}
		if err != nil {
			return err
		}
	}
}

// Replay evaluates a recording and hands every outcome that has effects to sink.
//
// The player's machine begins with the state that it was made with, usually an
// empty one: cooldowns, counters and points from before the recording are unknown
// to it. Everything else follows the recording, in its order.
func Replay(ctx context.Context, source Source, p *Player, sink func(Outcome) error) error {
	return Moments(ctx, source, func(m *Moment) error {
		effects, err := p.Play(m)
		if err != nil || effects == nil {
			return err
		}
		return sink(Outcome{Moment: m, Effects: effects})
	})
}
