package roles

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/streamsuites/streamsuites/activities"
	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/metrics"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/workers"
)

// Ingest reads chats: the data plane, and the worker that gives it shards.
func Ingest(ctx context.Context, p Parts) error {
	committer, err := store.OpenCommitter(ctx, p.DatabaseURL)
	if err != nil {
		return fmt.Errorf("open the committer's connection: %w", err)
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		committer.Close(closing)
	}()
	if err := p.readLogins(ctx); err != nil {
		p.Log.Warn().Err(err).Msg("The logins of the accounts could not be looked at")
	}
	logins, _ := p.logins.current()
	roster := newRoster(p.config(), logins)
	host, err := ingest.NewHost(ingest.HostConfig{
		Store: p.Store, Committer: committer, Roster: roster, Watchers: p.Store,
		Signaller: &workers.Signaller{Client: p.Temporal, Options: p.clipOptions},
		Budgets:   p.governor(),
		Holder:    p.Host + "/" + uuid.NewString(),
		Metrics:   ingest.Metrics(p.Metrics.Ingest()),
		Log:       p.Log,
	})
	if err != nil {
		return err
	}
	observed := p.Metrics.ObserveHost(func() metrics.Stats { return metrics.Stats(host.Stats()) })
	if observed == nil {
		observed = p.Metrics.ObserveConnections(host.Connections)
	}
	if observed != nil {
		return observed
	}
	clients, err := p.connectAccounts(ctx, host)
	if err != nil {
		return err
	}
	p.adoptLogins(clients)
	hooks, err := p.kickWebhooks(clients)
	if err != nil {
		return err
	}
	reconcile := func(ctx context.Context, ids []string) error {
		return workers.Reconcile(ctx, p.Temporal, control.Reconcile{CreatorIDs: ids, ShardTimeout: p.ShardTimeout})
	}
	if err := reconcile(ctx, roster.IDs()); err != nil {
		return ended(err, ctx)
	}
	following, stop := context.WithCancel(ctx)
	defer stop()
	go p.followLogins(following, clients)
	go p.follow(following, roster, reconcile)
	return p.runIngest(ctx, host, clients, hooks)
}

// runIngest runs the data plane until ctx ends. The shards are handed back
// first, which commits what was read; then the connections are closed. Webhooks are
// not taken in any more from the start of that: the platform calls again.
func (p Parts) runIngest(ctx context.Context, host *ingest.Host, clients []connection, hooks webhooks) error {
	group, ctx := errgroup.WithContext(ctx)
	connections, disconnect := context.WithCancel(context.WithoutCancel(ctx))
	group.Go(func() error { return host.Run(ctx) })
	group.Go(func() error { return hooks.Run(ctx) })
	for _, client := range clients {
		group.Go(func() error { return ended(client.Run(connections), connections) })
	}
	fatal := make(chan error, 1)
	set := workers.Set{workers.Ingest(p.base(p.Temporal, report(fatal)), &activities.Ingest{Host: host})}
	if err := set.Start(); err != nil {
		disconnect()
		return err
	}
	group.Go(func() error {
		defer disconnect()
		defer set.Stop()
		return untilFatal(ctx, fatal)
	})
	return group.Wait()
}

// clipOptions are the operator's rules for clips.
func (p Parts) clipOptions() control.ClipOptions {
	return control.ClipOptions{
		PublishDelay: time.Duration(p.config().System.Clips.PublishDelaySeconds * float64(time.Second)),
	}
}

// report passes the first fatal error of a worker on.
func report(fatal chan<- error) func(string, error) {
	return func(queue string, err error) {
		select {
		case fatal <- fmt.Errorf("worker of queue %s: %w", queue, err):
		default:
		}
	}
}

// untilFatal waits until ctx ends, which is no error, or a worker cannot go on.
func untilFatal(ctx context.Context, fatal <-chan error) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-fatal:
		return err
	}
}

// ended drops the error of something that was told to end.
func ended(err error, told context.Context) error {
	if told.Err() != nil {
		return nil
	}
	return err
}
