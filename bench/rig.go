package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/ingest/twitch"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/standalone/pgserver"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// creators is how many channels the load is spread over.
const creators = 20

// account is the bot's account as the data plane knows it.
const account = "twitch"

// joinedWithin bounds the wait until every channel is read.
const joinedWithin = time.Minute

// rig is the data plane with everything around it: Postgres, the load generator,
// and the parts that the ingest role puts together.
type rig struct {
	bench
	postgres *pgserver.Server
	url      string
	store    *store.Store
	loader   *loader
	observed *observed
	host     *ingest.Host
	client   *twitch.Client
	signals  *signalCount

	undo []func(context.Context) error
}

// newRig starts everything and returns when every channel is read.
func newRig(ctx context.Context, b bench) (_ *rig, err error) {
	r := &rig{bench: b, signals: &signalCount{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.stop(ctx))
		}
	}()
	for _, step := range []func(context.Context) error{r.startPostgres, r.openStore, r.startLoader, r.startHost, r.awaitJoined} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// stop ends everything in reverse.
func (r *rig) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	var err error
	for i := len(r.undo) - 1; i >= 0; i-- {
		err = errors.Join(err, r.undo[i](ctx))
	}
	return err
}

func (r *rig) onStop(undo func(context.Context) error) { r.undo = append(r.undo, undo) }

// startPostgres starts a private cluster with the settings of the standalone.
func (r *rig) startPostgres(ctx context.Context) (err error) {
	r.postgres, err = pgserver.Start(ctx, pgserver.Options{
		Dir: filepath.Join(r.dir, "postgres"), Registry: r.children, Log: r.log,
	})
	if err != nil {
		return err
	}
	r.onStop(r.postgres.Stop)
	if err := r.postgres.CreateDatabase(ctx, "streamsuites"); err != nil {
		return err
	}
	r.url = r.postgres.URL("streamsuites")
	return nil
}

func (r *rig) openStore(ctx context.Context) (err error) {
	if err := store.Migrate(ctx, r.url, r.log); err != nil {
		return err
	}
	if r.store, err = store.Open(ctx, r.url); err != nil {
		return err
	}
	r.onStop(func(context.Context) error { r.store.Close(); return nil })
	if err := r.store.EnsurePartitions(ctx, time.Now()); err != nil {
		return err
	}
	committer, err := store.OpenCommitter(ctx, r.url)
	if err != nil {
		return err
	}
	r.onStop(committer.Close)
	r.observed = &observed{Committer: committer}
	return nil
}

func (r *rig) startLoader(ctx context.Context) (err error) {
	channels := make([]string, creators)
	for i := range channels {
		channels[i] = channelName(i)
	}
	if r.loader, err = startLoader(ctx, r.bench, "generator", channels); err != nil {
		return err
	}
	r.onStop(r.loader.stop)
	return nil
}

// startHost wires the data plane as the ingest role does, with every shard held by
// this process.
func (r *rig) startHost(ctx context.Context) (err error) {
	r.host, err = ingest.NewHost(ingest.HostConfig{
		Store: r.store, Committer: r.observed, Signaller: r.signals, Roster: newRoster(),
		Holder: "bench/" + uuid.NewString(), Log: r.log,
	})
	if err != nil {
		return err
	}
	trusted, err := twitch.TLSWithCA(r.loader.CAFile)
	if err != nil {
		return err
	}
	r.client = r.host.ConnectTwitch(account, twitch.Config{
		Endpoints: twitch.Endpoints{Address: r.loader.Address}, TLS: trusted, Login: r.loader.Login,
		Token:  func(context.Context) (string, error) { return r.loader.Token, nil },
		Budget: sharedBudget{r.store, "twitch:" + r.loader.Login}, Log: r.log,
	}, nil)
	r.run(ctx)
	return nil
}

// run runs the host, its shards and the connection until the rig is stopped. The
// connection ends last, as in the ingest role.
func (r *rig) run(ctx context.Context) {
	holding, letGo := context.WithCancel(context.WithoutCancel(ctx))
	connected, disconnect := context.WithCancel(context.WithoutCancel(ctx))
	var host, connection sync.WaitGroup
	var failed atomic.Pointer[error]
	keep := func(err error, told context.Context) {
		if err != nil && told.Err() == nil {
			failed.Store(&err)
		}
	}
	host.Go(func() { keep(r.host.Run(holding), holding) })
	for shard := range control.Shards {
		host.Go(func() { keep(r.host.RunShard(holding, shard, func(any) {}), holding) })
	}
	connection.Go(func() { keep(r.client.Run(connected), connected) })
	r.onStop(func(context.Context) error {
		letGo()
		host.Wait()
		disconnect()
		connection.Wait()
		if err := failed.Load(); err != nil {
			return fmt.Errorf("the data plane ended by itself: %w", *err)
		}
		return nil
	})
}

// awaitJoined waits until the chat of every channel is read.
func (r *rig) awaitJoined(ctx context.Context) error {
	return await(ctx, joinedWithin, 10*time.Millisecond, "every channel is read", func() (bool, error) {
		live := 0
		for _, status := range r.client.States() {
			if status.State == twitch.StateLive {
				live++
			}
		}
		return live == creators, nil
	})
}

func channelName(i int) string { return fmt.Sprintf("bench%02d", i) }

func creatorID(i int) string { return fmt.Sprintf("Bench%02d", i) }

// newRoster makes up the creators, with the triggers of the load.
func newRoster() *roster {
	r := &roster{changed: make(chan struct{})}
	for i := range creators {
		id := creatorID(i)
		settings := trigger.DefaultSettings(id, "Creator "+id)
		settings.Triggers, settings.RecordTexts = newRepertoire().triggers, true
		r.creators = append(r.creators, ingest.Creator{
			ID: id, Settings: settings,
			Channels: []ingest.Channel{{Platform: chat.Twitch, Name: channelName(i), Account: account}},
		})
	}
	return r
}
