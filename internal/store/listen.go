package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// listenProbe is how often a silent connection is asked whether it lives.
	listenProbe = 10 * time.Second
	// probeTimeout is how long the answer may take.
	probeTimeout = 5 * time.Second
	// firstRetry and lastRetry bound the wait between two attempts to connect.
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// Listen calls handle for every notification on the channels until ctx ends, and
// then returns ctx's error. It uses a connection of its own, and connects again
// when that one breaks. What was notified while it was disconnected is lost, so
// after every connect it calls handle("", ""): the caller reads again whatever the
// notifications would have told. handle is called from one goroutine and should be
// quick.
func (s *Store) Listen(ctx context.Context, channels []string, handle func(channel, payload string)) error {
	retry := firstRetry
	for ctx.Err() == nil {
		connected := s.listenOnce(ctx, channels, handle)
		if connected {
			retry = firstRetry
		}
		wait := time.NewTimer(retry)
		select {
		case <-ctx.Done():
			wait.Stop()
		case <-wait.C:
		}
		retry = min(2*retry, lastRetry)
	}
	return ctx.Err()
}

// listenOnce listens on one connection until it breaks. It reports whether there
// ever was one.
func (s *Store) listenOnce(ctx context.Context, channels []string, handle func(channel, payload string)) bool {
	conn, err := dial(ctx, s.listen.Copy())
	if err != nil {
		return false
	}
	defer hangUp(ctx, conn)
	for _, channel := range channels {
		if _, err := conn.Exec(ctx, `listen `+pgx.Identifier{channel}.Sanitize()); err != nil {
			return false
		}
	}
	handle("", "")
	for {
		n, err := waitForNotice(ctx, conn)
		switch {
		case err == nil:
			handle(n.Channel, n.Payload)
		case ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded):
			return true
		case probe(ctx, conn) != nil:
			return true
		}
	}
}

func waitForNotice(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	ctx, cancel := context.WithTimeout(ctx, listenProbe)
	defer cancel()
	return conn.WaitForNotification(ctx)
}

// probe notices a peer that vanished without closing the connection.
func probe(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	return conn.Ping(ctx)
}
