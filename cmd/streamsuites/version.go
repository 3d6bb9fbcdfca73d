package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/internal/version"
)

func (r *root) versionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print version, build and commit",
		Args:  noArgs,
	}
	format := output.Flag(cmd)
	asJSON := cmd.Flags().Bool("json", false, "short for --output json")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *asJSON || *format == output.JSON {
			return output.WriteJSON(cmd.OutOrStdout(), version.Get())
		}
		_, err := fmt.Fprintln(cmd.OutOrStdout(), version.String())
		return err
	}
	cmd.AddCommand(r.versionStampCommand())
	return cmd
}
