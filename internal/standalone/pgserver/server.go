package pgserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/process"
	"github.com/streamsuites/streamsuites/internal/standalone/ports"
)

// How long an orderly shutdown may take, and one without checkpoint after it.
const (
	stopFast      = 8 * time.Second
	stopImmediate = 2 * time.Second
)

// startAttempts is how many ports are tried when others keep taking them.
const startAttempts = 5

// Options say where a cluster lives and how it runs.
type Options struct {
	// Dir is the cluster's folder, made if it does not exist. The caller holds
	// the lock of the state directory it is in.
	Dir string
	// Port is the port on 127.0.0.1 if it must be that one; 0 leaves it open.
	Port int
	// PreferredPort is tried first when Port is 0; another is taken when it is
	// not free.
	PreferredPort int
	// Fast gives durability up for speed: for tests, whose data nobody needs
	// after a crash of the machine.
	Fast bool
	// Registry records the server's process, if given.
	Registry *process.Registry
	// Log gets the server's log lines.
	Log zerolog.Logger
}

// Server is a running cluster.
type Server struct {
	cluster *cluster
	port    int
	child   *process.Child
	output  *logWriter
}

// Start makes the cluster in opts.Dir if there is none, starts it and returns
// when it answers. ctx bounds the start only: the server then runs until Stop or
// until this process dies. Errors that a person can mend are *BinariesError,
// *PortError and *DataDirError.
func Start(ctx context.Context, opts Options) (*Server, error) {
	c, err := openCluster(ctx, opts)
	if err != nil {
		return nil, err
	}
	if err := c.clear(ctx, opts.Log); err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		port, err := choosePort(opts, attempt)
		if err != nil {
			return nil, err
		}
		server, err := c.launch(ctx, opts, port)
		if err == nil {
			return server, nil
		}
		exit := (*ExitError)(nil)
		lostPort := errors.As(err, &exit) && ports.Taken(port)
		switch {
		case lostPort && opts.Port != 0:
			return nil, errors.Join(&PortError{Port: port}, err)
		case lostPort && attempt < startAttempts:
			continue
		default:
			return nil, err
		}
	}
}

// launch starts the server on a port and waits until it answers.
func (c *cluster) launch(ctx context.Context, opts Options, port int) (*Server, error) {
	output := &logWriter{log: opts.Log}
	child, err := process.Start(context.WithoutCancel(ctx), process.Spec{
		Name: "postgres", Path: c.binaries.path("postgres"), Args: c.arguments(port, opts.Fast), Dir: c.binaries.Dir,
		Stdout: output, Stderr: output, Unprivileged: true,
		// An orderly shutdown spares the next start the recovery.
		DeathSignal: syscall.SIGINT, Registry: opts.Registry,
	})
	if err != nil {
		return nil, err
	}
	s := &Server{cluster: c, port: port, child: child, output: output}
	if err := s.awaitReady(ctx); err != nil {
		return nil, errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
	}
	output.speak()
	return s, nil
}

// arguments are the server's settings. Statements and values stay out of its
// log, which would otherwise quote chat.
func (c *cluster) arguments(port int, fast bool) []string {
	settings := []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(port), "unix_socket_directories=",
		"max_connections=200", "jit=off", "timezone=UTC", "log_timezone=UTC",
		// Half of the default, with the log's buffer of the default: the system's own
		// cache holds the files as well.
		"shared_buffers=64MB", "wal_buffers=4MB",
		"password_encryption=scram-sha-256", "cluster_name=streamsuites",
		"logging_collector=off", "log_destination=stderr", "log_line_prefix=", "lc_messages=C",
		"log_error_verbosity=terse", "log_min_error_statement=panic", "log_checkpoints=off",
	}
	if fast {
		settings = append(settings, "fsync=off", "full_page_writes=off", "synchronous_commit=off")
	}
	args := []string{"-D", c.data()}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	return args
}

// URL is the address of a database of the cluster, with the password in it: it
// is a secret.
func (s *Server) URL(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(owner, s.cluster.password), Host: s.HostPort(),
		Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// HostPort is where the server listens.
func (s *Server) HostPort() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// Port is the port it listens on.
func (s *Server) Port() int { return s.port }

// User is the database user, who owns the cluster.
func (s *Server) User() string { return owner }

// Password is that user's password.
func (s *Server) Password() string { return s.cluster.password }

// PID is the server's process id.
func (s *Server) PID() int { return s.child.PID() }

// CreateDatabase creates a database unless it exists.
func (s *Server) CreateDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	if alreadyThere(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

// alreadyThere recognises a database that existed before or was created at the
// same moment by somebody else.
func alreadyThere(err error) bool {
	const duplicateDatabase, uniqueViolation = "42P04", "23505"
	failure := (*pgconn.PgError)(nil)
	return errors.As(err, &failure) && (failure.Code == duplicateDatabase || failure.Code == uniqueViolation)
}

// Done is closed when the server has ended, by Stop or by itself.
func (s *Server) Done() <-chan struct{} { return s.child.Done() }

// Err says how the server ended: nil after an orderly shutdown or while it runs,
// otherwise an *ExitError.
func (s *Server) Err() error {
	if err := s.child.Err(); err != nil {
		return &ExitError{Err: err, Output: s.output.last()}
	}
	return nil
}

// Stop takes the server down: with a checkpoint if there is time, without one
// after eight seconds or when ctx ends, and by force in the end. An error means
// that it is still running.
func (s *Server) Stop(ctx context.Context) error {
	s.output.hush()
	for _, step := range []struct {
		signal syscall.Signal
		within time.Duration
	}{{syscall.SIGINT, stopFast}, {syscall.SIGQUIT, stopImmediate}} {
		// A server that is gone cannot be signalled, which the wait will show.
		_ = s.child.Signal(step.signal)
		timer := time.NewTimer(step.within)
		select {
		case <-s.child.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
	return s.child.Kill()
}
