package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/streamsuites/streamsuites/cmd/internal/roles"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/hostid"
	"github.com/streamsuites/streamsuites/internal/httpserver"
	"github.com/streamsuites/streamsuites/internal/metrics"
	"github.com/streamsuites/streamsuites/internal/statedir"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/temporallog"
	"github.com/streamsuites/streamsuites/workers"
)

// prepareRuntime connects to what was started and makes it ready for the roles.
func (m *machine) prepareRuntime(ctx context.Context) error {
	if err := store.Migrate(ctx, m.database, m.log); err != nil {
		return err
	}
	opened, err := store.Open(ctx, m.database)
	if err != nil {
		return err
	}
	m.onStop(func(context.Context) error { opened.Close(); return nil })
	if err := opened.EnsurePartitions(ctx, time.Now()); err != nil {
		return err
	}
	address, err := m.httpAddress()
	if err != nil {
		return err
	}
	host, err := hostid.Load(m.dir.HostIDFile())
	if err != nil {
		return err
	}
	figures, err := metrics.New(roles.Build())
	if err != nil {
		return err
	}
	m.parts = roles.Parts{
		Dir: m.dir, Config: m.config, Store: opened, DatabaseURL: m.database, Metrics: figures,
		Children: m.children, Host: host, HTTPAddress: address, Log: m.log, Redactor: m.logs.Redactor,
		ShardTimeout: m.shardTimeout(),
		Links:        []httpserver.Link{{Name: "Temporal UI", URL: m.temporal.UIURL()}},
	}
	return m.connectTemporal(ctx)
}

// shardTimeout is short when other processes read chats.
func (m *machine) shardTimeout() time.Duration {
	if m.options.servers {
		return control.ShardTimeout
	}
	return control.ShardTimeoutAlone
}

func (m *machine) connectTemporal(ctx context.Context) error {
	options := client.Options{
		HostPort: m.temporal.HostPort(), Namespace: control.Namespace,
		Logger:         temporallog.New(m.log.With().Str("component", "temporal-sdk").Logger()),
		MetricsHandler: m.parts.Metrics.Temporal(),
	}
	main, err := client.DialContext(ctx, options)
	if err != nil {
		return fmt.Errorf("reach Temporal: %w", err)
	}
	m.onStop(func(context.Context) error { main.Close(); return nil })
	options.Namespace = control.SystemNamespace
	system, err := client.NewClientFromExistingWithContext(ctx, main, options)
	if err != nil {
		return fmt.Errorf("reach Temporal: %w", err)
	}
	m.onStop(func(context.Context) error { system.Close(); return nil })
	m.parts.Temporal, m.parts.System = main, system
	if err := workers.EnsureSearchAttributes(ctx, main); err != nil {
		return err
	}
	if err := workers.EnsureSchedules(ctx, system); err != nil {
		return err
	}
	if err := workers.SetShardTimeout(ctx, main, m.parts.ShardTimeout); err != nil {
		return err
	}
	// The state directory's lock is held, so whatever counts as running is dead.
	freed, err := workers.ResetPending(ctx, main, control.Namespace)
	if freed > 0 {
		m.log.Info().Int("activities", freed).Msg("freed what an earlier run left pending")
	}
	return err
}

// serve runs the roles until it is told to stop, something ends, or --once has
// what it wants.
func (m *machine) serve(ctx context.Context) error {
	newest, err := m.lastEvent(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	running := &runtime{}
	if !m.options.servers {
		running = m.startRoles(ctx)
		if err := m.awaitReady(ctx, running); err != nil {
			return err
		}
	}
	if err := m.publishAddresses(); err != nil {
		return err
	}
	// What only the start needed goes back to the machine now, not in the course of hours.
	debug.FreeOSMemory()
	following, stopFollowing := context.WithCancel(ctx)
	defer stopFollowing()
	go func() { _ = m.terminal.follow(following, m.parts.Store, newest) }()

	published := make(chan onceResult, 1)
	if m.options.once {
		go func() { published <- m.awaitOnce(following, began) }()
	}
	return m.await(ctx, running, published)
}

// lastEvent is the number of the newest event: what happened before this start
// is not news.
func (m *machine) lastEvent(ctx context.Context) (int64, error) {
	before, err := m.parts.Store.LatestRuntimeEvents(ctx, 1)
	if err != nil || len(before) == 0 {
		return 0, err
	}
	return before[0].ID, nil
}

// runtime is the roles, running; its zero value never ends.
type runtime struct {
	done chan struct{}
	err  error // once done is closed
}

func (m *machine) startRoles(ctx context.Context) *runtime {
	running, stopRoles := context.WithCancel(context.WithoutCancel(ctx))
	r := &runtime{done: make(chan struct{})}
	go func() {
		defer close(r.done)
		r.err = roles.Run(running, m.parts, roles.All)
	}()
	m.onStop(func(ctx context.Context) error {
		stopRoles()
		select {
		case <-r.done:
			return nil // that they ended was said already
		default:
		}
		m.terminal.printf("\nstopping …\n")
		select {
		case <-r.done:
			return r.err
		case <-ctx.Done():
			return errors.New("a role did not stop in time; the next start finishes what it left")
		}
	})
	return r
}

// await waits for the first thing that ends the standalone.
func (m *machine) await(ctx context.Context, r *runtime, published <-chan onceResult) error {
	select {
	case <-ctx.Done():
		return nil
	case <-r.done:
		return fmt.Errorf("the runtime ended: %w", r.err)
	case <-m.postgresGone():
		return fmt.Errorf("the private Postgres ended and cannot be started again, %s says why: %w", m.dir.Logs(), m.postgres.Err())
	case <-m.temporal.Done():
		return fmt.Errorf("the Temporal server ended: %w", m.temporal.Err())
	case <-m.simulatorsGone():
		return fmt.Errorf("the simulated platforms ended: %w", errors.Join(errEnded, m.simulators.Err()))
	case result := <-published:
		m.finalLine = result.line
		return result.err
	}
}

var errEnded = errors.New("by themselves")

func (m *machine) postgresGone() <-chan struct{} {
	if m.postgres == nil {
		return nil
	}
	return m.postgres.Done()
}

func (m *machine) simulatorsGone() <-chan struct{} {
	if m.simulators == nil {
		return nil
	}
	return m.simulators.Done()
}

const (
	// readyWithin bounds the time from started roles to a ready runtime, and
	// readyEach what every creator adds to it: its rows are read one after the other.
	readyWithin = 60 * time.Second
	readyEach   = 200 * time.Millisecond
	// readyEvery is the time between two questions whether it is ready, readyShare how
	// many times as long as a question they are apart at least: the answer looks at
	// every creator, and must not hold up what is waited for.
	readyEvery = 50 * time.Millisecond
	readyShare = 4
)

// awaitReady waits until the runtime itself says that it is ready.
func (m *machine) awaitReady(ctx context.Context, r *runtime) error {
	within := readyWithin + time.Duration(len(m.config.Creators))*readyEach
	deadline := time.After(within)
	for {
		asked := time.Now()
		if roles.Ready(ctx, m.parts.HTTPAddress) {
			return nil
		}
		select {
		case <-time.After(max(readyEvery, readyShare*time.Since(asked))):
		case <-ctx.Done():
			return ctx.Err()
		case <-r.done:
			return fmt.Errorf("the runtime ended while it started: %w", r.err)
		case <-deadline:
			return fmt.Errorf("the runtime is not ready after %s; http://%s/readyz says what is missing", within, m.parts.HTTPAddress)
		}
	}
}

func (m *machine) publishAddresses() error {
	a := statedir.Addresses{
		Temporal: m.temporal.HostPort(), UI: m.temporal.UIURL(), HTTP: "http://" + m.parts.HTTPAddress,
		Database: m.database, PID: os.Getpid(),
	}
	if m.options.demo {
		a.Simulators = &statedir.Simulators{
			Control: m.bound.Control, TwitchIRC: m.bound.TwitchIRC, TwitchHelix: m.bound.TwitchHelix, HLS: m.bound.Playlist,
			YouTube: m.bound.YouTube, Kick: m.bound.Kick,
		}
	}
	if err := m.dir.WriteAddresses(a); err != nil {
		return err
	}
	m.terminal.addresses(a, m.dir, time.Now())
	if m.adopted {
		m.terminal.printf("  The simulated platforms ran before this and go on running after it.\n\n")
	}
	if len(m.config.Creators) == 0 {
		m.terminal.printf("  No creator is configured yet: put one into %s, then start again.\n\n", near(filepath.Join(m.dir.Config(), "creators.json")))
	}
	return nil
}

// onceResult is what --once waits for: the line that it prints at the very end,
// or why there is none.
type onceResult struct {
	line string
	err  error
}

// awaitOnce waits for the first clip that is published and exported.
func (m *machine) awaitOnce(ctx context.Context, began time.Time) onceResult {
	ctx, cancel := context.WithTimeout(ctx, m.options.timeout)
	defer cancel()
	changed := make(chan struct{}, 1)
	go func() {
		_ = m.parts.Store.Listen(ctx, []string{store.ChannelExport}, func(string, string) {
			select {
			case changed <- struct{}{}:
			default:
			}
		})
	}()
	// Exports follow the rows by moments that no notification tells.
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	last := "nobody has asked for a clip"
	for {
		clips, err := m.parts.Store.ListClips(ctx, store.ClipFilter{Limit: 50})
		if err == nil {
			for i := len(clips) - 1; i >= 0; i-- {
				c := clips[i]
				last = fmt.Sprintf("clip %s is %s %s", c.ClipID, c.State, c.Reason)
				if c.State == clip.Published && !c.PublishedAt.Before(began) && m.exported(c.ClipID) {
					return m.onceLine(c, began)
				}
			}
		}
		select {
		case <-changed:
		case <-tick.C:
		case <-ctx.Done():
			return onceResult{err: fmt.Errorf("no clip was published within %s: %s", m.options.timeout, last)}
		}
	}
}

func (m *machine) onceLine(c clip.Clip, began time.Time) onceResult {
	line, err := json.Marshal(struct {
		ClipID  string     `json:"clip_id"`
		State   clip.State `json:"state"`
		URL     string     `json:"url"`
		File    string     `json:"file"`
		Elapsed float64    `json:"elapsed_s"`
	}{c.ClipID, c.State, c.URL, filepath.Join(m.dir.String(), filepath.FromSlash(c.OutputPath)), time.Since(began).Seconds()})
	return onceResult{string(line), err}
}

// exported reports whether clips.json shows the clip as published.
func (m *machine) exported(clipID string) bool {
	text, err := os.ReadFile(filepath.Join(m.dir.Exports(), "clips.json"))
	if err != nil {
		return false
	}
	var document struct {
		Clips []struct {
			ClipID string     `json:"clip_id"`
			State  clip.State `json:"state"`
		} `json:"clips"`
	}
	if json.Unmarshal(text, &document) != nil {
		return false
	}
	for _, c := range document.Clips {
		if c.ClipID == clipID && c.State == clip.Published {
			return true
		}
	}
	return false
}
