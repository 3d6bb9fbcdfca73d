package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
)

func (r *root) triggersExplain() *cobra.Command {
	var platform string
	cmd := &cobra.Command{
		Use:   "explain MESSAGE",
		Short: "Show what a message did, and why",
		Long: `Shows what was decided about a message, found by its platform's id: each
trigger that it matched, whether that fired or at which step it was refused,
under which configuration, what was answered and whether that was sent, which
clips it asked for, and what it changed. The id of an operator's request works
too.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return errors.New("give one message id, as the platform has it")
			}
			return nil
		},
	}
	format := output.Flag(cmd)
	cmd.Flags().StringVar(&platform, "platform", "", "only on this platform, where ids of several are the same")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		s, err := r.store(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		found, err := explain(cmd.Context(), s, args[0], chat.Platform(platform))
		if err != nil {
			return err
		}
		if *format == output.JSON {
			return output.WriteJSON(cmd.OutOrStdout(), found)
		}
		for i, e := range found {
			if i > 0 {
				_, _ = fmt.Fprintln(cmd.OutOrStdout())
			}
			if err := e.print(cmd.OutOrStdout()); err != nil {
				return err
			}
		}
		return nil
	}
	return cmd
}

// explainedView is what one creator's lane did with a message. Its JSON names are
// a fixed interface for scripts.
type explainedView struct {
	CreatorID string            `json:"creator_id"`
	Platform  chat.Platform     `json:"platform"`
	MessageID string            `json:"message_id"`
	Message   *messageView      `json:"message"` // null where it is not stored any more
	Decisions []explainDecision `json:"decisions"`
	Sent      []sendingView     `json:"sent"`
	Clips     []clipView        `json:"clips"`
	Changes   []changeView      `json:"changes"`
}

// messageView is a stored message. Text and name are empty unless the creator has
// them recorded.
type messageView struct {
	LaneSeq    int64     `json:"lane_seq"`
	Kind       chat.Kind `json:"kind"`
	Amount     int64     `json:"amount"`
	AuthorID   string    `json:"author_id"`
	Author     string    `json:"author"`
	Roles      []string  `json:"roles"`
	Text       string    `json:"text"`
	SentAt     time.Time `json:"sent_at"`
	ReceivedAt time.Time `json:"received_at"`
}

type explainDecision struct {
	LaneSeq   int64     `json:"lane_seq"`
	TriggerID string    `json:"trigger_id"`
	Fired     bool      `json:"fired"`
	Step      string    `json:"step"`
	Detail    string    `json:"detail"`
	Author    string    `json:"author"`
	Config    string    `json:"config"`
	At        time.Time `json:"at"`
}

type sendingView struct {
	Kind       store.OutboxKind  `json:"kind"`
	State      store.OutboxState `json:"state"`
	Platform   chat.Platform     `json:"platform"`
	Channel    string            `json:"channel"`
	Text       string            `json:"text"`
	ClipID     string            `json:"clip_id"`
	Error      string            `json:"error"`
	Attempts   int               `json:"attempts"`
	FinishedAt *time.Time        `json:"finished_at"`
}

// explain reads what every lane did with the messages of that id.
func explain(ctx context.Context, s *store.Store, id string, only chat.Platform) ([]explainedView, error) {
	decisions, err := s.DecisionsOf(ctx, id)
	if err != nil {
		return nil, err
	}
	var views []explainedView
	for _, d := range decisions {
		if only != "" && d.Key.Platform != only {
			continue
		}
		at := slices.IndexFunc(views, func(v explainedView) bool { return v.CreatorID == d.CreatorID && v.Platform == d.Key.Platform })
		if at < 0 {
			at = len(views)
			views = append(views, explainedView{CreatorID: d.CreatorID, Platform: d.Key.Platform, MessageID: id})
		}
		views[at].Decisions = append(views[at].Decisions, explainDecision{
			d.LaneSeq, d.TriggerID, d.Fired, d.Step, d.Detail, d.Author, d.Config, d.At,
		})
	}
	if len(views) == 0 {
		return nil, undecided(ctx, s, id, only)
	}
	for i := range views {
		if err := views[i].fill(ctx, s); err != nil {
			return nil, err
		}
	}
	return views, nil
}

// undecided says why nothing was decided about a message.
func undecided(ctx context.Context, s *store.Store, id string, only chat.Platform) error {
	for _, p := range chat.Platforms {
		if only != "" && p != only {
			continue
		}
		m, err := s.Message(ctx, chat.Key{Platform: p, MessageID: id})
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return err
		default:
			return fmt.Errorf("message %s on %s was read at %s and matched no trigger", id, p, m.ReceivedAt.Local().Format(time.DateTime))
		}
	}
	return fmt.Errorf("there is no message %s: nothing was decided about it, and it is not among those that are stored", id)
}

func (v *explainedView) fill(ctx context.Context, s *store.Store) (err error) {
	m, err := s.Message(ctx, chat.Key{Platform: v.Platform, MessageID: v.MessageID})
	switch {
	case err == nil:
		v.Message = &messageView{
			m.LaneSeq, m.Kind, m.Amount, m.Author.ID, m.Author.Name, m.Author.Roles.Names(), m.Text, m.SentAt, m.ReceivedAt,
		}
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	v.Sent, v.Clips, v.Changes = []sendingView{}, []clipView{}, []changeView{}
	for seq := range v.places() {
		if err := v.fillAt(ctx, s, seq); err != nil {
			return err
		}
	}
	clips, err := s.ClipsOf(ctx, v.CreatorID, v.MessageID)
	for _, c := range clips {
		v.Clips = append(v.Clips, viewOf(c))
	}
	return err
}

// places are the places of the lane's sequence at which something was decided.
func (v *explainedView) places() map[int64]bool {
	places := map[int64]bool{}
	for _, d := range v.Decisions {
		places[d.LaneSeq] = true
	}
	return places
}

func (v *explainedView) fillAt(ctx context.Context, s *store.Store, seq int64) error {
	sent, err := s.OutboxAt(ctx, v.CreatorID, seq)
	if err != nil {
		return err
	}
	for _, o := range sent {
		view := sendingView{
			Kind: o.Kind, State: o.State, Platform: o.Platform, Channel: o.Channel, Error: o.Error, Attempts: o.Attempts,
		}
		if !o.FinishedAt.IsZero() {
			view.FinishedAt = &o.FinishedAt
		}
		if o.Kind == store.OutboxReply {
			var reply store.Reply
			if err := json.Unmarshal(o.Payload, &reply); err != nil {
				return fmt.Errorf("read outbox row %d: %w", o.ID, err)
			}
			view.Text, view.ClipID = reply.Text, reply.ClipID
		}
		v.Sent = append(v.Sent, view)
	}
	changes, err := s.TriggerChangesAt(ctx, v.CreatorID, seq)
	for _, c := range changes {
		v.Changes = append(v.Changes, changeOf(v.CreatorID, c))
	}
	return err
}

func (v explainedView) print(w io.Writer) error {
	_, _ = fmt.Fprintf(w, "message %s on %s, in %s's chat\n", v.MessageID, v.Platform, v.CreatorID)
	if m := v.Message; m != nil {
		what := strings.TrimSpace(string(m.Kind) + " " + m.Text)
		if m.Text == "" {
			what = strings.TrimSpace(what + " (its text is not recorded)")
		}
		who := m.Author
		if who == "" {
			who = string(v.Platform) + ":" + m.AuthorID
		}
		_, _ = fmt.Fprintf(w, "%s by %s: %s\n", m.SentAt.Local().Format(time.DateTime), who, what)
	}
	_, _ = fmt.Fprintln(w)
	rows := make([][]string, len(v.Decisions))
	for i, d := range v.Decisions {
		outcome := "fired"
		if !d.Fired {
			outcome = "denied"
		}
		rows[i] = []string{d.TriggerID, outcome, d.Step, d.Detail, d.Author, d.Config, fmt.Sprint(d.LaneSeq)}
	}
	if err := output.Table(w, []string{"TRIGGER", "OUTCOME", "STEP", "WHY", "AUTHOR", "CONFIGURATION", "PLACE"}, rows); err != nil {
		return err
	}
	return v.printConsequences(w)
}

func (v explainedView) printConsequences(w io.Writer) error {
	var rows [][]string
	for _, s := range v.Sent {
		what := s.Text
		if s.Kind != store.OutboxReply {
			what = string(s.Kind)
		}
		rows = append(rows, []string{string(s.Kind), string(s.State), what, s.Error})
	}
	for _, c := range v.Clips {
		where := c.URL
		if c.State == clip.Failed {
			where = c.Reason
		}
		rows = append(rows, []string{"clip", string(c.State), c.ClipID + " " + c.Title, where})
	}
	for _, c := range v.Changes {
		rows = append(rows, []string{"change", c.Action, c.Subject, c.difference()})
	}
	if len(rows) == 0 {
		return nil
	}
	_, _ = fmt.Fprintln(w)
	return output.Table(w, []string{"CONSEQUENCE", "STATE", "WHAT", "REMARK"}, rows)
}
