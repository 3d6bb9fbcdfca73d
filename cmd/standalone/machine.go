package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/cmd/internal/roles"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/headroom"
	"github.com/streamsuites/streamsuites/internal/logging"
	"github.com/streamsuites/streamsuites/internal/process"
	"github.com/streamsuites/streamsuites/internal/sim"
	"github.com/streamsuites/streamsuites/internal/standalone/pgserver"
	"github.com/streamsuites/streamsuites/internal/standalone/ports"
	"github.com/streamsuites/streamsuites/internal/standalone/temporalserver"
	"github.com/streamsuites/streamsuites/internal/statedir"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/workers"
)

// stopBudget bounds the whole of an orderly stop; what is not done by then is
// finished at the next start.
const stopBudget = 14 * time.Second

// machine is everything that runs in one state directory, from the lock on it to
// the last line on the terminal.
type machine struct {
	options  options
	dir      statedir.Dir
	terminal *terminal

	logs     *logging.Logs
	log      zerolog.Logger
	book     *ports.Book
	children *process.Registry

	simulators *process.Child // nil without --demo, and when others have started them
	adopted    bool           // whether others have started the simulators
	bound      sim.Bound
	config     *config.Config
	postgres   *pgserver.Keeper // nil when DATABASE_URL names another
	database   string
	temporal   *temporalserver.Server
	parts      roles.Parts
	undo       []func(context.Context) error // in the order of starting
	finalLine  string                        // of --once, printed after everything else
}

// run is the story of a standalone: claim the directory, start one thing after
// the other, say where everything is, wait, stop in reverse.
func (m *machine) run(ctx context.Context) (err error) {
	if err := m.dir.Create(); err != nil {
		return err
	}
	lock, err := durable.TakeLock(m.dir.LockFile())
	var locked *durable.LockedError
	if errors.As(err, &locked) {
		return fmt.Errorf("another standalone, process %d, runs in %s: stop it, or choose another --state-dir", locked.PID, m.dir)
	}
	if err != nil {
		return err
	}
	defer func() { _ = lock.Release() }()
	if err := m.openLog(); err != nil {
		return err
	}
	defer func() { _ = m.logs.Close() }()
	defer func() {
		if err != nil {
			m.log.Error().Err(err).Msg("standalone ends with an error")
		}
	}()
	defer func() {
		stopped := m.stop(ctx)
		if err == nil {
			err = stopped
		} else if stopped != nil { // what follows from the first error only hides it
			m.log.Warn().Err(stopped).Msg("not everything stopped in order")
		}
		if m.finalLine != "" && err == nil {
			m.terminal.printf("%s\n", m.finalLine)
		}
	}()

	defer keepHeadroom(ctx)()
	err = m.start(ctx)
	if err == nil {
		err = m.serve(ctx)
	}
	if ctx.Err() != nil {
		return nil // told to stop, while starting or later
	}
	return err
}

// keepHeadroom lets the heap have as much room as the load asks for, unless somebody
// chose how much, until the returned function is called.
func keepHeadroom(ctx context.Context) (stop func()) {
	ctx, stop = context.WithCancel(ctx)
	if !headroom.Chosen() {
		go headroom.Keep(ctx, headroom.This{})
	}
	return stop
}

// openLog opens the log file; the terminal shows no log.
func (m *machine) openLog() error {
	options, err := roles.LogOptions(config.Options{StateDir: m.dir.String()}, m.options.logLevel)
	if err != nil {
		return err
	}
	options.Format, options.Stderr, options.Dir, options.Name = logging.FormatJSON, io.Discard, m.dir.Logs(), "standalone"
	logs, err := logging.Open(options)
	if err != nil {
		return err
	}
	m.logs, m.log = logs, logs.Logger
	return nil
}

// childLog gives a child's error output to the log.
func (m *machine) childLog(name string) io.Writer {
	return m.log.With().Str("child", name).Logger().Level(zerolog.WarnLevel)
}

// start brings everything up, in the order in which things need each other.
func (m *machine) start(ctx context.Context) error {
	if err := m.dir.RemoveAddresses(); err != nil {
		return err
	}
	if err := m.sweep(); err != nil {
		return err
	}
	m.terminal.printf("starting in %s\n\n", near(m.dir.String()))
	steps := []struct {
		name string
		run  func(context.Context) error
	}{
		{"configuration", m.configure},
		{"Postgres", m.startPostgres},
		{"Temporal", m.startTemporal},
		{"runtime", m.prepareRuntime},
	}
	if m.options.demo {
		steps = append([]struct {
			name string
			run  func(context.Context) error
		}{{"simulated platforms", m.startDemo}}, steps...)
	}
	for _, step := range steps {
		began := time.Now()
		m.terminal.step(step.name)
		if err := step.run(ctx); err != nil {
			m.terminal.printf("\n")
			return fmt.Errorf("start %s: %w", step.name, err)
		}
		m.terminal.done(time.Since(began))
	}
	return nil
}

// sweep ends what a killed predecessor left behind.
func (m *machine) sweep() (err error) {
	if m.children, err = process.OpenRegistry(m.dir.Children()); err != nil {
		return err
	}
	if _, err = m.children.Sweep(m.log); err != nil {
		return fmt.Errorf("end what an earlier run left behind: %w", err)
	}
	m.book, err = ports.Open(filepath.Join(m.dir.String(), "ports.json"))
	return err
}

// startDemo uses the simulators that run already, or starts them.
func (m *machine) startDemo(ctx context.Context) error {
	found, err := m.adoptSimulators(ctx, adoptWithin)
	if err != nil {
		return err
	}
	if found {
		m.log.Info().Str("control", m.bound.Control).Msg("using the simulated platforms that run already")
		return configureDemo(m.dir, m.bound)
	}
	bound, err := m.startSimulators(ctx)
	if m.simulators != nil {
		m.onStop(func(ctx context.Context) error { return m.simulators.Stop(ctx, 2*time.Second) })
	}
	if err != nil {
		return err
	}
	m.bound = bound
	return configureDemo(m.dir, bound)
}

// configure loads the configuration; a new state directory gets the samples.
func (m *machine) configure(ctx context.Context) error {
	if _, err := config.WriteSample(m.dir.Config(), config.Sample{}); err != nil {
		return err
	}
	cfg, problems, err := config.Load(ctx, config.Options{StateDir: m.dir.String()})
	if cfg != nil {
		m.logs.Redactor.Add(cfg.SecretValues()...)
	}
	for _, problem := range problems {
		m.log.Warn().Str("file", problem.File).Str("path", problem.Path).Msg(problem.String())
	}
	if err != nil {
		return err
	}
	m.config = cfg
	return nil
}

func (m *machine) startPostgres(ctx context.Context) error {
	if url := m.config.DatabaseURL; url.IsSet() {
		m.database = url.Reveal()
		return nil
	}
	port := 0
	if m.options.ports == defaultPorts {
		port = 5433
	}
	preferred, err := m.book.Port("postgres")
	if err != nil {
		return err
	}
	keeper, err := pgserver.Keep(ctx, pgserver.Options{
		Dir: m.dir.Postgres(), Port: port, PreferredPort: preferred, Registry: m.children,
		Log: m.log.With().Str("component", "postgres").Logger(),
	}, m.observePostgres())
	if err != nil {
		return err
	}
	m.postgres = keeper
	m.onStop(keeper.Stop)
	server := keeper.Server()
	m.logs.Redactor.Add(server.Password())
	if err := m.book.Keep("postgres", server.Port()); err != nil {
		return err
	}
	if err := server.CreateDatabase(ctx, "streamsuites"); err != nil {
		return err
	}
	m.database = server.URL("streamsuites")
	return nil
}

// observePostgres says loudly when the private Postgres ends by itself and when it
// is back. Everything else waits for it meanwhile.
func (m *machine) observePostgres() pgserver.Observer {
	away := false
	return pgserver.Observer{
		Ended: func(err error, pause time.Duration) {
			m.log.Error().Err(err).Stringer("again_after", pause).Msg("the private Postgres ended and is started again")
			if !away {
				m.terminal.alert(store.RuntimeEvent{Source: "postgres", Severity: store.SeverityError, Message: "The private Postgres ended and is started again; the logs say why"})
			}
			away = true
		},
		Back: func(took time.Duration) {
			away = false
			m.log.Warn().Stringer("away", took).Msg("the private Postgres runs again")
			m.terminal.alert(store.RuntimeEvent{Source: "postgres", Severity: store.SeverityInfo, Message: fmt.Sprintf("Runs again, %.1f s later", took.Seconds())})
		},
	}
}

func (m *machine) startTemporal(ctx context.Context) error {
	frontend, ui := 7233, 8233
	if m.options.ports == autoPorts {
		var err error
		if frontend, err = m.book.Port("temporal"); err != nil {
			return err
		}
		if ui, err = m.book.Port("temporal-ui"); err != nil {
			return err
		}
	}
	workers.BoundCache() // the server's own workers are the first
	server, err := temporalserver.Start(ctx, temporalserver.Options{
		DatabaseURL: m.database, FrontendPort: frontend, UIPort: ui,
		Log: m.log.With().Str("component", "temporal-server").Logger().Level(zerolog.WarnLevel),
	})
	if err != nil {
		return err
	}
	m.temporal = server
	m.onStop(server.Stop)
	return nil
}

func (m *machine) onStop(undo func(context.Context) error) { m.undo = append(m.undo, undo) }

// stop undoes what was started, in reverse, within the budget.
func (m *machine) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopBudget)
	defer cancel()
	var err error
	for i := len(m.undo) - 1; i >= 0; i-- {
		err = errors.Join(err, m.undo[i](ctx))
	}
	return errors.Join(err, m.dir.RemoveAddresses())
}

// httpAddress is where the HTTP server listens.
func (m *machine) httpAddress() (string, error) {
	if m.options.ports == defaultPorts || os.Getenv(config.OptHTTPAddress) != "" {
		return m.config.System.HTTP.Address, nil
	}
	port, err := m.book.Port("http")
	return fmt.Sprintf("127.0.0.1:%d", port), err
}
