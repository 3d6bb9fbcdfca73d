package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/internal/logging"
	"github.com/streamsuites/streamsuites/internal/process"
	"github.com/streamsuites/streamsuites/internal/sim"
	"github.com/streamsuites/streamsuites/internal/sim/demo"
	"github.com/streamsuites/streamsuites/internal/sim/youtube"
	"github.com/streamsuites/streamsuites/internal/statedir"
)

// simulatorsReady bounds how long the simulators may take until they serve; the
// first video segments are encoded meanwhile.
const simulatorsReady = 30 * time.Second

// simulatorsCommand is the child process in which the simulated platforms run,
// so that a runtime that is killed meets the same world again.
func simulatorsCommand() *cobra.Command {
	var stateDir string
	var silent bool
	cmd := &cobra.Command{
		Use:   "simulators",
		Short: "Run the simulated platforms alone",
		Long: `Serves the simulated platforms of a state directory and prints their addresses
as one line of JSON. The demo runs it as a child; started alone it outlives
every runtime, and a demo in the same state directory uses it and leaves it
running.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := statedir.Open(stateDir)
			if err != nil {
				return err
			}
			logs, err := logging.Open(logging.Options{
				Dir: dir.Logs(), Name: "simulators", Format: logging.FormatJSON, Stderr: io.Discard,
			})
			if err != nil {
				return err
			}
			defer func() { _ = logs.Close() }()
			return runSimulators(cmd.Context(), dir, cmd.OutOrStdout(), !silent, logs.Logger)
		},
	}
	cmd.Flags().StringVar(&stateDir, "state-dir", defaultStateDir(), "folder of everything that is kept")
	cmd.Flags().BoolVar(&silent, "silent", false, "nobody in the chat speaks unasked")
	return cmd
}

func runSimulators(ctx context.Context, dir statedir.Dir, out io.Writer, speaking bool, log zerolog.Logger) error {
	options := sim.Options{
		Dir:       dir.Simulators(),
		Addresses: sim.Addresses{Control: anyPort, TwitchIRC: anyPort, TwitchHelix: anyPort, HLS: anyPort, YouTube: anyPort, Kick: anyPort},
		Quota:     youtube.Limits{Insert: demoUploads},
		Log:       log,
		Ready:     func(bound sim.Bound) { _ = json.NewEncoder(out).Encode(bound) },
	}
	if speaking {
		options.Demo = &demo.Options{}
	}
	err := sim.Run(ctx, options)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// demoUploads is how many videos the simulated YouTube takes in a day: as for an
// application that was granted more than the usual hundred, because the demo
// alone asks for a clip every three minutes.
const demoUploads = 1000

// anyPort keeps the port that the folder had before, if that is still free.
const anyPort = "127.0.0.1:0"

// adoptWithin bounds how long simulators that somebody else has started may take
// until they serve.
const adoptWithin = simulatorsReady

// adoptSimulators looks for simulators of this state directory that run
// already. They belong to whoever started them: nothing here ends them.
func (m *machine) adoptSimulators(ctx context.Context, within time.Duration) (found bool, err error) {
	dir := m.dir.Simulators()
	m.bound, found, err = sim.Find(ctx, dir, within)
	if err != nil {
		return false, err
	}
	if found && (m.bound.YouTube == "" || m.bound.Kick == "") {
		return false, fmt.Errorf("the simulators of %s come from an older version, with fewer platforms: stop them, then start again", dir)
	}
	m.adopted = found
	return found, nil
}

// startSimulators runs the simulators as a child and returns where they serve.
func (m *machine) startSimulators(ctx context.Context) (sim.Bound, error) {
	var bound sim.Bound
	self, err := os.Executable()
	if err != nil {
		return bound, fmt.Errorf("find this program: %w", err)
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return bound, fmt.Errorf("make a pipe to the simulators: %w", err)
	}
	defer func() { _ = reader.Close() }()
	m.simulators, err = process.Start(context.WithoutCancel(ctx), process.Spec{
		Name: "simulators", Path: self, Args: []string{"simulators", "--state-dir", m.dir.String()},
		Stdout: writer, Stderr: m.childLog("simulators"), Registry: m.children,
	})
	_ = writer.Close()
	if err != nil {
		return bound, err
	}
	if err := reader.SetReadDeadline(time.Now().Add(simulatorsReady)); err != nil {
		return bound, fmt.Errorf("wait for the simulators: %w", err)
	}
	line, err := bufio.NewReader(reader).ReadBytes('\n')
	if err != nil {
		return bound, fmt.Errorf("the simulators did not start, %s says why: %w", m.dir.Logs(), errors.Join(err, m.simulators.Err()))
	}
	if err := json.Unmarshal(line, &bound); err != nil {
		return bound, fmt.Errorf("read the simulators' addresses: %w", err)
	}
	return bound, nil
}
