package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/streamsuites/streamsuites/internal/standalone/pgserver"
)

// exportSizes are numbers of creators, each with clips, a poll and its votes; the
// last one is what the figures are about.
var exportSizes = []int{10, 100, 1000}

// exportChanges is how many changes of clips are measured at each size.
const exportChanges = 5

// measureExport measures how long the exported documents take to be written, all of
// them and after one change, and how much memory that needs.
func measureExport(ctx context.Context, b bench) (found Finding, err error) {
	server, err := pgserver.Start(ctx, pgserver.Options{Dir: filepath.Join(b.dir, "postgres-export"), Registry: b.children, Log: b.log})
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, server.Stop(context.WithoutCancel(ctx))) }()
	var turns []exportTurn
	for _, creators := range exportSizes {
		t, err := measureExports(ctx, b, server, creators, exportChanges)
		if err != nil {
			return found, err
		}
		b.say("%d creators: everything %s s, one change %s ms, %s MB", creators, number(t.first.Took.Seconds()),
			number(milliseconds(median(t.alone))), number(t.peak()))
		turns = append(turns, t)
	}
	last := turns[len(turns)-1]
	return Finding{Figures: exportFigures(last), Sections: []Section{exportSection(turns)}}, nil
}

// peak is the most memory that the exporter held at once, in megabytes.
func (t exportTurn) peak() float64 { return max(t.first.Peak, t.last.Peak) }

func exportFigures(t exportTurn) []Figure {
	rows := fmt.Sprintf("%s creators with %s clips, %s polls with %s votes, %s triggers and %s decisions",
		number(float64(t.creators)), number(float64(t.creators*clipsEach)), number(float64(t.creators)),
		number(float64(t.creators*votesEach)), number(float64(t.creators*triggersEach)), number(float64(t.creators*decisionsEach)))
	return []Figure{
		{
			Name: "export.full_s", Value: t.first.Took.Seconds(), Unit: "s", Target: 2, Lower: true,
			How: "Every document of " + rows + ", written by a process that has just started, into an empty state directory: from opening the database " +
				"until the last file, flushed to disk, lies in the canonical tree and in the copy that dashboards read.",
			Reference:   t.plain.Seconds(),
			ReferenceIs: "the same files written to two folders afterwards, one after the other, each flushed to disk with its folder; nothing is read or built.",
			Details:     []string{fmt.Sprintf("%d documents with %s MB.", t.first.Documents, number(float64(t.first.Bytes)/1e6))},
		},
		{
			Name: "export.incremental_ms", Value: milliseconds(median(t.alone)), Unit: "ms", Target: 200, Lower: true,
			How: "From the commit of one clip's change of state until the documents that tell of it and the manifest lie on disk, flushed. " +
				fmt.Sprintf("Median of %d changes, each after a quiet time, so that nothing is waited for. The same rows.", len(t.alone)),
			Details: []string{
				"Changes after a quiet time: " + list(inMilliseconds(t.alone)) + " ms.",
				"Changes right after another one, which wait until 250 ms have passed since the last write: " + list(inMilliseconds(t.following)) + " ms.",
				"Changes of clips that stand on a page, after a quiet time; its rows are read then: " + list(inMilliseconds(t.paged)) + " ms.",
				fmt.Sprintf("The exporter's own time for such changes: %s ms; for a snapshot and what is looked at with it: %s ms. Medians.",
					number(milliseconds(median(t.last.Passes))), number(milliseconds(median(t.last.Heartbeats)))),
			},
		},
		{
			Name: "export.rss_mb", Value: t.peak(), Unit: "MB", Target: 300, Lower: true,
			How:     "The most memory (`VmHWM`) that this process held at once: during the complete write, the changes, and the snapshots between them.",
			Details: []string{fmt.Sprintf("After the complete write: %s MB.", number(t.first.Peak))},
		},
	}
}

func inMilliseconds(durations []time.Duration) []float64 {
	values := make([]float64, len(durations))
	for i, d := range durations {
		values[i] = milliseconds(d)
	}
	return values
}

func exportSection(turns []exportTurn) Section {
	s := Section{
		Title: "Exported documents against size",
		Text: fmt.Sprintf("Each creator has %d clips with their histories, a poll with %s votes, a tally, a scoreboard with %d viewers, %d triggers and %d decisions. "+
			"Everything is what a cold exporter takes for the complete set; a change is that of one clip's state, after a quiet time.",
			clipsEach, number(votesEach), entriesEach, triggersEach, decisionsEach),
		Head: []string{"Creators", "Clips", "Votes", "Documents", "MB of documents", "Everything, s", "One change, ms", "Memory, MB"},
	}
	for _, t := range turns {
		s.Rows = append(s.Rows, []string{
			number(float64(t.creators)), number(float64(t.creators * clipsEach)), number(float64(t.creators * votesEach)),
			number(float64(t.first.Documents)), number(float64(t.first.Bytes) / 1e6), number(t.first.Took.Seconds()),
			number(milliseconds(median(t.alone))), number(t.peak()),
		})
	}
	first, last := turns[0], turns[len(turns)-1]
	s.Result = fmt.Sprintf("With %s times the rows, everything takes %s times as long, a change %s times, and the exporter holds %s times the memory.",
		number(float64(last.creators)/float64(first.creators)), number(last.first.Took.Seconds()/first.first.Took.Seconds()),
		number(float64(median(last.alone))/float64(median(first.alone))), number(last.peak()/first.peak()))
	return s
}
