package recording

import (
	"context"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// Side is what one of two replays made of a moment, as far as people see it.
type Side struct {
	Verdicts []Verdict `json:"decisions"`
	Says     []string  `json:"says"`  // texts said in chat
	Clips    []Clip    `json:"clips"` // that were asked for
}

// whole makes what is empty a list in JSON too.
func (s Side) whole() Side {
	s.Verdicts, s.Says, s.Clips = append([]Verdict{}, s.Verdicts...), append([]string{}, s.Says...), append([]Clip{}, s.Clips...)
	return s
}

// Verdict is what became of a message that matched a trigger.
type Verdict struct {
	Trigger string       `json:"trigger"`
	Fired   bool         `json:"fired"`
	Step    trigger.Step `json:"step"`   // the first that failed; empty when it fired
	Detail  string       `json:"detail"` // in words; does not count as a difference
}

// Clip is a clip that was asked for.
type Clip struct {
	ID    string    `json:"clip_id"`
	Title string    `json:"title"`
	Start time.Time `json:"start_at"`
	End   time.Time `json:"end_at"`
}

// Difference is a moment of which the two sides made something different.
type Difference struct {
	Seq       int64         `json:"seq"`
	Platform  chat.Platform `json:"platform"`   // of the message, or empty for an input
	MessageID string        `json:"message_id"` // of the message, or empty for an input
	Author    string        `json:"author"`     // as shown, else "<platform>:<author id>"
	Text      string        `json:"text"`
	Input     string        `json:"input"` // kind of the input, or empty for a message
	At        time.Time     `json:"at"`
	Before    Side          `json:"before"`
	After     Side          `json:"after"`
}

// View makes a side of a moment. *Player and Recorded have one each.
type View interface {
	View(m *Moment) (Side, error)
}

// View implements View: what the player's machine makes of the moment.
func (p *Player) View(m *Moment) (Side, error) {
	e, err := p.Play(m)
	if err != nil || e == nil {
		return Side{}, err
	}
	side := Side{Verdicts: verdicts(e.Decisions)}
	for i := range e.Messages {
		side.Says = append(side.Says, e.Messages[i].Text)
	}
	for i := range e.Clips {
		c := &e.Clips[i]
		side.Clips = append(side.Clips, Clip{c.ClipID, c.Title, c.Start, c.End})
	}
	return side, nil
}

// Recorded is the view of the decisions that the recording holds. They say
// nothing about answers and clips, so those are not compared with it.
type Recorded struct{}

// View implements View.
func (Recorded) View(m *Moment) (Side, error) { return Side{Verdicts: verdicts(m.Recorded)}, nil }

func verdicts(decisions []trigger.Decision) []Verdict {
	var all []Verdict
	for i := range decisions {
		d := &decisions[i]
		all = append(all, Verdict{d.TriggerID, d.Fired, d.Step, d.Detail})
	}
	return all
}

// Compare replays a recording on two sides at once, hands every moment of which
// they made something different to sink, and sums all of them up.
func Compare(ctx context.Context, source Source, before, after View, sink func(Difference) error) (Summary, error) {
	sum := Summary{Triggers: map[string]*Count{}}
	_, only := before.(Recorded)
	if _, also := after.(Recorded); also {
		only = true
	}
	err := Moments(ctx, source, func(m *Moment) error {
		if m.Message == nil && m.Input == nil {
			return nil // only decisions are left of it, which nothing can be compared with
		}
		a, err := before.View(m)
		if err != nil {
			return err
		}
		b, err := after.View(m)
		if err != nil {
			return err
		}
		changed := changed(a.Verdicts, b.Verdicts)
		differs := len(changed) > 0 || !only && !(slices.Equal(a.Says, b.Says) && slices.EqualFunc(a.Clips, b.Clips, sameClip))
		sum.add(m, a, b, changed, differs)
		if !differs {
			return nil
		}
		return sink(difference(m, a, b))
	})
	return sum, err
}

// changed lists the triggers about which the sides decided differently.
func changed(a, b []Verdict) []string {
	var ids []string
	for _, v := range a {
		if w, ok := find(b, v.Trigger); !ok || v.Fired != w.Fired || v.Step != w.Step {
			ids = append(ids, v.Trigger)
		}
	}
	for _, w := range b {
		if _, ok := find(a, w.Trigger); !ok {
			ids = append(ids, w.Trigger)
		}
	}
	return ids
}

func find(all []Verdict, id string) (Verdict, bool) {
	i := slices.IndexFunc(all, func(v Verdict) bool { return v.Trigger == id })
	if i < 0 {
		return Verdict{}, false
	}
	return all[i], true
}

func sameClip(a, b Clip) bool {
	return a.ID == b.ID && a.Title == b.Title && a.Start.Equal(b.Start) && a.End.Equal(b.End)
}

func difference(m *Moment, a, b Side) Difference {
	d := Difference{Seq: m.Seq, Before: a.whole(), After: b.whole()}
	switch {
	case m.Message != nil:
		e := m.Message
		d.Platform, d.MessageID, d.Text, d.At = e.Platform, e.MessageID, e.Text, e.SentAt
		if e.SentAt.IsZero() {
			d.At = e.ReceivedAt
		}
		for _, name := range []string{e.Author.Name, e.Author.Login, trigger.UserKey(e.Platform, e.Author.ID)} {
			if d.Author == "" {
				d.Author = name
			}
		}
	case m.Input != nil:
		d.Input, d.At = m.Input.Kind, m.Input.At
	}
	return d
}
