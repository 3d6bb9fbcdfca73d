package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/recording"
)

// replayPrinter prints what two replays made differently.
type replayPrinter interface {
	difference(recording.Difference) error
	finish(recording.Summary) error
}

func (f *chatReplay) printer(w io.Writer) replayPrinter {
	if f.json {
		return &replayLines{out: bufio.NewWriter(w)}
	}
	return &replayTable{out: w, limit: f.limit}
}

// replayLines prints for programs.
type replayLines struct{ out *bufio.Writer }

func (p *replayLines) difference(d recording.Difference) error {
	return output.WriteLine(p.out, map[string]any{"difference": d})
}

func (p *replayLines) finish(s recording.Summary) error {
	if err := output.WriteLine(p.out, map[string]any{"summary": s}); err != nil {
		return err
	}
	return p.out.Flush()
}

// replayTable prints for people. Columns need to know every row, so there are at
// most limit of them, unless that is 0.
type replayTable struct {
	out   io.Writer
	limit int
	shown int
	rows  [][]string
}

func (p *replayTable) difference(d recording.Difference) error {
	if p.limit > 0 && p.shown >= p.limit {
		return nil
	}
	p.shown++
	what := quotedChat(d.Text)
	if d.Input != "" {
		what = d.Input
	}
	for i, id := range touchedTriggers(d) {
		row := []string{"", "", "", "", id, verdictOf(d.Before, id), verdictOf(d.After, id), ""}
		if i == 0 {
			row[0], row[1], row[2], row[3] = fmt.Sprint(d.Seq), d.At.UTC().Format(time.DateTime), string(d.Platform), d.Author
			row[5], row[6], row[7] = row[5]+sideEffects(d.Before), row[6]+sideEffects(d.After), what
		}
		for j := range row {
			row[j] = printable(row[j])
		}
		p.rows = append(p.rows, row)
	}
	return nil
}

func (p *replayTable) finish(s recording.Summary) error {
	if len(p.rows) > 0 {
		header := []string{"PLACE", "AT (UTC)", "PLATFORM", "AUTHOR", "TRIGGER", "BEFORE", "AFTER", "MESSAGE"}
		if err := output.Table(p.out, header, p.rows); err != nil {
			return err
		}
		if more := s.Differences - p.shown; more > 0 {
			_, _ = fmt.Fprintf(p.out, "… and %d more; --limit 0 shows all\n", more)
		}
		_, _ = fmt.Fprintln(p.out)
	}
	if len(s.Triggers) > 0 {
		if err := output.Table(p.out, []string{"TRIGGER", "FIRED", "DENIED", "CHANGED"}, countRows(s)); err != nil {
			return err
		}
		_, _ = fmt.Fprintln(p.out)
	}
	_, err := fmt.Fprintf(p.out, "%s and %s: %s.\n",
		countOf(s.Messages, "message"), countOf(s.Inputs, "other input"), countOf(s.Differences, "difference"))
	return err
}

func countRows(s recording.Summary) [][]string {
	var rows [][]string
	for _, id := range s.IDs() {
		c := s.Triggers[id]
		rows = append(rows, []string{printable(id), fromTo(c.FiredBefore, c.FiredAfter), fromTo(c.DeniedBefore, c.DeniedAfter), fmt.Sprint(c.Changed)})
	}
	return rows
}

func fromTo(before, after int) string {
	if before == after {
		return fmt.Sprint(before)
	}
	return fmt.Sprintf("%d → %d", before, after)
}

// countOf is a number of things in words.
func countOf(n int, thing string) string {
	switch n {
	case 0:
		return "no " + thing + "s"
	case 1:
		return "1 " + thing
	default:
		return fmt.Sprintf("%d %ss", n, thing)
	}
}

// touchedTriggers lists the triggers that either side decided about, and at least one
// row for what only says or clips something different.
func touchedTriggers(d recording.Difference) []string {
	var ids []string
	for _, side := range []recording.Side{d.Before, d.After} {
		for _, v := range side.Verdicts {
			if !slices.Contains(ids, v.Trigger) {
				ids = append(ids, v.Trigger)
			}
		}
	}
	if len(ids) == 0 {
		return []string{""}
	}
	return ids
}

func verdictOf(s recording.Side, id string) string {
	for _, v := range s.Verdicts {
		switch {
		case v.Trigger != id:
		case v.Fired:
			return "fired"
		default:
			return "denied: " + string(v.Step)
		}
	}
	return "–"
}

// sideEffects says what a side does besides deciding.
func sideEffects(s recording.Side) string {
	var all strings.Builder
	for _, c := range s.Clips {
		fmt.Fprintf(&all, ", clip %s of %s", c.ID, c.End.Sub(c.Start))
	}
	for _, text := range s.Says {
		all.WriteString(", says " + quotedChat(text))
	}
	return all.String()
}

// printable drops what moves a terminal's cursor, or turns its text around.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
}

// quotedChat shows chat text in a cell, shortened and without what moves a terminal's
// cursor.
func quotedChat(text string) string {
	const most = 80
	if text == "" {
		return ""
	}
	runes := []rune(text)
	if len(runes) > most {
		runes = append(runes[:most-1], '…')
	}
	return fmt.Sprintf("%q", string(runes))
}
