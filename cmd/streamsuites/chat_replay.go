package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/roles"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/recording"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// clipsTake is how long a clip counts as under way of whose end a recording
// knows nothing: one that a changed configuration would have made.
const clipsTake = 30 * time.Second

// nobody stands for the creator of a recording that names none.
const nobody = "recording"

// chatReplay holds the flags of `chat replay`.
type chatReplay struct {
	config  string
	creator string
	limit   int
	json    bool
}

func (r *root) chatReplay() *cobra.Command {
	var flags chatReplay
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "Decide about a recording again, and show what is different",
		Long: `Evaluates a recording in the order of its lane and shows every message about
which something different is decided. With --config, that is what another
configuration would have done: compared with the recorded configuration where
the recording holds it, else with the recorded decisions. Without --config, the
recorded configuration is followed and compared with the recorded decisions.

Nothing is sent, stored or cut, and no database is needed. A replay begins with
nothing: cooldowns, counts, points and commands made in chat from before the
recording are unknown to it. Recordings that hold only messages count as live
on every platform.

The status is 0 also when there are differences.`,
		Example: "  streamsuites chat replay --config new/ evening.jsonl",
		Args:    oneRecording,
	}
	cmd.Flags().StringVar(&flags.config, "config", "", "folder of configuration files to decide by")
	cmd.Flags().StringVar(&flags.creator, "creator", "", "whose configuration to take from --config (default: the recording's creator)")
	cmd.Flags().IntVar(&flags.limit, "limit", 100, "show at most this many differences; 0 shows all")
	cmd.Flags().BoolVar(&flags.json, "json", false, "print every difference and the summary as lines of JSON")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if flags.limit < 0 {
			return fmt.Errorf("--limit is %d: give at least 1, or 0 for all", flags.limit)
		}
		if flags.creator != "" && flags.config == "" {
			return fmt.Errorf("--creator says whose configuration to take: give its folder with --config")
		}
		return r.replay(cmd, flags, args[0])
	}
	return cmd
}

func (r *root) replay(cmd *cobra.Command, flags chatReplay, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("open the recording: %w", err)
	}
	defer file.Close()
	plan, err := surveyRecording(cmd.Context(), file)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if !plan.header.Texts {
		_, _ = fmt.Fprintln(cmd.ErrOrStderr(), "The recording holds no texts: nothing in it matches by what somebody wrote.")
	}
	before, after, err := r.sides(cmd, flags, plan)
	if err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the recording again: %w", err)
	}
	reader, err := recording.NewReader(file)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	out := flags.printer(cmd.OutOrStdout())
	sum, err := recording.Compare(cmd.Context(), reader, before, after, out.difference)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return out.finish(sum)
}

// replayPlan is what is known of a recording before it is replayed.
type replayPlan struct {
	header recording.Header
	survey recording.Survey
	// foreign says that nothing but messages is in it, and in no lane's order.
	foreign bool
}

func surveyRecording(ctx context.Context, file io.Reader) (replayPlan, error) {
	reader, err := recording.NewReader(file)
	if err != nil {
		return replayPlan{}, err
	}
	found, err := recording.Look(ctx, reader)
	if err != nil {
		return replayPlan{}, err
	}
	return replayPlan{reader.Header(), found, !reader.Sequenced() && found.Inputs == 0}, nil
}

// sides are the two replays that are compared.
func (r *root) sides(cmd *cobra.Command, flags chatReplay, plan replayPlan) (before, after recording.View, err error) {
	options := recording.Options{AssumeLive: plan.foreign, Ends: plan.survey.Ends}
	if plan.foreign {
		options.ClipsTake = clipsTake
	}
	followed, err := replayPlayer(trigger.DefaultSettings(cmp.Or(plan.header.CreatorID, nobody), ""), options)
	if err != nil {
		return nil, nil, err
	}
	if flags.config == "" {
		return recording.Recorded{}, followed, nil
	}
	settings, err := r.replaySettings(cmd, flags, plan.header.CreatorID)
	if err != nil {
		return nil, nil, err
	}
	options.KeepSettings, options.ClipsTake = true, clipsTake
	forced, err := replayPlayer(settings, options)
	if err != nil {
		return nil, nil, fmt.Errorf("use the configuration in %s: %w", flags.config, err)
	}
	if plan.survey.Configs == 0 {
		return recording.Recorded{}, forced, nil
	}
	return followed, forced, nil
}

func replayPlayer(settings trigger.Settings, options recording.Options) (*recording.Player, error) {
	machine, err := trigger.NewMachine(settings, trigger.NewState())
	if err != nil {
		return nil, err
	}
	return recording.NewPlayer(machine, options), nil
}

// replaySettings are those that a configuration folder gives a creator, made as the
// runtime makes them. They count for the recording's creator, from whose id the
// ids of clips and what is picked at random derive.
func (r *root) replaySettings(cmd *cobra.Command, flags chatReplay, recordedID string) (trigger.Settings, error) {
	dir := flags.config
	if info, err := os.Stat(dir); err != nil {
		return trigger.Settings{}, fmt.Errorf("open the configuration: %w", err)
	} else if !info.IsDir() {
		return trigger.Settings{}, fmt.Errorf("--config is %q, which is no folder: give one with files such as creators.json and triggers.json", dir)
	}
	cfg, problems, err := config.Load(cmd.Context(), config.Options{StateDir: r.stateDir, Dir: dir})
	if err != nil {
		return trigger.Settings{}, err
	}
	for _, p := range problems.Broken() { // the runtime would start and leave this out
		_, _ = fmt.Fprintln(cmd.ErrOrStderr(), p.String())
	}
	id := cmp.Or(flags.creator, recordedID)
	creator := cfg.Creator(id)
	if creator == nil {
		return trigger.Settings{}, fmt.Errorf("the configuration in %s has no creator %q: choose one with --creator from %s", dir, id, configuredIDs(cfg))
	}
	settings := roles.TriggerSettings(cfg, creator)
	if recordedID != "" {
		settings.CreatorID = recordedID
	}
	rules, err := trigger.Compile(settings, nil)
	if err != nil {
		return trigger.Settings{}, fmt.Errorf("use the configuration in %s: %w", dir, err)
	}
	for _, p := range rules.Problems() {
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "trigger %s is left out: %s\n", p.TriggerID, p.Text)
	}
	return settings, nil
}

func configuredIDs(cfg *config.Config) string {
	ids := make([]string, len(cfg.Creators))
	for i := range cfg.Creators {
		ids[i] = cfg.Creators[i].ID
	}
	if len(ids) == 0 {
		return "none: creators.json lists nobody"
	}
	return strings.Join(ids, ", ")
}
