package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/exports"
)

func (r *root) exportsPublish() *cobra.Command {
	target, public := "", false
	cmd := &cobra.Command{
		Use:   "publish",
		Short: "Copy the documents as they stand to a folder that a web server serves",
		Long: `Copies runtime/exports of the state directory, as it stands, to a folder from
which a dashboard fetches, its state root: shared/state of the web site. It needs
neither the database nor a running runtime. Every document has to be as the manifest
says, or nothing is copied. Each file is replaced as a whole, the manifest last;
documents that are no more are removed, and nothing else is touched.

Internal documents are never copied. A host that anybody can read should have
--public-only: the dashboard then shows what is meant for everybody.`,
		Example: "  streamsuites exports publish --target ../dashboard/docs/shared/state",
		Args:    noArgs,
	}
	cmd.Flags().StringVar(&target, "target", "", "folder to copy to")
	cmd.Flags().BoolVar(&public, "public-only", false, "leave out documents that are meant for the dashboard only")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if target == "" {
			return errors.New("--target is missing: name the folder to copy to")
		}
		found, err := r.target()
		if err != nil {
			return err
		}
		from := found.Dir.Exports()
		to, err := filepath.Abs(target)
		if err != nil {
			return fmt.Errorf("resolve --target: %w", err)
		}
		if to == from {
			return fmt.Errorf("--target %s is where the documents are copied from: name another folder", target)
		}
		set, err := exports.ReadSet(cmd.Context(), os.DirFS(from))
		if errors.Is(err, exports.ErrNothingExported) {
			return fmt.Errorf("%s: %w; `streamsuites exports build` writes it", from, err)
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", from, err)
		}
		audience := exports.Operators
		if public {
			audience = exports.Everybody
		}
		written, err := set.Publish(to, audience)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(cmd.OutOrStdout(), "Generation %d is in %s; %d files changed.\n", set.Manifest.Generation, to, written)
		return nil
	}
	return cmd
}
