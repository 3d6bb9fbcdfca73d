package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/streamsuites/streamsuites/internal/process"
	"github.com/streamsuites/streamsuites/internal/statedir"
)

const (
	binary      = "bin/standalone"
	readyWithin = 6 * time.Minute
	stopWithin  = 20 * time.Second

	// publishDelay is how long the demo holds every clip, by the configuration below.
	publishDelay = 2 * time.Second
)

// standalone is a running bin/standalone.
type standalone struct {
	dir       statedir.Dir
	child     *process.Child
	addresses statedir.Addresses
	took      time.Duration // from its start until it said where it can be reached
}

// startStandalone starts bin/standalone --demo and waits until it is ready.
func startStandalone(ctx context.Context, b bench, dir statedir.Dir, more ...string) (*standalone, error) {
	return launch(ctx, b, dir, append([]string{"--demo"}, more...)...)
}

// launch starts bin/standalone in a state directory and waits until it is ready.
func launch(ctx context.Context, b bench, dir statedir.Dir, arguments ...string) (*standalone, error) {
	path, err := program(".", binary)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	child, err := process.Start(context.WithoutCancel(ctx), process.Spec{
		Name: "standalone", Path: path, Args: append([]string{"--state-dir", dir.String()}, arguments...), Dir: b.dir,
		Stdout: io.Discard, Stderr: os.Stderr, Registry: b.children,
	})
	if err != nil {
		return nil, err
	}
	s := &standalone{dir: dir, child: child}
	err = await(ctx, readyWithin, 5*time.Millisecond, "the standalone is ready", func() (bool, error) {
		select {
		case <-child.Done():
			return false, errors.Join(errors.New("it ended by itself"), child.Err())
		default:
		}
		found, err := dir.ReadAddresses()
		if errors.Is(err, statedir.ErrNotRunning) || err == nil && found.PID != child.PID() {
			return false, nil
		}
		s.addresses = found
		return err == nil, err
	})
	s.took = time.Since(began)
	if err != nil {
		return nil, errors.Join(err, s.stop(ctx))
	}
	return s, nil
}

// awaitChat waits until the standalone reads the demo's chat.
func (s *standalone) awaitChat(ctx context.Context) error {
	demo := platform{s.addresses.Simulators.Control}
	return await(ctx, readyWithin, 5*time.Millisecond, "the standalone reads the chat", func() (bool, error) {
		members, err := demo.members(ctx)
		return len(members) > 0, err
	})
}

// stop ends the standalone as Ctrl-C does.
func (s *standalone) stop(ctx context.Context) error {
	return s.child.Stop(context.WithoutCancel(ctx), stopWithin)
}

// measureStandalone measures the whole: its memory, the clips that chat asks it for,
// and its start.
func measureStandalone(ctx context.Context, b bench) (figures []Figure, err error) {
	dir := statedir.Dir(filepath.Join(b.dir, "state"))
	if err := configure(dir); err != nil {
		return nil, err
	}
	s, err := startStandalone(ctx, b, dir)
	if err != nil {
		return nil, err
	}
	b.say("first start: %s s", number(s.took.Seconds()))
	if err := errors.Join(s.stop(ctx), folderOnly(dir)); err != nil {
		return nil, err
	}
	if s, err = startStandalone(ctx, b, dir); err != nil {
		return nil, err
	}
	figures, err = measureRunning(ctx, b, s)
	if err := errors.Join(err, s.stop(ctx)); err != nil {
		return nil, err
	}
	start, err := measureStart(ctx, b, dir)
	return append(figures, start), err
}

// measureRunning measures what has to be measured while it runs.
func measureRunning(ctx context.Context, b bench, s *standalone) ([]Figure, error) {
	memory, err := measureMemory(ctx, b, s)
	if err != nil {
		return nil, err
	}
	c, err := openClips(ctx, b, s)
	if err != nil {
		return nil, err
	}
	defer c.close()
	overhead, err := c.measureOverhead(ctx)
	if err != nil {
		return nil, err
	}
	start, err := c.measureStart(ctx)
	return []Figure{start, overhead, memory}, err
}

// configure writes the parts of the demo's configuration that would refuse a hundred
// clips in a row; the demo keeps what it finds and adds the rest.
func configure(dir statedir.Dir) error {
	if err := dir.Create(); err != nil {
		return err
	}
	for name, document := range map[string]any{
		"system.json": map[string]any{
			"system": map[string]any{"platforms": map[string]bool{"twitch": true, "youtube": false, "kick": false, "discord": false}},
			"clips":  map[string]any{"publish_delay_seconds": publishDelay.Seconds(), "per_hour": 10_000, "coalesce_seconds": 0, "user_cooldown_seconds": 0},
		},
		"tiers.json": map[string]any{"version": "1.0", "tiers": map[string]any{"demo": map[string]any{
			"label": "Benchmark", "description": "Nothing is refused.",
			"features": map[string]any{
				"triggers": map[string]any{"enabled": true, "max_triggers": 100, "min_cooldown_seconds": 0},
				"clips": map[string]any{
					"enabled": true, "max_duration_seconds": 120, "min_cooldown_seconds": 0, "max_concurrent_jobs": 10_000,
				},
			},
		}}},
	} {
		text, err := json.MarshalIndent(document, "", "  ")
		if err != nil {
			return fmt.Errorf("compose %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(dir.Config(), name), append(text, '\n'), 0o644); err != nil { //nolint:gosec // no secret
			return fmt.Errorf("configure the demo: %w", err)
		}
	}
	return nil
}

// folderOnly lets the demo's creator publish in the folder alone. What is measured
// is the runtime's own work; an upload takes as long as its platform does.
func folderOnly(dir statedir.Dir) error {
	path := filepath.Join(dir.Config(), "creators.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the demo's creators: %w", err)
	}
	var document struct {
		Creators []map[string]any `json:"creators"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return fmt.Errorf("read the demo's creators: %w", err)
	}
	for _, creator := range document.Creators {
		creator["clips"] = map[string]any{"destinations": []string{"folder"}}
	}
	if text, err = json.MarshalIndent(document, "", "  "); err != nil {
		return fmt.Errorf("compose creators.json: %w", err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil { //nolint:gosec // no secret
		return fmt.Errorf("configure the demo: %w", err)
	}
	return nil
}
