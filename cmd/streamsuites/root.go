package main

import (
	"context"
	"errors"
	"os"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	sdklog "go.temporal.io/sdk/log"

	"github.com/streamsuites/streamsuites/cmd/internal/connect"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/temporallog"
	"github.com/streamsuites/streamsuites/internal/version"
)

// root holds what every command shares: where the state is and how much to log.
type root struct {
	stateDir string
	logLevel string
}

func newRoot() *cobra.Command {
	r := &root{}
	cmd := family(&cobra.Command{
		Use:   "streamsuites",
		Short: "Run and operate StreamSuites",
		Long: `StreamSuites reads the chats of a livestream, cuts the clips that viewers ask
for, publishes them, and exports its state as JSON documents.

Roles (worker, ingest, serve) run against a Temporal and a Postgres that exist:
DATABASE_URL names the Postgres, and Temporal's own environment variables and
configuration file (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_PROFILE, …)
name the Temporal. With a standalone running in --state-dir, every command
finds both by itself.`,
		Version:       version.String(),
		SilenceUsage:  true,
		SilenceErrors: true,
	})
	cmd.SetFlagErrorFunc(wrongFlag)
	flags := cmd.PersistentFlags()
	flags.StringVar(&r.stateDir, "state-dir", defaultStateDir(), "folder of configuration, clips and exports (STREAMSUITES_STATE_DIR)")
	flags.StringVar(&r.logLevel, "log-level", "", "least severe level that roles log: debug, info, warn or error (default: STREAMSUITES_LOG_LEVEL, else info)")
	_ = cmd.RegisterFlagCompletionFunc("log-level", cobra.FixedCompletions([]string{"debug", "info", "warn", "error"}, cobra.ShellCompDirectiveNoFileComp))

	cmd.AddGroup(
		&cobra.Group{ID: "roles", Title: "Roles:"},
		&cobra.Group{ID: "operate", Title: "Operating:"},
		&cobra.Group{ID: "setup", Title: "Setting up and checking:"},
	)
	for group, commands := range map[string][]*cobra.Command{
		"roles":   {r.runCommand(), r.roleCommand("worker"), r.roleCommand("ingest"), r.roleCommand("serve")},
		"operate": {r.clipsCommand(), r.triggersCommand(), r.pointsCommand(), r.chatCommand(), r.exportsCommand(), r.statusCommand()},
		"setup":   {r.setupCommand(), r.configCommand(), r.authCommand(), r.doctorCommand(), r.twitchCommand(), r.versionCommand()},
	} {
		for _, c := range commands {
			c.GroupID = group
			cmd.AddCommand(c)
		}
	}
	cmd.SetCompletionCommandGroupID("setup")
	cmd.InitDefaultCompletionCmd()
	for _, c := range cmd.Commands() {
		if c.Name() == "completion" {
			family(c)
		}
	}
	return cmd
}

func defaultStateDir() string {
	if dir := os.Getenv("STREAMSUITES_STATE_DIR"); dir != "" {
		return dir
	}
	return "./var"
}

// target finds what the command works on.
func (r *root) target() (connect.Target, error) {
	env, _, err := config.ReadEnvironment(config.Options{StateDir: r.stateDir})
	if err != nil {
		return connect.Target{}, err
	}
	return connect.Find(r.stateDir, env.Lookup)
}

// store opens the database that the command works on. The caller closes it.
func (r *root) store(ctx context.Context) (*store.Store, error) {
	target, err := r.target()
	if err != nil {
		return nil, err
	}
	return target.Store(ctx)
}

// quiet is the logger of commands that print their results: errors only.
func (r *root) quiet() zerolog.Logger {
	return zerolog.New(zerolog.ConsoleWriter{Out: os.Stderr}).Level(zerolog.ErrorLevel).With().Timestamp().Logger()
}

func (r *root) quietTemporal() sdklog.Logger { return temporallog.New(r.quiet()) }

// errSilent ends a command with status 1 when its output has said everything.
var errSilent = errors.New("failed")

func isSilent(err error) bool { return errors.Is(err, errSilent) }
