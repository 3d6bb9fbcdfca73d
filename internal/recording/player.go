package recording

import (
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// Player drives a machine through the moments of a recording.
type Player struct {
	machine Machine
	options Options

	live    map[chat.Platform]struct{} // assumed to be
	asked   map[string]struct{}        // clips that the machine asked for and that have not ended
	endings []ending                   // of clips of whose end the recording knows nothing, in their order
}

// Options say where a replay leaves the recording. The zero value follows it in
// everything.
type Options struct {
	// KeepSettings leaves out the recording's configuration: the machine's own
	// settings hold from beginning to end. Results of clips that the machine did
	// not ask for are left out as well.
	KeepSettings bool
	// AssumeLive takes every platform to be live from its first message on, for
	// recordings that say nothing about broadcasts.
	AssumeLive bool
	// ClipsTake is how long after the end of its span a clip counts as published
	// of whose end the recording says nothing; 0 means never, as in the recording.
	ClipsTake time.Duration
	// Ends are the ids of the clips of whose end the recording says something; see
	// Survey.
	Ends map[string]struct{}
}

type ending struct {
	clipID string
	at     time.Time
}

// NewPlayer returns a player that begins with the machine as it is.
func NewPlayer(m Machine, o Options) *Player {
	return &Player{machine: m, options: o, live: map[chat.Platform]struct{}{}, asked: map[string]struct{}{}}
}

// Play has the machine take in a moment and returns what followed, or nil. The
// error says that an input cannot be read.
func (p *Player) Play(m *Moment) (*trigger.Effects, error) {
	switch {
	case m.Message != nil:
		return p.message(m.Message), nil
	case m.Input != nil:
		return p.input(m)
	default:
		return nil, nil // only decisions are left of it
	}
}

func (p *Player) message(e *chat.Event) *trigger.Effects {
	p.endClips(e.ReceivedAt)
	if _, known := p.live[e.Platform]; p.options.AssumeLive && !known {
		p.live[e.Platform] = struct{}{}
		stream := control.Stream{
			CreatorID: e.CreatorID, Platform: e.Platform, Channel: e.Channel,
			StreamID: "assumed-" + string(e.Platform), StartedAt: e.ReceivedAt,
		}
		p.step(trigger.Input{Live: &stream, At: e.ReceivedAt})
	}
	return p.step(trigger.Input{Message: e})
}

func (p *Player) input(m *Moment) (*trigger.Effects, error) {
	in, err := m.Input.Evaluated()
	if err != nil {
		return nil, fmt.Errorf("replay place %d: %w", m.Seq, err)
	}
	p.endClips(in.At)
	if p.options.KeepSettings {
		if in.Config != nil {
			return nil, nil
		}
		if in.Result != nil {
			if _, mine := p.asked[in.Result.ClipID]; !mine {
				return nil, nil
			}
		}
		if in.Waits != nil {
			if _, mine := p.asked[in.Waits.ClipID]; !mine {
				return nil, nil
			}
		}
	}
	return p.step(in), nil
}

// endClips ends the clips whose time has come.
func (p *Player) endClips(now time.Time) {
	for len(p.endings) > 0 && !p.endings[0].at.After(now) {
		end := p.endings[0]
		p.endings = p.endings[1:]
		p.step(trigger.Input{Result: &control.ClipResult{ClipID: end.clipID, State: clip.Published}, At: end.at})
	}
}

// step hands the machine an input and notes which clips begin and end by it.
func (p *Player) step(in trigger.Input) *trigger.Effects {
	e := p.machine.Step(in).Effects
	if e == nil {
		return nil
	}
	for i := range e.Clips {
		p.begin(&e.Clips[i])
	}
	if e.ClipOver != "" {
		delete(p.asked, e.ClipOver)
	}
	return e
}

func (p *Player) begin(c *clip.Request) {
	p.asked[c.ClipID] = struct{}{}
	if _, ends := p.options.Ends[c.ClipID]; ends || p.options.ClipsTake <= 0 {
		return
	}
	end := ending{c.ClipID, c.End.Add(p.options.ClipsTake)}
	at := len(p.endings)
	for at > 0 && p.endings[at-1].at.After(end.at) {
		at--
	}
	p.endings = append(p.endings, ending{})
	copy(p.endings[at+1:], p.endings[at:])
	p.endings[at] = end
}
