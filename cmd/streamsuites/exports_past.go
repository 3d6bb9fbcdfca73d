package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/exports"
)

// exportsPast writes the documents of a past moment to a folder and says which ones,
// and of which there is no history.
func (r *root) exportsPast(cmd *cobra.Command, b *builder, dir string, at time.Time) error {
	past, err := exports.BuildPast(cmd.Context(), b.past, b.options.Settings, b.options.Clock, at)
	if err != nil {
		return fmt.Errorf("--at: %w", err)
	}
	w, err := exports.OpenWriter(exports.WriterOptions{Canonical: dir, Past: at, Redact: b.options.Writer.Redact, Log: b.options.Log})
	if err != nil {
		return err
	}
	defer w.Close()
	if _, err := w.WriteSet(past.Documents); err != nil {
		return err
	}
	out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 8, 2, ' ', 0)
	_, _ = fmt.Fprintf(out, "The documents in %s are those of %s:\n", dir, at.UTC().Format(time.RFC3339))
	for _, d := range past.Documents {
		_, _ = fmt.Fprintf(out, "  %s\n", d.File)
	}
	_, _ = fmt.Fprintln(out, "Without history, and not written:")
	for _, u := range past.Untold {
		_, _ = fmt.Fprintf(out, "  %s\t%s\n", u.File, u.Why)
	}
	_, _ = fmt.Fprintln(out, "Names, questions and settings are today's.")
	return out.Flush()
}
