package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// statementLimit bounds every statement, and the wait for a connection. A
	// server or a network that has fallen silent closes nothing, so that without
	// it a caller would wait for ever.
	statementLimit = 15 * time.Second
	// housekeepingLimit is that for statements which work through whole tables.
	housekeepingLimit = 5 * time.Minute
	// connectLimit bounds everything that it takes to get a connection: the
	// server's name, TCP, TLS and the login.
	connectLimit = 5 * time.Second
)

// patience ends what takes longer than its limit. It is a tracer, because that is
// told of the start and the end of everything that goes over a connection, and
// may give it a context of its own: no method of Store can forget the limit.
type patience struct{}

var (
	_ pgx.QueryTracer       = patience{}
	_ pgx.BatchTracer       = patience{}
	_ pgxpool.AcquireTracer = patience{}
)

type (
	limitKey  struct{} // of how long a statement may take
	cancelKey struct{} // of what frees a bounded context
)

// patiently lets the statements under ctx take as long as housekeeping may.
func patiently(ctx context.Context) context.Context {
	return context.WithValue(ctx, limitKey{}, housekeepingLimit)
}

func bound(ctx context.Context) context.Context {
	limit, given := ctx.Value(limitKey{}).(time.Duration)
	if !given {
		limit = statementLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	return context.WithValue(ctx, cancelKey{}, cancel)
}

func unbound(ctx context.Context) {
	if cancel, bounded := ctx.Value(cancelKey{}).(context.CancelFunc); bounded {
		cancel()
	}
}

// TraceQueryStart implements pgx.QueryTracer.
func (patience) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return bound(ctx)
}

// TraceQueryEnd implements pgx.QueryTracer.
func (patience) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	unbound(ctx)
}

// TraceBatchStart implements pgx.BatchTracer.
func (patience) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return bound(ctx)
}

// TraceBatchQuery implements pgx.BatchTracer.
func (patience) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd implements pgx.BatchTracer.
func (patience) TraceBatchEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchEndData) {
	unbound(ctx)
}

// TraceAcquireStart implements pgxpool.AcquireTracer.
func (patience) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	return bound(ctx)
}

// TraceAcquireEnd implements pgxpool.AcquireTracer.
func (patience) TraceAcquireEnd(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireEndData) {
	unbound(ctx)
}
