package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/config"
)

func (r *root) configCommand() *cobra.Command {
	return family(&cobra.Command{
		Use:   "config",
		Short: "Check, show, describe and modernise the configuration",
	}, r.configValidate(), r.configShow(), r.configSchema(), r.configMigrate())
}

func (r *root) configValidate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "validate",
		Short: "Report every mistake in every configuration file, all at once",
		Long: `Reads every configuration file below the state directory and reports each
mistake with its file, its JSON path, what was found and what is allowed.
Ends with status 1 on any error: also on those with which the runtime would
start, leaving out what is wrong.`,
		Args: noArgs,
	}
	format := output.Flag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		target, err := r.target()
		if err != nil {
			return err
		}
		_, problems, err := config.Load(cmd.Context(), config.Options{StateDir: target.Dir.String()})
		if err != nil && len(problems) == 0 {
			return err
		}
		if *format == output.JSON {
			if err := output.WriteJSON(cmd.OutOrStdout(), append([]config.Problem{}, problems...)); err != nil {
				return err
			}
		} else {
			printProblems(cmd, target.Dir.Config(), problems)
		}
		if len(problems.Broken()) > 0 {
			return errSilent
		}
		return nil
	}
	return cmd
}

func printProblems(cmd *cobra.Command, folder string, problems []config.Problem) {
	if len(problems) == 0 {
		_, _ = fmt.Fprintf(cmd.OutOrStdout(), "The configuration in %s is valid.\n", folder)
		return
	}
	for _, p := range problems {
		_, _ = fmt.Fprintln(cmd.OutOrStdout(), p.String())
	}
	what := "problems"
	if len(problems) == 1 {
		what = "problem"
	}
	_, _ = fmt.Fprintf(cmd.OutOrStdout(), "\n%d %s in %s\n", len(problems), what, folder)
}
