package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"github.com/streamsuites/streamsuites/cmd/internal/connect"
	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/workers/retry"
)

// answerTime is how long a worker may take to answer.
const answerTime = 15 * time.Second

func (r *root) clipsRetry() *cobra.Command {
	var in control.RetryInput
	cmd := &cobra.Command{
		Use:   "retry CLIP...",
		Short: "Try clips again that failed, or that wait for their next attempt",
		Long: `Makes clips that are stuck go on at once, each in the way that it needs: a clip
that failed, or that waits for a quota or a publish delay, begins a new round; an
upload between two attempts begins the next one; a clip that was closed as failed
is reopened where it scheduled its upload. What was uploaded already is not sent
again.

Several clips are tried one after another; the status is 1 if any could not be.`,
	}
	cmd.Flags().StringVar(&in.Destination, "destination", "", "only the upload to this destination, for example youtube")
	cmd.Flags().StringVar(&in.By, "by", operatorName(), "who asks, for the clip's history")
	return r.askingClips(cmd, func(ctx context.Context, clips *retry.Clips, id string) (retry.Outcome, error) {
		return clips.Retry(ctx, id, in)
	})
}

func (r *root) clipsAbandon() *cobra.Command {
	var in control.AbandonInput
	cmd := &cobra.Command{
		Use:   "abandon CLIP...",
		Short: "Give clips up for good, also while they are being made",
		Long: `Closes clips that failed, so that they no longer wait for somebody to retry them,
and stops those that are being made. What was published stays where it is.`,
	}
	cmd.Flags().StringVar(&in.By, "by", operatorName(), "who asks, for the clip's history")
	return r.askingClips(cmd, func(ctx context.Context, clips *retry.Clips, id string) (retry.Outcome, error) {
		return clips.Abandon(ctx, id, in)
	})
}

// askingClips makes cmd ask something of every clip that it is given.
func (r *root) askingClips(cmd *cobra.Command, ask func(context.Context, *retry.Clips, string) (retry.Outcome, error)) *cobra.Command {
	var patience time.Duration
	cmd.Args = requireClipIDs
	cmd.ValidArgsFunction = r.unpublishedClipIDs
	cmd.Flags().DurationVar(&patience, "timeout", answerTime, "how long to wait for a worker to answer, for each clip")
	format := output.Flag(cmd)
	cmd.RunE = func(cmd *cobra.Command, ids []string) error {
		if patience <= 0 {
			return fmt.Errorf("--timeout is %s: give how long to wait for a worker", patience)
		}
		target, err := r.target()
		if err != nil {
			return err
		}
		temporal, clips, err := r.temporalClips(cmd.Context(), target, patience)
		if err != nil {
			return err
		}
		defer temporal.Close()
		var answers []answer
		for _, id := range ids {
			outcome, err := ask(cmd.Context(), clips, id)
			answers = append(answers, answer{id, outcome, err})
		}
		return printAnswers(cmd, *format, answers)
	}
	return cmd
}

func (r *root) temporalClips(ctx context.Context, target connect.Target, patience time.Duration) (client.Client, *retry.Clips, error) {
	options, err := target.TemporalOptions(r.quietTemporal())
	if err != nil {
		return nil, nil, err
	}
	temporal, err := target.Temporal(ctx, r.quietTemporal())
	if err != nil {
		return nil, nil, err
	}
	return temporal, &retry.Clips{
		Temporal: temporal, Activities: temporal.WorkflowService(), Rows: rows{target},
		Namespace: options.Namespace, Patience: patience,
	}, nil
}

// rows opens the database only when a clip has to be looked up there.
type rows struct{ target connect.Target }

// Clip implements retry.Rows.
func (r rows) Clip(ctx context.Context, id string) (clip.Clip, error) {
	s, err := r.target.Store(ctx)
	if err != nil {
		return clip.Clip{}, err
	}
	defer s.Close()
	return s.Clip(ctx, id)
}

// requireClipIDs checks the arguments before anything is asked.
func requireClipIDs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("give at least one clip id; `streamsuites clips list --state failed` shows those that failed")
	}
	for i, id := range args {
		if err := requireClipID(cmd, args[i:i+1]); err != nil {
			return err
		}
		if slices.Contains(args[:i], id) {
			return fmt.Errorf("clip %s is given twice", id)
		}
	}
	return nil
}

// answer is what came of one clip.
type answer struct {
	clipID  string
	outcome retry.Outcome
	err     error
}

// answerView is an answer as commands print it. Its JSON names are a fixed
// interface for scripts.
type answerView struct {
	ClipID       string       `json:"clip_id"`
	Action       retry.Action `json:"action"` // empty when nothing was done
	State        clip.State   `json:"state"`
	Round        int          `json:"round"`
	Destinations []string     `json:"destinations"`
	Activities   []string     `json:"activities"`
	EventID      int64        `json:"event_id"`
	RunID        string       `json:"run_id"`
	Error        string       `json:"error"`
}

// printAnswers prints what was done; what was not is the error.
func printAnswers(cmd *cobra.Command, format output.Format, answers []answer) error {
	views := make([]answerView, len(answers))
	var errs []error
	for i, a := range answers {
		views[i] = answerView{
			ClipID: a.clipID, Action: a.outcome.Action, State: a.outcome.State, Round: a.outcome.Round,
			Destinations: append([]string{}, a.outcome.Destinations...), Activities: append([]string{}, a.outcome.Activities...),
			EventID: a.outcome.EventID, RunID: a.outcome.RunID,
		}
		if a.err != nil {
			views[i].Error = a.err.Error()
			errs = append(errs, a.err)
		} else if format == output.Text {
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", a.clipID, inWords(a.outcome)); err != nil {
				return err
			}
		}
	}
	if format == output.JSON {
		if err := output.WriteJSON(cmd.OutOrStdout(), views); err != nil {
			return err
		}
	}
	return errors.Join(errs...)
}

// inWords says what was done about a clip.
func inWords(o retry.Outcome) string {
	activities := strings.Join(o.Activities, " and ")
	switch o.Action {
	case retry.Retried:
		text := fmt.Sprintf("%s, round %d", o.State, o.Round)
		if len(o.Destinations) > 0 {
			text += ": tries " + strings.Join(o.Destinations, " and ") + " now"
		}
		if activities != "" {
			text += "; the next attempt of " + activities + " starts now"
		}
		return text
	case retry.Hastened:
		return fmt.Sprintf("%s: the next attempt of %s starts now", o.State, activities)
	case retry.Reopened:
		return fmt.Sprintf("%s, reopened at event %d: %s starts again in run %s", o.State, o.EventID, activities, o.RunID)
	default:
		return fmt.Sprintf("%s, abandoned", o.State)
	}
}
