package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// triedView is what a message would do, as `triggers test` prints it. Its JSON
// names are a fixed interface for scripts.
type triedView struct {
	CreatorID string        `json:"creator_id"`
	From      origin        `json:"from"`
	Platform  chat.Platform `json:"platform"`
	Text      string        `json:"text"`
	Kind      chat.Kind     `json:"kind,omitempty"`
	User      string        `json:"user"`
	Roles     []string      `json:"roles"`
	Live      bool          `json:"live"`

	Decisions []triedDecision `json:"decisions"` // in order; empty: the message triggers nothing
	Answers   []triedAnswer   `json:"answers"`
	Clips     []triedClip     `json:"clips"`
	Effects   []string        `json:"effects"` // besides, in words
}

type triedDecision struct {
	TriggerID string       `json:"trigger_id"`
	Fires     bool         `json:"fires"`
	Step      trigger.Step `json:"step,omitempty"`
	Detail    string       `json:"detail,omitempty"`
}

type triedAnswer struct {
	Text    string `json:"text"`
	ReplyTo bool   `json:"reply"` // to the message; else said into the room
}

type triedClip struct {
	ClipID  string    `json:"clip_id"`
	Title   string    `json:"title"`
	StartAt time.Time `json:"start_at"`
	EndAt   time.Time `json:"end_at"`
}

func triedOf(e engine, event chat.Event, live bool, out trigger.Outcome) triedView {
	v := triedView{
		CreatorID: e.creator.ID, From: e.from, Platform: event.Platform, Text: event.Text, Kind: event.Kind,
		User: event.Author.Name, Roles: event.Author.Roles.Names(), Live: live,
		Decisions: []triedDecision{}, Answers: []triedAnswer{}, Clips: []triedClip{}, Effects: []string{},
	}
	if out.Effects == nil {
		return v
	}
	for _, d := range out.Effects.Decisions {
		v.Decisions = append(v.Decisions, triedDecision{d.TriggerID, d.Fired, d.Step, d.Detail})
	}
	for _, m := range out.Effects.Messages {
		v.Answers = append(v.Answers, triedAnswer{m.Text, m.ReplyTo != ""})
	}
	for _, c := range out.Effects.Clips {
		v.Clips = append(v.Clips, triedClip{c.ClipID, c.Title, c.Start, c.End})
	}
	v.Effects = append(v.Effects, effectLines(out.Effects, event.SentAt)...)
	return v
}

// effectLines says what would change besides decisions, answers and clips.
func effectLines(e *trigger.Effects, at time.Time) []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, c := range e.Cooldowns {
		add("cooldown of %s (%s) for %s", c.TriggerID, c.Scope, c.Until.Sub(at).Round(time.Millisecond))
	}
	for _, vote := range e.Votes {
		if !vote.Clear {
			add("vote of %s for %s", vote.UserKey, vote.TriggerID)
		}
	}
	for _, p := range e.Points {
		add("%+d points for %s, who then has %d (%s)", p.Delta, p.UserKey, p.Balance, p.Reason)
	}
	for _, c := range e.Counters {
		add("counter %s becomes %d", c.Name, c.Value)
	}
	for _, c := range e.Changes {
		add("%s of %s", c.Action, c.Subject)
	}
	for range e.Deletions {
		add("the message is deleted")
	}
	return lines
}

func (v triedView) print(w io.Writer) error {
	who := v.User
	if len(v.Roles) > 0 {
		who += " (" + strings.Join(v.Roles, ", ") + ")"
	}
	what := v.Text
	if v.Kind != chat.Message {
		what = strings.TrimSpace(string(v.Kind) + " " + v.Text)
	}
	stream := "nothing is live"
	if v.Live {
		stream = "live"
	}
	_, _ = fmt.Fprintf(w, "%s in %s's chat on %s, %s: %s\n", who, v.CreatorID, v.Platform, stream, what)
	_, _ = fmt.Fprintf(w, "configuration %s, %s\n\n", v.From.Config, v.From)
	if len(v.Decisions) == 0 {
		_, err := fmt.Fprintln(w, "It triggers nothing.")
		return err
	}
	rows := make([][]string, len(v.Decisions))
	for i, d := range v.Decisions {
		rows[i] = []string{d.TriggerID, "would fire", d.Detail}
		if !d.Fires {
			rows[i] = []string{d.TriggerID, "denied", strings.TrimSuffix(string(d.Step)+": "+d.Detail, ": ")}
		}
	}
	if err := output.Table(w, []string{"TRIGGER", "OUTCOME", "WHY"}, rows); err != nil {
		return err
	}
	return v.printEffects(w)
}

func (v triedView) printEffects(w io.Writer) error {
	var lines []string
	for _, a := range v.Answers {
		how := "says"
		if a.ReplyTo {
			how = "answers"
		}
		lines = append(lines, how+": "+a.Text)
	}
	for _, c := range v.Clips {
		lines = append(lines, fmt.Sprintf("clips: %s from %s to %s, %s", c.ClipID,
			c.StartAt.Local().Format("15:04:05.000"), c.EndAt.Local().Format("15:04:05.000"), c.Title))
	}
	for _, text := range v.Effects {
		lines = append(lines, "effect: "+text)
	}
	if len(lines) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(w, "\n%s\n", strings.Join(lines, "\n"))
	return err
}
