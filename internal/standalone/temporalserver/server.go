package temporalserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
	_ "time/tzdata" // schedules name time zones, which a small machine may lack

	"github.com/jackc/pgx/v5"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
)

// stopTime is how long Stop takes at most.
const stopTime = 10 * time.Second

// Server is a running Temporal server with its web UI.
type Server struct {
	inner temporal.Server
	ui    *web
	fate  *fate
	ports servicePorts
	// settings are made anew with inner.
	settings *settings
	// uiAddress is host and port of the UI.
	uiAddress string

	stopOnce sync.Once
	stopErr  error
}

// Start prepares the databases, starts the server and its web UI, makes sure
// that the project's namespaces exist and returns when workflows can be started.
// ctx bounds the start only. A *PortError names a port that is taken.
func Start(ctx context.Context, opts Options) (*Server, error) {
	database, err := parseDatabase(opts.DatabaseURL)
	if err != nil {
		return nil, err
	}
	if err := prepareDatabases(ctx, database, logger{out: opts.Log, fate: newFate()}); err != nil {
		return nil, fmt.Errorf("start the Temporal server: %w", err)
	}
	listener, err := listenUI(ctx, opts.UIPort)
	if err != nil {
		return nil, err
	}
	s := &Server{uiAddress: listener.Addr().String()}
	if err := s.startServices(ctx, opts, database); err != nil {
		listener.Close()
		return nil, err
	}
	if s.ui, err = startUI(listener, s.HostPort()); err == nil {
		err = s.awaitReady(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
	}
	s.settings.started()
	return s, nil
}

// startServices brings up the four services, with other internal ports if
// somebody took one between its choice and its use.
func (s *Server) startServices(ctx context.Context, opts Options, database *pgx.ConnConfig) error {
	const attempts = 3
	for attempt := 1; ; attempt++ {
		ports, err := choosePorts(opts.FrontendPort)
		if err != nil {
			return err
		}
		s.ports, s.fate, s.inner, s.settings = ports, newFate(), nil, newSettings(time.Now)
		err = guard(func() error {
			return s.launch(serverConfig(database, ports, opts.MetricsPort), logger{out: opts.Log, fate: s.fate})
		})
		if err == nil {
			return nil
		}
		fatal := s.Err()
		err = errors.Join(fatal, err, s.stopServices(ctx))
		if fatal == nil || attempt == attempts || ctx.Err() != nil {
			return fmt.Errorf("start the Temporal server: %w", err)
		}
	}
}

func (s *Server) launch(cfg *config.Config, out logger) error {
	options := []temporal.ServerOption{
		temporal.WithConfig(cfg),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(s.ports.hosts()),
		temporal.WithLogger(out),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return authorization.NewNoopClaimMapper() }),
		temporal.WithDynamicConfigClient(s.settings),
	}
	if cfg.Global.Metrics == nil {
		options = append(options, temporal.WithCustomMetricsHandler(metrics.NoopMetricsHandler))
	}
	inner, err := temporal.NewServer(options...)
	if err != nil {
		return err
	}
	s.inner = inner
	return inner.Start()
}

// HostPort is where the gRPC API listens.
func (s *Server) HostPort() string { return s.ports.address(primitives.FrontendService) }

// UIURL is the address of the web UI, without a slash at the end.
func (s *Server) UIURL() string { return "http://" + s.uiAddress }

// Done is closed when the server has met a condition that it cannot go on from.
// It stays open after Stop.
func (s *Server) Done() <-chan struct{} { return s.fate.ended }

// Err says what that condition was; nil until Done is closed.
func (s *Server) Err() error {
	select {
	case <-s.fate.ended:
		return s.fate.err
	default:
		return nil
	}
}

// Stop ends the UI and then the server, within ten seconds or until ctx ends.
// Workers and clients must be gone before. An error means that something is
// still running, which only the end of the process will end. Further calls wait
// for the first and return what it did.
func (s *Server) Stop(ctx context.Context) error {
	s.stopOnce.Do(func() { s.stopErr = s.stop(ctx) })
	return s.stopErr
}

func (s *Server) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	s.fate.stopping.Store(true)
	var err error
	if s.ui != nil {
		err = s.ui.stop(ctx)
	}
	return errors.Join(err, s.stopServices(ctx))
}

func (s *Server) stopServices(ctx context.Context) error {
	s.fate.stopping.Store(true)
	if s.inner == nil {
		return nil
	}
	stopped := make(chan error, 1)
	go func() { stopped <- guard(s.inner.Stop) }()
	select {
	case err := <-stopped:
		if err != nil {
			return fmt.Errorf("stop the Temporal server: %w", err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop the Temporal server: %w", context.Cause(ctx))
	}
}

func listenUI(ctx context.Context, port int) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", fmt.Sprintf("%s:%d", loopback, port))
	if err != nil && port != 0 {
		return nil, &PortError{Use: "the Temporal web UI", Port: port}
	}
	if err != nil {
		return nil, fmt.Errorf("listen for the Temporal web UI: %w", err)
	}
	return listener, nil
}
