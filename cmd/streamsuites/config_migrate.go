package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/internal/config/migrate"
)

func (r *root) configMigrate() *cobra.Command {
	var write bool
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Turn documents in older forms into today's",
		Long: `Shows what would become of documents in older forms, as a difference line by
line, and changes nothing: services.json, ratelimits.schema.json, what the
dashboard's editors give (creators and drafts of triggers), chat_behaviour.json,
a list of platform overrides that stands alone, and a flat discord.json. What
they mean stays the same. With --write it makes the changes; copies of all files
that change are kept below backups/ in the state directory. A document with
mistakes stays as it is until it is mended.`,
		Args: noArgs,
	}
	cmd.Flags().BoolVar(&write, "write", false, "make the changes instead of showing them")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := r.configuration(cmd)
		if err != nil {
			return err
		}
		plan, err := migrate.New(c)
		if err != nil {
			return err
		}
		w := cmd.OutOrStdout()
		for _, left := range plan.Left {
			_, _ = fmt.Fprintln(w, left)
		}
		if len(plan.Changes) == 0 {
			_, _ = fmt.Fprintf(w, "Nothing in %s has to be changed.\n", c.Dir)
			return nil
		}
		if write {
			return migrated(w, plan)
		}
		for _, change := range plan.Changes {
			printWhy(w, change)
			_, _ = fmt.Fprintf(w, "%s\n", c.PlainText(change.Diff()))
		}
		_, _ = fmt.Fprintf(w, "%s. Nothing was written: --write does it.\n", counted(len(plan.Changes), "file would change", "files would change"))
		return nil
	}
	return cmd
}

func migrated(w io.Writer, plan *migrate.Plan) error {
	backup, err := plan.Apply(time.Now())
	if err != nil {
		return fmt.Errorf("change the configuration: %w", err)
	}
	for _, change := range plan.Changes {
		printWhy(w, change)
	}
	_, _ = fmt.Fprintf(w, "%s. Copies of what was there before are in %s\n", counted(len(plan.Changes), "file changed", "files changed"), backup)
	return nil
}

func printWhy(w io.Writer, change migrate.Change) {
	verb := "is written"
	if change.After == nil {
		verb = "goes away"
	}
	for _, why := range change.Why {
		_, _ = fmt.Fprintf(w, "%s %s: %s\n", change.Name, verb, why)
	}
}
