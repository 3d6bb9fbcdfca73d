package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/connect"
	"github.com/streamsuites/streamsuites/cmd/internal/roles"
	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

func (r *root) triggersCommand() *cobra.Command {
	return family(&cobra.Command{
		Use:   "triggers",
		Short: "List, test, explain, change, import and export what chat triggers",
	}, r.triggersList(), r.triggersTest(), r.triggersExplain(), r.triggersChange(), r.triggersChanges(), r.triggersImport(), r.triggersExport())
}

// engineFlags say from where a creator's triggers are taken.
type engineFlags struct {
	creator   string
	configDir string
	offline   bool
}

func (f *engineFlags) register(cmd *cobra.Command, whose string) {
	cmd.Flags().StringVar(&f.creator, "creator", "", whose)
	cmd.Flags().StringVar(&f.configDir, "config", "", "folder of configuration documents to use in place of the state directory's")
	cmd.Flags().BoolVar(&f.offline, "offline", false, "use the configuration files alone, also where a database can be reached")
}

// origin says what a command looked at, for its output.
type origin struct {
	Database bool   `json:"database"` // overlays, cooldowns, counters and streams are the real ones
	Reason   string `json:"reason,omitempty"`
	Config   string `json:"config"`             // hash of the configuration of the files
	InForce  string `json:"in_force,omitempty"` // hash of the one that the lane evaluates under, where it is another
}

// String says it in a sentence.
func (o origin) String() string {
	switch {
	case !o.Database:
		return "from the configuration files alone: " + o.Reason
	case o.InForce != "":
		return "with the state of the database; the runtime still evaluates under the configuration " + o.InForce
	default:
		return "with the state of the database"
	}
}

// engine is a creator's triggers as files, and the database if there is one, have
// them.
type engine struct {
	creator *config.Creator
	machine *trigger.Machine
	from    origin
}

// engines makes the engines of the creators that were asked for.
func (r *root) engines(ctx context.Context, flags engineFlags) ([]engine, error) {
	target, err := r.target()
	if err != nil {
		return nil, err
	}
	cfg, creators, err := configured(ctx, target, flags)
	if err != nil {
		return nil, err
	}
	s, reason := databaseOr(ctx, target, flags.offline)
	if s != nil {
		defer s.Close()
	}
	engines := make([]engine, len(creators))
	for i, creator := range creators {
		if engines[i], err = engineOf(ctx, cfg, creator, s, reason); err != nil {
			return nil, err
		}
	}
	return engines, nil
}

// configured reads the configuration and finds the creators that were asked for:
// the named one, or all that are switched on.
func configured(ctx context.Context, target connect.Target, flags engineFlags) (*config.Config, []*config.Creator, error) {
	cfg, problems, err := config.Load(ctx, config.Options{StateDir: target.Dir.String(), Dir: flags.configDir})
	if err != nil {
		return nil, nil, invalidConfig(problems, err)
	}
	if flags.creator != "" {
		creator := cfg.Creator(flags.creator)
		if creator == nil {
			return nil, nil, fmt.Errorf("there is no creator %q in %s: there are %s", flags.creator, cfg.Dir, creatorNames(cfg))
		}
		return cfg, []*config.Creator{creator}, nil
	}
	var creators []*config.Creator
	for i := range cfg.Creators {
		if cfg.Creators[i].Enabled {
			creators = append(creators, &cfg.Creators[i])
		}
	}
	if len(creators) == 0 {
		return nil, nil, fmt.Errorf("no creator is switched on in %s", cfg.Dir)
	}
	return cfg, creators, nil
}

// invalidConfig says what is wrong with the documents, not only that something is.
func invalidConfig(problems config.Problems, err error) error {
	var invalid *config.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	var lines []string
	for _, p := range problems.Fatal() {
		lines = append(lines, p.String())
	}
	return fmt.Errorf("the configuration cannot be used:\n%s", strings.Join(lines, "\n"))
}

func creatorNames(cfg *config.Config) string {
	if len(cfg.Creators) == 0 {
		return "none"
	}
	names := make([]string, len(cfg.Creators))
	for i := range cfg.Creators {
		names[i] = cfg.Creators[i].ID
	}
	return strings.Join(names, ", ")
}

// databaseOr opens the database where there is one; else it says why not.
func databaseOr(ctx context.Context, target connect.Target, offline bool) (*store.Store, string) {
	if offline {
		return nil, "--offline asked for that"
	}
	s, err := target.Store(ctx)
	switch {
	case errors.Is(err, connect.ErrNoDatabase):
		return nil, "there is no database"
	case err != nil:
		return nil, err.Error()
	default:
		return s, ""
	}
}

func engineOf(ctx context.Context, cfg *config.Config, creator *config.Creator, s *store.Store, reason string) (engine, error) {
	settings := roles.TriggerSettings(cfg, creator)
	e := engine{creator: creator, from: origin{Reason: reason}}
	state := trigger.NewState()
	if s != nil {
		rows, err := s.LoadLane(ctx, creator.ID)
		if err != nil {
			return engine{}, err
		}
		state, e.from.Database = ingest.StateOf(rows), true
		if rows.Config != nil {
			e.from.InForce = rows.Config.Hash
		}
	}
	machine, err := trigger.NewMachine(settings, state)
	if err != nil {
		return engine{}, err
	}
	e.machine = machine
	if e.from.Config = machine.Settings().Hash(); e.from.InForce == e.from.Config {
		e.from.InForce = ""
	}
	return e, nil
}

// one takes the engine of the named creator, or of the only one.
func one(engines []engine) (engine, error) {
	if len(engines) == 1 {
		return engines[0], nil
	}
	names := make([]string, len(engines))
	for i, e := range engines {
		names[i] = e.creator.ID
	}
	return engine{}, fmt.Errorf("there are several creators: name one with --creator: %s", strings.Join(names, ", "))
}
