package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/internal/release"
	"github.com/streamsuites/streamsuites/internal/statedir"
	"github.com/streamsuites/streamsuites/internal/version"
)

// stampFlags say what is stamped besides the state directory.
type stampFlags struct{ build, dashboard, source string }

func (r *root) versionStampCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "stamp VERSION --build BUILD",
		Short: "Stamp documents, and a checkout, with a release",
		Long: `Writes about, changelog, roadmap and version documents that say VERSION and
BUILD: into the exports of the state directory where there are some, and into the
dashboard that --dashboard-root names. With --source it also stamps a checkout of
StreamSuites, so that the next build carries the version: the constant, the
changelog that the documents come from, and CHANGELOG.md, in each of which what is
unreleased becomes part of the release.

VERSION is vX.Y.Z or vX.Y.Z-label; a leading "v" or the word "Version" is left
out. BUILD is YYYY.MM.DD+NNN: the day in UTC, and which of that day's builds it
is, from 001 on. A runtime exports the version that it was built with, so its
documents cannot be stamped while it runs. Every file that changed is printed; the
status is 1 when none did.`,
		Example: `  streamsuites version stamp v0.2.0-alpha --build 2026.02.01+001 --source .
  streamsuites version stamp v0.2.0-alpha --build 2026.02.01+001 --dashboard-root ../StreamSuites-Dashboard/docs`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("give one version, for instance v0.2.0-alpha")
			}
			return nil
		},
	}
	var flags stampFlags
	cmd.Flags().StringVar(&flags.build, "build", "", "the build, YYYY.MM.DD+NNN")
	cmd.Flags().StringVar(&flags.dashboard, "dashboard-root", "", "folder of a dashboard that is stamped too: what is served, or a checkout with that in docs/")
	cmd.Flags().StringVar(&flags.source, "source", "", "checkout of StreamSuites that is stamped too")
	_ = cmd.MarkFlagRequired("build")
	_ = cmd.MarkFlagDirname("dashboard-root")
	_ = cmd.MarkFlagDirname("source")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		stamp, err := version.ParseRelease(args[0], flags.build, time.Now())
		if err != nil {
			return err
		}
		return r.stamp(cmd.OutOrStdout(), stamp, flags)
	}
	return cmd
}

func (r *root) stamp(out io.Writer, stamp version.Release, flags stampFlags) error {
	trees, err := r.stamped(flags.dashboard)
	if err != nil {
		return err
	}
	if trees.Tree == nil && trees.Site == "" && flags.source == "" {
		return fmt.Errorf("nothing to stamp: %s has no exports; give --dashboard-root or --source", r.stateDir)
	}
	records, checkout, err := recordsOf(stamp, flags.source)
	if err != nil {
		return err
	}
	trees.Release = exports.ReleaseInput{Version: stamp.Version, Build: stamp.Build, Date: stamp.Date, Records: records}
	changed, err := exports.Stamp(trees)
	if err == nil && checkout != nil {
		var inSource []string
		inSource, err = checkout.Write()
		changed = append(changed, inSource...)
	}
	for _, path := range changed {
		_, _ = fmt.Fprintln(out, path)
	}
	switch {
	case errors.Is(err, exports.ErrRuntimeWrites):
		return fmt.Errorf("%w: stop it, or run a build of %s instead", err, stamp.Version)
	case err != nil:
		return err
	case len(changed) == 0:
		return fmt.Errorf("nothing changed: everything carries %s (build %s) already", stamp.Version, stamp.Build)
	}
	return nil
}

// recordsOf returns the records as they are after the release: those of the
// checkout that is stamped, else those of this program.
func recordsOf(stamp version.Release, source string) (release.Records, *release.Checkout, error) {
	if source != "" {
		checkout, err := release.PlanCheckout(source, stamp)
		if err != nil {
			return release.Records{}, nil, err
		}
		return checkout.Records, checkout, nil
	}
	records, err := release.Recorded()
	records.Changelog = release.Release(records.Changelog, stamp)
	return records, nil, err
}

// stamped are the trees that there are to stamp.
func (r *root) stamped(dashboard string) (exports.StampOptions, error) {
	var o exports.StampOptions
	dir, err := statedir.Open(r.stateDir)
	if err != nil {
		return o, err
	}
	if info, err := os.Stat(dir.Exports()); err == nil && info.IsDir() {
		o.Tree = &exports.WriterOptions{Canonical: dir.Exports(), Mirrors: []string{dir.Mirror()}, Log: r.quiet()}
	}
	if dashboard != "" {
		o.Site = exports.Site(dashboard)
	}
	return o, nil
}
