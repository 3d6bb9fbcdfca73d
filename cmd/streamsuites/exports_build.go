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
	"github.com/streamsuites/streamsuites/internal/logging"
)

func (r *root) exportsBuild() *cobra.Command {
	target, at := "", ""
	cmd := &cobra.Command{
		Use:   "build",
		Short: "Build every document from the database",
		Long: `Reads the database and the configuration and writes every document: to the state
directory's runtime/exports and all its copies, as a running worker does, or with
--target to that folder alone, as a canonical tree with documents of every
visibility. Each file is replaced as a whole, the manifest last.

With --at it builds what can be told of a past moment: clips, polls, tallies,
scoreboards and counters as they stood, and what had happened to them. It says which documents
have no history, and why. Names, questions and settings are today's. The moment is
a time such as 2026-02-01T20:00:00Z or how long ago, such as 2h.`,
		Example: "  streamsuites exports build --target ./now\n  streamsuites exports build --at 2h --target ./then",
		Args:    noArgs,
	}
	cmd.Flags().StringVar(&target, "target", "", "folder to write to instead of the state directory")
	cmd.Flags().StringVar(&at, "at", "", "past moment to build the documents of; needs --target")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		now := time.Now()
		moment, err := parseInstant("at", at, now)
		if err != nil {
			return err
		}
		if at != "" && target == "" {
			return errors.New("--at needs --target: the state directory's exports are those of the present")
		}
		found, err := r.target()
		if err != nil {
			return err
		}
		b, err := r.exportsBuilder(cmd.Context(), found)
		if err != nil {
			return err
		}
		defer b.close()
		where := found.Dir.Exports()
		if target != "" {
			if where, err = filepath.Abs(target); err != nil {
				return fmt.Errorf("resolve --target: %w", err)
			}
		}
		if at != "" {
			return r.exportsPast(cmd, b, where, moment)
		}
		if where == found.Dir.Exports() {
			err = b.here(cmd.Context())
		} else {
			err = b.there(cmd.Context(), where)
		}
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(cmd.OutOrStdout(), "The documents in %s are those of the database as it is now.\n", where)
		return nil
	}
	return cmd
}

// builder builds documents from the database.
type builder struct {
	options exports.Options
	past    exports.PastSource
	close   func()
}

func (r *root) exportsBuilder(ctx context.Context, target connect.Target) (*builder, error) {
	cfg, _, err := config.Load(ctx, config.Options{StateDir: target.Dir.String()})
	if err != nil {
		return nil, err
	}
	secrets := &logging.Redactor{}
	secrets.Add(cfg.SecretValues()...)
	s, err := target.Store(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.CheckSchema(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("%w: run `streamsuites setup` first", err)
	}
	return &builder{close: s.Close, past: s, options: exports.Options{
		Source:   s,
		Settings: roles.Parts{Dir: target.Dir, Config: cfg}.ExportSettings,
		Writer:   roles.ExportTrees(target.Dir, cfg, secrets.Bytes),
		Clock:    time.Now, Log: r.quiet(),
	}}, nil
}

// here writes the state directory's own trees.
func (b *builder) here(ctx context.Context) error {
	err := exports.New(b.options).Now(ctx)
	var held *durable.LockedError
	if errors.As(err, &held) {
		return fmt.Errorf("%w: it keeps the documents in step by itself; --target writes them elsewhere", err)
	}
	return err
}

// there writes another tree.
func (b *builder) there(ctx context.Context, dir string) error {
	docs, err := exports.BuildSet(ctx, b.options.Source, b.options.Settings, b.options.Clock)
	if err != nil {
		return err
	}
	w, err := exports.OpenWriter(exports.WriterOptions{Canonical: dir, Redact: b.options.Writer.Redact, Log: b.options.Log})
	if err != nil {
		return err
	}
	defer w.Close()
	_, err = w.WriteSet(docs)
	return err
}
