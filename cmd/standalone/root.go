package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/internal/statedir"
	"github.com/streamsuites/streamsuites/internal/version"
)

// options are the flags.
type options struct {
	stateDir string
	ports    portChoice
	demo     bool
	once     bool
	servers  bool // without the roles
	timeout  time.Duration
	logLevel string
}

// portChoice is how ports are found.
type portChoice string

const (
	autoPorts    portChoice = "auto"    // free ones, once per state directory
	defaultPorts portChoice = "default" // the well-known ones
)

// String implements pflag.Value.
func (p *portChoice) String() string { return string(*p) }

// Type implements pflag.Value.
func (p *portChoice) Type() string { return "auto|default" }

// Set implements pflag.Value.
func (p *portChoice) Set(value string) error {
	switch portChoice(value) {
	case autoPorts, defaultPorts:
		*p = portChoice(value)
		return nil
	default:
		return fmt.Errorf("%q is not a choice of ports: auto picks free ones once per state directory, default takes 5433, 7233, 8233 and 8080", value)
	}
}

func newRoot() *cobra.Command {
	o := options{ports: autoPorts}
	cmd := &cobra.Command{
		Use:   "standalone",
		Short: "Run all of StreamSuites on this machine",
		Long: `Starts a private Postgres, the Temporal server with its web UI, and every role
of StreamSuites, and stops them in order on SIGTERM or SIGINT. --demo starts
simulated platforms and a stream, too, so that there is something to see.

While it runs, standalone.json in the state directory says how it is reached;
every command of bin/streamsuites finds it there. DATABASE_URL in the
environment replaces the private Postgres.`,
		Version:       version.String(),
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := statedir.Open(o.stateDir)
			if err != nil {
				return err
			}
			m := &machine{options: o, dir: dir, terminal: newTerminal(cmd.OutOrStdout(), time.Now())}
			return m.run(cmd.Context())
		},
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; `%s --help` explains the flags", err, cmd.CommandPath())
	})
	flags := cmd.Flags()
	flags.StringVar(&o.stateDir, "state-dir", defaultStateDir(), "folder of everything that is kept (STREAMSUITES_STATE_DIR)")
	flags.Var(&o.ports, "ports", "auto: free ports, chosen once per state directory; default: 5433 Postgres, 7233 Temporal, 8233 its UI, 8080 HTTP")
	flags.BoolVar(&o.demo, "demo", false, "start simulated platforms, or use those of this state directory that run already, and configure them where nothing is configured yet")
	flags.BoolVar(&o.servers, "servers-only", false, "start Postgres and Temporal, with --demo the simulated platforms, and leave the roles to bin/streamsuites")
	flags.BoolVar(&o.once, "once", false, "end after the first clip is published and exported, with a line of JSON about it")
	flags.DurationVar(&o.timeout, "timeout", 5*time.Minute, "with --once: give up after this long")
	flags.StringVar(&o.logLevel, "log-level", "", "least severe level in the log file: debug, info, warn or error (default: STREAMSUITES_LOG_LEVEL, else info)")
	cmd.MarkFlagsMutuallyExclusive("once", "servers-only")
	cmd.AddCommand(simulatorsCommand())
	return cmd
}

func defaultStateDir() string {
	if dir := os.Getenv("STREAMSUITES_STATE_DIR"); dir != "" {
		return dir
	}
	return "./var"
}
