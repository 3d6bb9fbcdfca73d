package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
)

// listReports prints one line for each broadcast.
func listReports(w io.Writer, views []reportView) error {
	if len(views) == 0 {
		_, err := fmt.Fprintln(w, "no broadcasts")
		return err
	}
	header := []string{
		"CREATOR", "PLATFORM", "STREAM", "BEGAN", "LASTED", "MESSAGES", "DUPLICATES", "RECONNECTS", "GAPS", "NOT READ", "LOST", "LATE", "LAG P50", "P99", "MAX",
	}
	return output.Table(w, header, rowsOf(views, func(v reportView) []string {
		p50, _, p99, longest := v.lags()
		return []string{
			v.CreatorID, v.Platform, v.StreamID, v.StartedAt.Local().Format(time.DateTime), v.lasted(),
			fmt.Sprint(v.Messages), fmt.Sprint(v.Duplicates), fmt.Sprint(v.Reconnects), fmt.Sprint(v.Gaps), v.notRead(),
			fmt.Sprint(v.Lost), fmt.Sprint(v.Late), p50, p99, longest,
		}
	}))
}

// printReports prints everything about each broadcast.
func printReports(w io.Writer, views []reportView) error {
	for i, v := range views {
		if i > 0 {
			_, _ = fmt.Fprintln(w)
		}
		if err := v.print(w); err != nil {
			return err
		}
	}
	return nil
}

func (v reportView) print(w io.Writer) error {
	p50, p95, p99, longest := v.lags()
	between := "none"
	if v.FirstEventAt != nil && v.LastEventAt != nil {
		between = v.FirstEventAt.Local().Format(time.DateTime) + " to " + v.LastEventAt.Local().Format(time.DateTime)
	}
	if err := output.Table(w, []string{"BROADCAST", v.StreamID}, [][]string{
		{"creator", v.CreatorID},
		{"channel", v.Platform + " " + v.Channel},
		{"title", v.Title},
		{"began", v.StartedAt.Local().Format(time.DateTime)},
		{"lasted", v.lasted()},
		{"messages", fmt.Sprintf("%d, of which %d late and %d from before the reader came", v.Messages, v.Late, v.History)},
		{"received", between},
		{"duplicates dropped", fmt.Sprint(v.Duplicates)},
		{"reconnects", fmt.Sprint(v.Reconnects)},
		{"lost", fmt.Sprintf("%d, of which %d by overflow", v.Lost, v.Overflow)},
		{"not read", v.notRead()},
		{"lag", fmt.Sprintf("p50 %s, p95 %s, p99 %s, longest %s", p50, p95, p99, longest)},
		{"read by", v.readBy()},
	}); err != nil {
		return err
	}
	return section(w, "gaps", []string{"FROM", "FOR", "LOST", "REASON"}, rowsOf(v.Windows, func(g windowRow) []string {
		return []string{
			g.From.Local().Format(time.DateTime), g.To.Sub(g.From).Round(time.Millisecond).String(), fmt.Sprint(g.Lost),
			strings.ReplaceAll(g.Reason, "_", " "),
		}
	}))
}

// readBy names the ways in which chat was read, with the messages that came that way.
func (v reportView) readBy() string {
	ways := make([]string, len(v.Sources))
	for i, s := range v.Sources {
		ways[i] = s
		if n, known := v.SourceMessages[s]; known {
			ways[i] = fmt.Sprintf("%s (%d messages)", s, n)
		}
	}
	return strings.Join(ways, ", ")
}

// lasted says how long the broadcast took, or has been on as far as is known.
func (v reportView) lasted() string {
	text := v.Until.Sub(v.StartedAt).Round(time.Second).String()
	if v.EndedAt == nil {
		return text + " so far"
	}
	return text
}

func (v reportView) notRead() string {
	length := time.Duration(v.GapSeconds * float64(time.Second)).Round(100 * time.Millisecond)
	return fmt.Sprintf("%s (%.2f%%)", length, 100*v.GapShare)
}

// lags are quantiles for people; a dash where nothing was measured.
func (v reportView) lags() (p50, p95, p99, longest string) {
	if v.Lag.Messages == 0 {
		return "-", "-", "-", "-"
	}
	return v.lag.Quantile(0.5).String(), v.lag.Quantile(0.95).String(), v.lag.Quantile(0.99).String(), v.lag.Max.String()
}
