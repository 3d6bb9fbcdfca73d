package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/lag"
	"github.com/streamsuites/streamsuites/internal/store"
)

// reportView is how completely the chat of one broadcast was taken in, as `chat
// report` prints it. Its JSON names are a fixed interface for scripts.
type reportView struct {
	CreatorID string     `json:"creator_id"`
	Platform  string     `json:"platform"`
	StreamID  string     `json:"stream_id"`
	Channel   string     `json:"channel"`
	Title     string     `json:"title"`
	StartedAt time.Time  `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at"`
	Until     time.Time  `json:"until"` // when it ended, or up to when it is known to be on

	Messages   int64 `json:"messages"`           // stored while it was on
	History    int64 `json:"history"`            // of those, from before the reader came
	Late       int64 `json:"late"`               // of those, received more than a minute after they were written
	Duplicates int64 `json:"duplicates_dropped"` // seen before
	Reconnects int64 `json:"reconnects"`
	Lost       int64 `json:"messages_lost"`             // known to be lost
	Overflow   int64 `json:"messages_lost_by_overflow"` // of those

	FirstEventAt *time.Time `json:"first_event_at"`
	LastEventAt  *time.Time `json:"last_event_at"`
	Lag          lagView    `json:"lag_ms"`
	Sources      []string   `json:"sources"` // how chat was read
	// SourceMessages is how many messages came which way, where that is known.
	SourceMessages map[string]int64 `json:"source_messages"`

	Gaps       int64       `json:"gaps"`
	GapSeconds float64     `json:"gap_seconds"` // of the broadcast, that gaps cover together
	GapShare   float64     `json:"gap_share"`   // the same as a share of the broadcast
	Windows    []windowRow `json:"gap_windows,omitempty"`

	lag lag.Histogram
}

// lagView is how long messages took from the platform into the database, in
// milliseconds.
type lagView struct {
	Messages int64 `json:"messages"` // that were measured
	P50      int64 `json:"p50"`
	P95      int64 `json:"p95"`
	P99      int64 `json:"p99"`
	Max      int64 `json:"max"`
}

// windowRow is one gap.
type windowRow struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Seconds float64   `json:"seconds"`
	Reason  string    `json:"reason"`
	Lost    int64     `json:"messages_lost"`
}

func (r *root) chatReport() *cobra.Command {
	var filter store.ReportFilter
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Show how completely the chat of broadcasts was taken in",
		Long: `Shows the last broadcasts, the newest first: how many messages are stored, what
was dropped as a duplicate, how often connections had to be made anew, when chat
was not read, what is known to be lost, and how long messages took from the
platform into the database. With --stream all gaps of one broadcast are listed.

Messages count for the broadcast that was known to be on when they were taken in;
platforms tell of a beginning and an end some seconds later.`,
		Example: "  streamsuites chat report --creator Ab3dE9 --limit 5\n  streamsuites chat report --stream 4242 --output json",
		Args:    noArgs,
	}
	cmd.Flags().StringVar(&filter.CreatorID, "creator", "", "only of this creator (id); default: of all")
	cmd.Flags().StringVar(&filter.StreamID, "stream", "", "only this broadcast (the platform's id), with all its gaps")
	cmd.Flags().IntVar(&filter.Limit, "limit", 20, "show at most this many broadcasts; 0 shows all")
	format := output.Flag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if filter.Limit < 0 {
			return fmt.Errorf("--limit is %d: give at least 1, or 0 for all", filter.Limit)
		}
		views, err := r.streamReports(cmd.Context(), filter)
		if err != nil {
			return err
		}
		switch {
		case *format == output.JSON:
			return output.WriteJSON(cmd.OutOrStdout(), views)
		case filter.StreamID != "":
			return printReports(cmd.OutOrStdout(), views)
		}
		return listReports(cmd.OutOrStdout(), views)
	}
	return cmd
}

// streamReports reads the wanted reports. One broadcast that is asked for has to be
// there, and comes with its gaps.
func (r *root) streamReports(ctx context.Context, filter store.ReportFilter) ([]reportView, error) {
	s, err := r.store(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	reports, err := s.StreamReports(ctx, filter)
	if err != nil {
		return nil, err
	}
	if len(reports) == 0 && filter.StreamID == "" {
		if err := readCreator(ctx, s, filter.CreatorID); err != nil {
			return nil, err
		}
	}
	if filter.StreamID != "" {
		if len(reports) == 0 {
			return nil, fmt.Errorf("no broadcast %q is known%s: streamsuites chat report lists them", filter.StreamID, ofCreator(filter.CreatorID))
		}
		if err := s.FillWindows(ctx, reports, 0); err != nil {
			return nil, err
		}
	}
	views := make([]reportView, len(reports))
	for i := range reports {
		views[i] = reportViewOf(&reports[i])
	}
	return views, nil
}

func ofCreator(id string) string {
	if id == "" {
		return ""
	}
	return " of " + id
}

func reportViewOf(r *store.StreamReport) reportView {
	view := reportView{
		CreatorID: r.CreatorID, Platform: string(r.Platform), StreamID: r.StreamID, Channel: r.Channel, Title: r.Title,
		StartedAt: r.StartedAt, EndedAt: instant(r.EndedAt), Until: r.Until,
		Messages: r.Messages, History: r.History, Late: r.Late, Duplicates: r.Duplicates, Reconnects: r.Reconnects,
		Lost: r.Lost, Overflow: r.Overflow,
		FirstEventAt: instant(r.FirstEventAt), LastEventAt: instant(r.LastEventAt), Sources: r.Sources, SourceMessages: r.SourceMessages,
		Gaps: r.Gaps, GapSeconds: r.GapTime.Seconds(), GapShare: r.Share(), lag: r.Lag,
		Lag: lagView{
			r.Lag.Count(), r.Lag.Quantile(0.5).Milliseconds(), r.Lag.Quantile(0.95).Milliseconds(),
			r.Lag.Quantile(0.99).Milliseconds(), r.Lag.Max.Milliseconds(),
		},
	}
	for _, g := range r.Windows {
		view.Windows = append(view.Windows, windowRow{g.From, g.To, g.To.Sub(g.From).Seconds(), g.Reason, g.Lost})
	}
	return view
}
