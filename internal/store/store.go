package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// schema is where the program's tables are.
const schema = "streamsuites"

// minPool is the size of the pool when the database URL does not say: enough for
// the concurrent activities of one process, far below the server's limit.
const minPool = 10

// poolIdle is after how long without use a connection is given up when the database
// URL does not say: each is a process of the server, which comes to hold ten megabytes
// of plans and catalogue, and an offline creator needs none of its own. It is half of
// the minute between two looks of the pool at its connections: each look lets all of
// them be used once more.
const poolIdle = 30 * time.Second

// ErrNotFound says that the row asked for does not exist.
var ErrNotFound = errors.New("not found")

// ErrStaleEpoch says that another holder has claimed the creator since: this one
// must stop writing and sending for it.
var ErrStaleEpoch = errors.New("the creator was claimed by another holder")

// Store answers questions about, and changes, what is kept in Postgres. It is
// safe for concurrent use.
type Store struct {
	pool *pgxpool.Pool
	// listen is how Listen reaches the server, outside the pool.
	listen *pgx.ConnConfig
	// statuses is how many states of connections were read last.
	statuses atomic.Int64
}

// Open connects to the database and checks that it answers. The schema has to be
// there already: see Migrate.
func Open(ctx context.Context, databaseURL string) (*Store, error) {
	cfg, err := parse(databaseURL)
	if err != nil {
		return nil, err
	}
	if !names(databaseURL, "pool_max_conns") {
		cfg.MaxConns = max(cfg.MaxConns, minPool)
	}
	if !names(databaseURL, "pool_max_conn_idle_time") {
		cfg.MaxConnIdleTime = poolIdle
	}
	cfg.AfterConnect = useUTC
	cfg.ConnConfig.Tracer = patience{}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach the database: %w", err)
	}
	return &Store{pool: pool, listen: cfg.ConnConfig.Copy()}, nil
}

// closeLimit bounds how long Close waits for connections in use.
const closeLimit = time.Second

// Close closes the pool. It waits a moment for the connections in use; those of a
// server that has fallen silent close themselves later.
func (s *Store) Close() {
	closed := make(chan struct{})
	go func() { s.pool.Close(); close(closed) }()
	moment := time.NewTimer(closeLimit)
	defer moment.Stop()
	select {
	case <-closed:
	case <-moment.C:
	}
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.pool.Ping(ctx); err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	return nil
}

// connect opens one connection outside any pool.
func connect(ctx context.Context, databaseURL string) (*pgx.Conn, error) {
	cfg, err := parse(databaseURL)
	if err != nil {
		return nil, err
	}
	return dial(ctx, cfg.ConnConfig)
}

// parse reads a database URL, with or without settings of a pool.
func parse(databaseURL string) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, fmt.Errorf("read the database URL: %w", err)
	}
	prepare(cfg.ConnConfig)
	return cfg, nil
}

func dial(ctx context.Context, cfg *pgx.ConnConfig) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("reach the database: %w", err)
	}
	if err := useUTC(ctx, conn); err != nil {
		hangUp(ctx, conn)
		return nil, err
	}
	return conn, nil
}

// hangUp closes a connection, without waiting long for a peer that vanished.
func hangUp(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_ = conn.Close(ctx) // nothing is open on it, and nobody can do anything about it
}

// prepare sets what every connection has in common.
func prepare(cfg *pgx.ConnConfig) {
	if cfg.ConnectTimeout == 0 { // connect_timeout of the URL wins
		cfg.ConnectTimeout = connectLimit
	}
	cfg.RuntimeParams["search_path"] = schema
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "streamsuites"
	}
	// A process that was stopped (SIGSTOP, a suspended machine) in the middle of
	// a transaction must not keep its row locks: whoever takes its creators over
	// would wait for them.
	cfg.RuntimeParams["idle_in_transaction_session_timeout"] = "10s"
}

// useUTC makes instants come back in UTC, whatever the host's time zone is.
func useUTC(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID,
		Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}

// names reports whether a database URL sets a parameter.
func names(databaseURL, parameter string) bool {
	if u, err := url.Parse(databaseURL); err == nil && u.Scheme != "" {
		return u.Query().Has(parameter)
	}
	return strings.Contains(databaseURL, parameter)
}

// inTx runs fn in one transaction: committed when fn returns nil, rolled back
// otherwise.
func (s *Store) inTx(ctx context.Context, fn func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, s.pool, fn)
}

// oneRow turns pgx's "no rows" into ErrNotFound, with what was looked for.
func oneRow[T any](rows pgx.Rows, scan pgx.RowToFunc[T], what string) (T, error) {
	v, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return v, fmt.Errorf("%s: %w", what, ErrNotFound)
	}
	if err != nil {
		return v, fmt.Errorf("read %s: %w", what, err)
	}
	return v, nil
}
