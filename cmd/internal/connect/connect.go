// Package connect finds the Postgres and the Temporal that a command shall
// talk to: those of a running standalone, or those that the environment names.
//
// It opens connections and nothing else; what is done with them is the
// command's business.
package connect

import (
	"context"
	"errors"
	"fmt"
	"os"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	sdklog "go.temporal.io/sdk/log"

	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/statedir"
	"github.com/streamsuites/streamsuites/internal/store"
)

// Target is what a command works on.
type Target struct {
	Dir statedir.Dir
	// Addresses are those of the running standalone; nil when there is none.
	Addresses *statedir.Addresses
	lookup    func(string) (string, bool)
}

// Find returns the target for a state directory. lookup reads the environment
// and whatever is laid below it, such as .env.
func Find(stateDir string, lookup func(string) (string, bool)) (Target, error) {
	dir, err := statedir.Open(stateDir)
	if err != nil {
		return Target{}, err
	}
	target := Target{Dir: dir, lookup: lookup}
	addresses, err := dir.ReadAddresses()
	switch {
	case err == nil:
		target.Addresses = &addresses
	case !errors.Is(err, statedir.ErrNotRunning):
		return Target{}, err
	}
	return target, nil
}

// ErrNoDatabase says that nothing names a database.
var ErrNoDatabase = errors.New("no database: start bin/standalone with this --state-dir, or set DATABASE_URL")

// DatabaseURL is DATABASE_URL if that is set, else the standalone's.
func (t Target) DatabaseURL() (string, error) {
	if t.isSet("DATABASE_URL") {
		url, _ := t.lookup("DATABASE_URL")
		return url, nil
	}
	if t.Addresses != nil {
		return t.Addresses.Database, nil
	}
	return "", ErrNoDatabase
}

// Store opens the database, which has to answer.
func (t Target) Store(ctx context.Context) (*store.Store, error) {
	url, err := t.DatabaseURL()
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, url)
	if err != nil {
		return nil, t.hint(err, "DATABASE_URL")
	}
	return s, nil
}

// TemporalOptions are the options of Temporal's own CLI, from its environment
// variables and its configuration file. Where they name no address, a running
// standalone's is taken.
func (t Target) TemporalOptions(logger sdklog.Logger) (client.Options, error) {
	options, err := envconfig.LoadClientOptions(envconfig.LoadClientOptionsRequest{EnvLookup: environment{t.lookup}})
	if err != nil {
		return client.Options{}, fmt.Errorf("load Temporal's client configuration: %w", err)
	}
	if t.Addresses != nil && !t.namesTemporal() {
		options = client.Options{HostPort: t.Addresses.Temporal}
	}
	if options.Namespace == "" {
		options.Namespace = control.Namespace
	}
	options.Logger = logger
	return options, nil
}

// namesTemporal reports whether the environment chooses a Temporal; a
// configuration file alone does not beat a standalone in the given directory.
func (t Target) namesTemporal() bool {
	return t.isSet("TEMPORAL_ADDRESS") || t.isSet("TEMPORAL_PROFILE")
}

func (t Target) isSet(variable string) bool {
	value, ok := t.lookup(variable)
	return ok && value != ""
}

// environment lets Temporal's own loader see the variables that commands see.
type environment struct {
	lookup func(string) (string, bool)
}

// Environ implements envconfig.EnvLookup.
func (environment) Environ() []string { return os.Environ() }

// LookupEnv implements envconfig.EnvLookup.
func (e environment) LookupEnv(name string) (string, bool) { return e.lookup(name) }

// Temporal connects to Temporal.
func (t Target) Temporal(ctx context.Context, logger sdklog.Logger) (client.Client, error) {
	options, err := t.TemporalOptions(logger)
	if err != nil {
		return nil, err
	}
	c, err := client.DialContext(ctx, options)
	if err != nil {
		return nil, t.hint(fmt.Errorf("reach Temporal at %s: %w", options.HostPort, err), "TEMPORAL_ADDRESS")
	}
	return c, nil
}

// hint adds who named a collaborator that cannot be reached: the variable that
// wins, or the standalone.
func (t Target) hint(err error, variable string) error {
	switch {
	case t.isSet(variable):
		return fmt.Errorf("%w (%s names it; streamsuites doctor says more)", err, variable)
	case t.Addresses == nil:
		return fmt.Errorf("%w (no standalone is running in %s; streamsuites doctor says more)", err, t.Dir)
	default:
		return fmt.Errorf("%w (standalone.json in %s names process %d: is it still running?)", err, t.Dir, t.Addresses.PID)
	}
}
