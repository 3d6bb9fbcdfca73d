package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"github.com/streamsuites/streamsuites/cmd/internal/connect"
	"github.com/streamsuites/streamsuites/cmd/internal/roles"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/hostid"
	"github.com/streamsuites/streamsuites/internal/logging"
	"github.com/streamsuites/streamsuites/internal/metrics"
	"github.com/streamsuites/streamsuites/internal/namespaces"
	"github.com/streamsuites/streamsuites/internal/process"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/temporallog"
	"github.com/streamsuites/streamsuites/workers"
)

var roleHelp = map[string]string{
	"worker": "Run workflows, record streams, cut and publish clips, write exports",
	"ingest": "Read chats, decide, store and answer; find out who is live",
	"serve":  "Serve exports, clips, health and metrics over HTTP, read-only",
}

func (r *root) roleCommand(name string) *cobra.Command {
	var address string
	cmd := &cobra.Command{
		Use:   name,
		Short: roleHelp[name],
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return r.runRoles(cmd.Context(), []string{name}, address)
		},
	}
	if name == "serve" {
		addressFlag(cmd, &address)
	}
	return cmd
}

func addressFlag(cmd *cobra.Command, address *string) {
	cmd.Flags().StringVar(address, "address", "", "host:port that the HTTP server listens on (default: http.address of system.json)")
}

func (r *root) runCommand() *cobra.Command {
	var address string
	cmd := &cobra.Command{
		Use:       "run ROLE…",
		Short:     "Run several roles in one process",
		Example:   "  streamsuites run worker ingest serve",
		ValidArgs: []string{"worker", "ingest", "serve"},
		Args:      cobra.ArbitraryArgs, // what is wrong with them is said with the roles' names
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.runRoles(cmd.Context(), args, address)
		},
	}
	addressFlag(cmd, &address)
	return cmd
}

// shared is what the roles of one process share, and how it is closed.
type shared struct {
	parts roles.Parts
	close []func()
}

func (s *shared) onClose(f func()) { s.close = append(s.close, f) }

func (s *shared) shut() {
	for i := len(s.close) - 1; i >= 0; i-- {
		s.close[i]()
	}
}

func (r *root) runRoles(ctx context.Context, names []string, address string) error {
	chosen, err := roles.Named(names)
	if err != nil {
		return err
	}
	target, err := r.target()
	if err != nil {
		return err
	}
	var s shared
	defer s.shut()
	if err := r.assemble(ctx, &s, target, names[0], address); err != nil {
		return err
	}
	s.parts.Log.Info().Str("roles", roles.Names(chosen)).Str("state_dir", target.Dir.String()).Msg("running")
	err = roles.Run(ctx, s.parts, chosen)
	s.parts.Log.Info().Err(err).Msg("stopped")
	return err
}

// assemble opens everything that the roles need.
func (r *root) assemble(ctx context.Context, s *shared, target connect.Target, logName, address string) error {
	if err := target.Dir.Create(); err != nil {
		return err
	}
	options, err := roles.LogOptions(config.Options{StateDir: target.Dir.String()}, r.logLevel)
	if err != nil {
		return err
	}
	options.Dir, options.Name = target.Dir.Logs(), logName
	logs, err := logging.Open(options)
	if err != nil {
		return err
	}
	s.onClose(func() { _ = logs.Close() })
	log := logs.Logger
	cfg, problems, err := config.Load(ctx, config.Options{StateDir: target.Dir.String()})
	if cfg != nil {
		logs.Redactor.Add(cfg.SecretValues()...)
	}
	for _, problem := range problems {
		log.Warn().Str("file", problem.File).Str("path", problem.Path).Msg(problem.String())
	}
	if err != nil {
		return err
	}
	if address == "" {
		address = cfg.System.HTTP.Address
	}
	database, err := target.DatabaseURL()
	if err != nil {
		return err
	}
	opened, err := target.Store(ctx)
	if err != nil {
		return err
	}
	s.onClose(opened.Close)
	if err := opened.CheckSchema(ctx); err != nil {
		return fmt.Errorf("%w: run `streamsuites setup` first", err)
	}
	host, err := hostid.Load(target.Dir.HostIDFile())
	if err != nil {
		return err
	}
	children, err := process.OpenRegistry(target.Dir.Children())
	if err != nil {
		return err
	}
	if _, err := children.Sweep(log); err != nil {
		log.Warn().Err(err).Msg("not everything that a killed process left running could be ended")
	}
	figures, err := metrics.New(roles.Build())
	if err != nil {
		return err
	}
	s.parts = roles.Parts{
		Dir: target.Dir, Config: cfg, Store: opened, DatabaseURL: database, Metrics: figures,
		Children: children, Host: host, HTTPAddress: address, Log: log, Redactor: logs.Redactor,
	}
	return s.connectTemporal(ctx, target)
}

func (s *shared) connectTemporal(ctx context.Context, target connect.Target) error {
	options, err := target.TemporalOptions(temporallog.New(s.parts.Log.With().Str("component", "temporal-sdk").Logger()))
	if err != nil {
		return err
	}
	options.MetricsHandler = s.parts.Metrics.Temporal()
	main, err := client.DialContext(ctx, options)
	if err != nil {
		return fmt.Errorf("reach Temporal at %s: %w", options.HostPort, err)
	}
	s.onClose(main.Close)
	options.Namespace = control.SystemNamespace
	system, err := client.NewClientFromExistingWithContext(ctx, main, options)
	if err != nil {
		return fmt.Errorf("reach Temporal's namespace %s: %w", options.Namespace, err)
	}
	s.onClose(system.Close)
	s.parts.Temporal, s.parts.System = main, system
	return nil
}

func (r *root) setupCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "setup",
		Short: "Prepare Postgres and Temporal: migrations, namespaces, search attributes, schedules",
		Long: `Brings the schema in Postgres up to date and registers namespaces, search
attributes and schedules with Temporal. It may be repeated at any time, and has
to be run before the roles of a new version.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), 2*time.Minute)
			defer cancel()
			target, err := r.target()
			if err != nil {
				return err
			}
			if err := r.setupPostgres(ctx, target); err != nil {
				return err
			}
			return r.setupTemporal(ctx, target)
		},
	}
}

func (r *root) setupPostgres(ctx context.Context, target connect.Target) error {
	url, err := target.DatabaseURL()
	if err != nil {
		return err
	}
	if err := store.Migrate(ctx, url, r.quiet()); err != nil {
		return err
	}
	opened, err := target.Store(ctx)
	if err != nil {
		return err
	}
	defer opened.Close()
	if err := opened.EnsurePartitions(ctx, time.Now()); err != nil {
		return err
	}
	_, _ = fmt.Fprintln(os.Stdout, "Postgres: schema up to date")
	return nil
}

func (r *root) setupTemporal(ctx context.Context, target connect.Target) error {
	c, err := target.Temporal(ctx, r.quietTemporal())
	if err != nil {
		return err
	}
	defer c.Close()
	if err := namespaces.Ensure(ctx, c.WorkflowService(), namespaces.All()); err != nil {
		return err
	}
	system, err := client.NewClientFromExistingWithContext(ctx, c, client.Options{
		Namespace: control.SystemNamespace, Logger: r.quietTemporal(),
	})
	if err != nil {
		return fmt.Errorf("reach Temporal's namespace %s: %w", control.SystemNamespace, err)
	}
	defer system.Close()
	if err := workers.EnsureSearchAttributes(ctx, c); err != nil {
		return err
	}
	if err := workers.EnsureSchedules(ctx, system); err != nil {
		return err
	}
	_, _ = fmt.Fprintln(os.Stdout, "Temporal: namespaces, search attributes and schedules registered")
	return nil
}
