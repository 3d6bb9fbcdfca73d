package pgserver

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	readyPoll = 15 * time.Millisecond
	// readyTry bounds one attempt to connect: another program may hold the
	// port and say nothing.
	readyTry = 3 * time.Second
	// wrongPasswordFor is how long a refused password is put down to another
	// server that holds the port until ours gives up.
	wrongPasswordFor = 3 * time.Second
)

// awaitReady returns when the server accepts this cluster's password. There is
// no limit besides ctx: after a crash the server reads its log back first, as
// long as that takes.
func (s *Server) awaitReady(ctx context.Context) error {
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	var refused time.Time
	for {
		err := s.ping(ctx)
		if err == nil {
			return nil
		}
		if wrongPassword(err) {
			if refused.IsZero() {
				refused = time.Now()
			}
			if time.Since(refused) > wrongPasswordFor {
				return &DataDirError{Path: s.cluster.data(), Problem: fmt.Sprintf(
					"its password is not the one in %s; restore that file from a backup", s.cluster.passwordPath())}
			}
		}
		select {
		case <-tick.C:
		case <-s.child.Done():
			return s.failedStart()
		case <-ctx.Done():
			return fmt.Errorf("wait for PostgreSQL to answer: %w (last attempt: %w)", context.Cause(ctx), err)
		}
	}
}

func (s *Server) failedStart() error {
	err := s.child.Err()
	if err == nil {
		err = errors.New("exit code 0")
	}
	return &ExitError{Err: err, Output: s.output.last()}
}

func (s *Server) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTry)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return conn.Ping(ctx)
}

func wrongPassword(err error) bool {
	const invalidPassword, invalidAuthorization = "28P01", "28000"
	failure := (*pgconn.PgError)(nil)
	return errors.As(err, &failure) && (failure.Code == invalidPassword || failure.Code == invalidAuthorization)
}
