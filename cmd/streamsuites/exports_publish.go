package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/connect"
	"github.com/streamsuites/streamsuites/cmd/internal/roles"
	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/durable"
)

// patienceWithCopies is how long `exports publish` waits for slow copies.
const patienceWithCopies = time.Minute

func (r *root) exportsPublish() *cobra.Command {
	target, public := "", false
	cmd := &cobra.Command{
		Use:   "publish",
		Short: "Copy the documents as they stand to where a web server serves them",
		Long: `Copies runtime/exports of the state directory, as it stands, to a folder from
which a dashboard fetches, its state root: shared/state of the web site. It needs
neither the database nor a running runtime. Every document has to be as the manifest
says, or nothing is copied. Each file is replaced as a whole, the manifest last;
documents that are no more are removed, and nothing else is touched.

Internal documents are never copied. A host that anybody can read should have
--public-only: the dashboard then shows what is meant for everybody.

Without --target it writes every copy that a running worker would: shared/state,
the web site that DASHBOARD_STATE_PUBLISH_ROOT or STREAMSUITES_STATE_PUBLISH_ROOT
names or that lies beside the working folder, and exports.mirrors of system.json.`,
		Example: "  streamsuites exports publish --target ../dashboard/docs/shared/state",
		Args:    noArgs,
	}
	cmd.Flags().StringVar(&target, "target", "", "folder to copy to (default: every copy of the configuration)")
	cmd.Flags().BoolVar(&public, "public-only", false, "leave out documents that are meant for the dashboard only; with --target")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		found, err := r.target()
		if err != nil {
			return err
		}
		switch {
		case target == "" && public:
			return errors.New("--public-only needs --target: the copies of the configuration hold what their dashboards need")
		case target == "":
			return r.publishCopies(cmd, found)
		}
		audience := exports.Operators
		if public {
			audience = exports.Everybody
		}
		return r.publishTo(cmd, found, target, audience)
	}
	return cmd
}

// publishTo copies the documents to one folder.
func (r *root) publishTo(cmd *cobra.Command, found connect.Target, target string, audience exports.Audience) error {
	from := found.Dir.Exports()
	to, err := filepath.Abs(target)
	if err != nil {
		return fmt.Errorf("resolve --target: %w", err)
	}
	if to == from {
		return fmt.Errorf("--target %s is where the documents are copied from: name another folder", target)
	}
	set, err := exports.Stand(cmd.Context(), exports.WriterOptions{Canonical: from}, r.quiet())
	if err != nil {
		return notWhole(from, err)
	}
	written, err := set.Publish(to, audience)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(cmd.OutOrStdout(), "Generation %d is in %s; %d files changed.\n", set.Manifest.Generation, to, written)
	return nil
}

// publishCopies writes every copy of the configuration.
func (r *root) publishCopies(cmd *cobra.Command, found connect.Target) error {
	trees, err := copiesOf(cmd.Context(), found)
	if err != nil {
		return err
	}
	states, err := exports.Republish(cmd.Context(), trees, r.quiet())
	var held *durable.LockedError
	if errors.As(err, &held) {
		return fmt.Errorf("%w: it keeps the copies in step by itself; --target writes another one", err)
	}
	if err != nil {
		return notWhole(trees.Canonical, err)
	}
	failed := false
	for _, s := range states {
		if failed = failed || !s.OK; s.OK {
			_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s holds the documents.\n", s.Root)
		} else {
			_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s lacks documents: %s\n", s.Root, s.Error)
		}
	}
	if failed {
		return errSilent
	}
	return nil
}

// copiesOf are the trees of a state directory. Where they are does not depend on
// whether the rest of the configuration allows a start.
func copiesOf(ctx context.Context, found connect.Target) (exports.WriterOptions, error) {
	cfg, _, err := config.Load(ctx, config.Options{StateDir: found.Dir.String()})
	var invalid *config.InvalidError
	if err != nil && !errors.As(err, &invalid) {
		return exports.WriterOptions{}, err
	}
	trees := roles.ExportTrees(found.Dir, cfg, nil)
	trees.Patience = patienceWithCopies
	return trees, nil
}

// notWhole says how a tree that cannot be published is made whole.
func notWhole(dir string, err error) error {
	return fmt.Errorf("read %s: %w; `streamsuites exports build` writes it", dir, err)
}
