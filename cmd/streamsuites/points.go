package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

func (r *root) pointsCommand() *cobra.Command {
	return family(&cobra.Command{
		Use:   "points",
		Short: "Show and grant what viewers have to spend on triggers",
	}, r.pointsShow(), r.pointsGrant())
}

// balanceView is what somebody has to spend. Its JSON names are a fixed interface
// for scripts.
type balanceView struct {
	CreatorID string      `json:"creator_id"`
	User      string      `json:"user"` // "<platform>:<author id>"
	Points    int64       `json:"points"`
	Known     bool        `json:"known"` // false: never got or spent any, has what everybody starts with
	Changes   []pointView `json:"changes,omitempty"`
}

type pointView struct {
	At        time.Time `json:"at"`
	Delta     int64     `json:"delta"`
	Reason    string    `json:"reason"`
	TriggerID string    `json:"trigger_id"`
	ClipID    string    `json:"clip_id"`
}

func (r *root) pointsShow() *cobra.Command {
	var flags engineFlags
	var who string
	var limit int
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show who has how many points, or one viewer's and how they changed",
		Args:  noArgs,
	}
	format := output.Flag(cmd)
	cmd.Flags().StringVar(&flags.creator, "creator", "", "whose viewers; may be left out where there is only one")
	cmd.Flags().StringVar(&who, "user", "", "one viewer, as <platform>:<id>")
	cmd.Flags().IntVar(&limit, "limit", 50, "at most this many viewers, or changes")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if limit < 1 {
			return fmt.Errorf("--limit is %d: give at least 1", limit)
		}
		if err := checkUser(who); who != "" && err != nil {
			return err
		}
		creator, s, err := r.laneOf(cmd.Context(), flags)
		if err != nil {
			return err
		}
		defer s.Close()
		if who == "" {
			return showBalances(cmd, *format, s, creator, limit)
		}
		view, err := balanceOf(cmd.Context(), s, creator, who)
		if err != nil {
			return err
		}
		changes, err := s.PointChanges(cmd.Context(), creator, who, limit)
		if err != nil {
			return err
		}
		for _, c := range changes {
			view.Changes = append(view.Changes, pointView{c.At, c.Delta, c.Reason, c.TriggerID, c.ClipID})
		}
		return printBalance(cmd, *format, view)
	}
	return cmd
}

// checkUser checks "<platform>:<author id>".
func checkUser(who string) error {
	platform, id, ok := strings.Cut(who, ":")
	if !ok || id == "" || !slices.Contains(chat.Platforms[:], chat.Platform(platform)) {
		return fmt.Errorf("--user is %q: write <platform>:<id>, such as twitch:12345; `triggers explain` shows it of whoever wrote a message", who)
	}
	return nil
}

func balanceOf(ctx context.Context, s *store.Store, creator, who string) (balanceView, error) {
	points, known, err := s.Balance(ctx, creator, who)
	return balanceView{CreatorID: creator, User: who, Points: points, Known: known}, err
}

func showBalances(cmd *cobra.Command, format output.Format, s *store.Store, creator string, limit int) error {
	balances, err := s.Balances(cmd.Context(), creator, limit)
	if err != nil {
		return err
	}
	views := make([]balanceView, len(balances))
	rows := make([][]string, len(balances))
	for i, b := range balances {
		views[i] = balanceView{CreatorID: creator, User: b.UserKey, Points: b.Points, Known: true}
		rows[i] = []string{b.UserKey, fmt.Sprint(b.Points)}
	}
	if format == output.JSON {
		return output.WriteJSON(cmd.OutOrStdout(), views)
	}
	if len(rows) == 0 {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), "Nobody got or spent points yet.")
		return err
	}
	return output.Table(cmd.OutOrStdout(), []string{"USER", "POINTS"}, rows)
}

func printBalance(cmd *cobra.Command, format output.Format, view balanceView) error {
	if format == output.JSON {
		return output.WriteJSON(cmd.OutOrStdout(), view)
	}
	out := cmd.OutOrStdout()
	if !view.Known {
		_, err := fmt.Fprintf(out, "%s never got or spent points and has what everybody starts with.\n", view.User)
		return err
	}
	_, _ = fmt.Fprintf(out, "%s has %s.\n", view.User, plural(int(view.Points), "point"))
	if len(view.Changes) == 0 {
		return nil
	}
	rows := make([][]string, len(view.Changes))
	for i, c := range view.Changes {
		rows[i] = []string{c.At.Local().Format("Jan 02 15:04:05"), fmt.Sprintf("%+d", c.Delta), c.Reason, c.TriggerID, c.ClipID}
	}
	_, _ = fmt.Fprintln(out)
	return output.Table(out, []string{"AT", "CHANGE", "REASON", "TRIGGER", "CLIP"}, rows)
}

func (r *root) pointsGrant() *cobra.Command {
	var flags engineFlags
	var who string
	var points int64
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "grant",
		Short: "Give a viewer points, or take some",
		Long: `Gives a viewer points, or takes some with a negative number, down to none. The
creator's lane does it between two messages, so an ingest has to be running.`,
		Args: noArgs,
	}
	format := output.Flag(cmd)
	cmd.Flags().StringVar(&flags.creator, "creator", "", "whose viewer; may be left out where there is only one")
	cmd.Flags().StringVar(&who, "user", "", "the viewer, as <platform>:<id>")
	cmd.Flags().Int64Var(&points, "points", 0, "how many; negative ones are taken")
	cmd.Flags().DurationVar(&timeout, "timeout", 30*time.Second, "give up waiting after this long")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkUser(who); err != nil {
			return err
		}
		if points == 0 {
			return errors.New("--points is 0: give how many points to grant, or a negative number to take some")
		}
		creator, s, err := r.laneOf(cmd.Context(), flags)
		if err != nil {
			return err
		}
		defer s.Close()
		ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
		defer cancel()
		request := uuid.NewString()
		grant := control.PointGrant{UserKey: who, Delta: points, By: operatorName()}
		if err := s.PutPointGrant(ctx, creator, request, grant); err != nil {
			return fmt.Errorf("hand the points to the lane: %w", err)
		}
		if err := awaitTaken(ctx, s, creator, control.InboxPointGrant, request); err != nil {
			return err
		}
		view, err := balanceOf(ctx, s, creator, who)
		if err != nil {
			return err
		}
		return printBalance(cmd, *format, view)
	}
	return cmd
}

// plural counts things: "1 point", "2 points", "3 clashes".
func plural(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case strings.HasSuffix(what, "sh"):
		return fmt.Sprintf("%d %ses", n, what)
	default:
		return fmt.Sprintf("%d %ss", n, what)
	}
}
