package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/store"
)

func (r *root) triggersChanges() *cobra.Command {
	var flags engineFlags
	var limit int
	cmd := &cobra.Command{
		Use:   "changes",
		Short: "Show who changed triggers, counters and the pause from chat, newest first",
		Args:  noArgs,
	}
	format := output.Flag(cmd)
	cmd.Flags().StringVar(&flags.creator, "creator", "", "only this creator's")
	cmd.Flags().IntVar(&limit, "limit", 50, "at most this many for each creator")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if limit < 1 {
			return fmt.Errorf("--limit is %d: give at least 1", limit)
		}
		target, err := r.target()
		if err != nil {
			return err
		}
		_, creators, err := configured(cmd.Context(), target, flags)
		if err != nil {
			return err
		}
		s, err := target.Store(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		views := []changeView{}
		for _, creator := range creators {
			changes, err := s.TriggerChanges(cmd.Context(), creator.ID, limit)
			if err != nil {
				return err
			}
			for _, c := range changes {
				views = append(views, changeOf(creator.ID, c))
			}
		}
		slices.SortStableFunc(views, func(a, b changeView) int { return b.At.Compare(a.At) })
		return printChanges(cmd, *format, views)
	}
	return cmd
}

// changeView is one line of the audit. Its JSON names are a fixed interface for
// scripts.
type changeView struct {
	CreatorID string          `json:"creator_id"`
	At        time.Time       `json:"at"`
	By        string          `json:"by"`   // "<platform>:<author id>" or "operator:<name>"
	Name      string          `json:"name"` // as shown
	Action    string          `json:"action"`
	Subject   string          `json:"subject"` // a trigger's id, "counter:<name>" or "pause"
	Before    json.RawMessage `json:"before"`  // null: there was none
	After     json.RawMessage `json:"after"`   // null: there is none
	LaneSeq   int64           `json:"lane_seq"`
}

func changeOf(creatorID string, c store.TriggerChange) changeView {
	return changeView{creatorID, c.At, c.By, c.Name, c.Action, c.Subject, c.Before, c.After, c.LaneSeq}
}

// difference tells a change in one line: what differs, or the values themselves.
func (v changeView) difference() string {
	if !isObject(v.Before) && !isObject(v.After) {
		return orNone(v.Before) + " → " + orNone(v.After)
	}
	switch {
	case v.Before == nil:
		return string(definition.Diff([]byte(`{"trigger_id":"`+v.Subject+`","type":"command"}`), v.After))
	case v.After == nil:
		return "gone"
	default:
		return string(definition.Diff(v.Before, v.After))
	}
}

func isObject(raw json.RawMessage) bool {
	return strings.HasPrefix(strings.TrimSpace(string(raw)), "{")
}

func orNone(raw json.RawMessage) string {
	if raw == nil {
		return "none"
	}
	return string(raw)
}

func printChanges(cmd *cobra.Command, format output.Format, views []changeView) error {
	if format == output.JSON {
		return output.WriteJSON(cmd.OutOrStdout(), views)
	}
	if len(views) == 0 {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), "Nothing was changed from chat.")
		return err
	}
	rows := make([][]string, len(views))
	for i, v := range views {
		who := v.By
		if v.Name != "" {
			who = v.Name + " (" + v.By + ")"
		}
		rows[i] = []string{v.At.Local().Format("Jan 02 15:04:05"), v.CreatorID, who, v.Action, v.Subject, v.difference()}
	}
	return output.Table(cmd.OutOrStdout(), []string{"AT", "CREATOR", "BY", "ACTION", "SUBJECT", "CHANGE"}, rows)
}
