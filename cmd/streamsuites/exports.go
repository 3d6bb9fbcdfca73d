package main

import (
	"github.com/spf13/cobra"
)

func (r *root) exportsCommand() *cobra.Command {
	return family(&cobra.Command{
		Use:   "exports",
		Short: "Build, publish and verify the exported documents",
		Long: `A running worker keeps the exported documents in step by itself. These commands
are for when none is running, for other places, and for checks.`,
	}, r.exportsBuild(), r.exportsPublish(), r.exportsVerify())
}
