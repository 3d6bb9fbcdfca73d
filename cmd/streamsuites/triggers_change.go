package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// changedView is what became of an operator's order.
type changedView struct {
	CreatorID string `json:"creator_id"`
	RequestID string `json:"request_id"` // for `triggers explain`
	Done      bool   `json:"done"`
	Answer    string `json:"answer"`
}

func (r *root) triggersChange() *cobra.Command {
	var flags engineFlags
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "change -- ORDER",
		Short: "Change triggers as !cmd does in chat",
		Long: `Gives an order in the words that stand behind !cmd in chat, such as
"add !discord https://…", or that begin with counter or pausecommands. The
creator's lane carries it out between two messages, so an ingest has to be
running.`,
		Example: `  streamsuites triggers change --creator Ab3dE9 -- add !discord -cd 30 https://discord.gg/example
  streamsuites triggers change --creator Ab3dE9 -- disable !so
  streamsuites triggers change --creator Ab3dE9 -- pausecommands on`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("give the order behind --, such as `-- disable !discord`")
			}
			return nil
		},
	}
	format := output.Flag(cmd)
	cmd.Flags().StringVar(&flags.creator, "creator", "", "whose triggers; may be left out where there is only one")
	cmd.Flags().DurationVar(&timeout, "timeout", 30*time.Second, "give up waiting after this long")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		creator, s, err := r.laneOf(cmd.Context(), flags)
		if err != nil {
			return err
		}
		defer s.Close()
		ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
		defer cancel()
		order := control.TriggerOrder{RequestID: uuid.NewString(), Text: strings.Join(args, " "), By: operatorName()}
		if err := s.PutTriggerOrder(ctx, creator, order); err != nil {
			return fmt.Errorf("hand the order to the lane: %w", err)
		}
		if err := awaitTaken(ctx, s, creator, control.InboxTriggerOrder, order.RequestID); err != nil {
			return err
		}
		answer, err := answerTo(ctx, s, creator, order.RequestID)
		if err != nil {
			return err
		}
		return printChanged(cmd, *format, answer)
	}
	return cmd
}

// laneOf finds the one creator that was asked for, and the database in which the
// creator's lane finds its inbox.
func (r *root) laneOf(ctx context.Context, flags engineFlags) (string, *store.Store, error) {
	target, err := r.target()
	if err != nil {
		return "", nil, err
	}
	cfg, creators, err := configured(ctx, target, flags)
	if err != nil {
		return "", nil, err
	}
	if len(creators) != 1 {
		return "", nil, fmt.Errorf("there are several creators: name one with --creator: %s", creatorNames(cfg))
	}
	s, err := target.Store(ctx)
	if err != nil {
		return "", nil, err
	}
	return creators[0].ID, s, nil
}

// awaitTaken waits until the lane has taken an inbox row in.
func awaitTaken(ctx context.Context, s *store.Store, creator, kind, requestID string) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		_, done, err := s.InboxDone(ctx, creator, kind, requestID)
		switch {
		case done:
			return nil
		case err != nil && ctx.Err() == nil:
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("gave up waiting for the lane of %s: %w (is an ingest running for it? the order stays in its inbox)", creator, ctx.Err())
		}
	}
}

// answerTo is what the lane decided about an order.
func answerTo(ctx context.Context, s *store.Store, creator, requestID string) (changedView, error) {
	decisions, err := s.Decisions(ctx, chat.Key{Platform: trigger.Operator, MessageID: requestID})
	if err != nil {
		return changedView{}, err
	}
	view := changedView{CreatorID: creator, RequestID: requestID, Answer: "the lane said nothing about it"}
	for _, d := range decisions {
		view.Done, view.Answer = d.Fired, d.Detail
	}
	return view, nil
}

func printChanged(cmd *cobra.Command, format output.Format, view changedView) error {
	if format == output.JSON {
		if err := output.WriteJSON(cmd.OutOrStdout(), view); err != nil {
			return err
		}
	} else if view.Done {
		_, _ = fmt.Fprintln(cmd.OutOrStdout(), view.Answer)
	}
	if !view.Done {
		return fmt.Errorf("nothing was changed: %s", view.Answer)
	}
	return nil
}
