package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

// historyView is one change of a clip as commands print it.
type historyView struct {
	Seq    int        `json:"seq"`
	State  clip.State `json:"state"`
	Reason string     `json:"reason"`
	At     time.Time  `json:"at"`
}

func (r *root) clipsShow() *cobra.Command {
	cmd := &cobra.Command{
		Use:               "show CLIP",
		Short:             "Show one clip, where it is published, and its history",
		Args:              requireClipID,
		ValidArgsFunction: r.clipIDs,
	}
	format := output.Flag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		target, err := r.target()
		if err != nil {
			return err
		}
		s, err := target.Store(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		found, err := s.Clip(cmd.Context(), args[0])
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is no clip %s; `streamsuites clips list` shows those that are", args[0])
		}
		if err != nil {
			return err
		}
		changes, err := s.ClipHistory(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		asked, err := s.ClipAsked(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		uploads, err := s.Uploads(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		progress := r.progressOf(cmd.Context(), target, []clip.Clip{found})
		if *format == output.JSON {
			return output.WriteJSON(cmd.OutOrStdout(), struct {
				countedView
				Requests []askedView    `json:"requests"`
				Uploads  []uploadView   `json:"uploads"`
				Progress []progressView `json:"progress"`
				History  []historyView  `json:"history"`
			}{countedView{viewOf(found), len(asked)}, askedOf(asked), uploadsOf(uploads), progress, historyOf(changes)})
		}
		return printClip(cmd.OutOrStdout(), found, asked, uploads, progress, changes)
	}
	return cmd
}

func historyOf(changes []clip.Change) []historyView {
	views := make([]historyView, len(changes))
	for i, c := range changes {
		views[i] = historyView{c.Seq, c.State, c.Reason, c.At}
	}
	return views
}

func printClip(w io.Writer, c clip.Clip, asked []store.ClipAsked, uploads []clip.Upload, progress []progressView, changes []clip.Change) error {
	rows := [][]string{
		{"state", string(c.State)},
		{"title", c.Title},
		{"creator", c.CreatorID},
		{"requested by", c.RequestedBy + " at " + c.RequestedAt.Local().Format(time.DateTime)},
		{"span", c.Start.Local().Format("15:04:05.000") + " to " + c.End.Local().Format("15:04:05.000")},
		{"workflow", control.ClipWorkflowID(c.ClipID)},
	}
	for _, row := range [][]string{{"file", c.OutputPath}, {"url", c.URL}, {"reason", c.Reason}} {
		if row[1] != "" {
			rows = append(rows, row)
		}
	}
	for _, gap := range c.Gaps {
		rows = append(rows, []string{"gap", fmt.Sprintf("%s to %s: %s", gap.Start.Local().Format("15:04:05.000"), gap.End.Local().Format("15:04:05.000"), gap.Reason)})
	}
	if err := output.Table(w, []string{"CLIP", c.ClipID}, rows); err != nil {
		return err
	}
	if err := printAsked(w, asked); err != nil {
		return err
	}
	_, _ = fmt.Fprintln(w)
	if err := output.Table(w, []string{"DESTINATION", "STATE", "URL OR REASON"}, uploadRows(uploads)); err != nil {
		return err
	}
	if err := printProgress(w, progress); err != nil {
		return err
	}
	history := make([][]string, len(changes))
	for i, change := range changes {
		history[i] = []string{change.At.Local().Format("15:04:05.000"), string(change.State), change.Reason}
	}
	_, _ = fmt.Fprintln(w)
	return output.Table(w, []string{"AT", "STATE", "REASON"}, history)
}
