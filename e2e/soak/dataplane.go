package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/ingest/kick"
	"github.com/streamsuites/streamsuites/ingest/twitch"
	"github.com/streamsuites/streamsuites/ingest/youtube"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/process"
	"github.com/streamsuites/streamsuites/internal/standalone/pgserver"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// dataPlane is what is tested, with what it stands on.
type dataPlane struct {
	options
	dir      string
	children *process.Registry
	log      zerolog.Logger
	postgres *pgserver.Server
	url      string
	store    *store.Store
	observed *observed
	host     *ingest.Host

	twitch  *twitch.Client
	youtube *youtube.Client
	kick    *kick.Client // without webhooks
	hooked  *kick.Client
	hook    atomic.Pointer[http.Handler]
	hooks   string // address of the webhooks' receiver

	failed atomic.Pointer[error]
	undo   []func(context.Context) error
}

// openDataPlane starts Postgres and opens the store, and waits for webhooks. The
// platforms are connected later.
func openDataPlane(ctx context.Context, dir string, o options) (p *dataPlane, err error) {
	p = &dataPlane{options: o, dir: dir, log: zerolog.New(zerolog.ConsoleWriter{Out: os.Stderr, NoColor: true}).Level(zerolog.FatalLevel)}
	if p.children, err = process.OpenRegistry(filepath.Join(dir, "children")); err != nil {
		return p, err
	}
	for _, step := range []func(context.Context) error{p.startPostgres, p.openStore, p.receive} {
		if err := step(ctx); err != nil {
			return p, errors.Join(err, p.close(ctx))
		}
	}
	return p, nil
}

func (p *dataPlane) onClose(undo func(context.Context) error) { p.undo = append(p.undo, undo) }

// close ends everything in reverse.
func (p *dataPlane) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	var err error
	for i := len(p.undo) - 1; i >= 0; i-- {
		err = errors.Join(err, p.undo[i](ctx))
	}
	p.undo = nil
	return err
}

// startPostgres starts a private cluster with the settings of the standalone.
func (p *dataPlane) startPostgres(ctx context.Context) (err error) {
	p.postgres, err = pgserver.Start(ctx, pgserver.Options{Dir: filepath.Join(p.dir, "postgres"), Registry: p.children, Log: p.log})
	if err != nil {
		return err
	}
	p.onClose(p.postgres.Stop)
	if err := p.postgres.CreateDatabase(ctx, "streamsuites"); err != nil {
		return err
	}
	p.url = p.postgres.URL("streamsuites")
	return nil
}

func (p *dataPlane) openStore(ctx context.Context) (err error) {
	if err := store.Migrate(ctx, p.url, p.log); err != nil {
		return err
	}
	if p.store, err = store.Open(ctx, p.url); err != nil {
		return err
	}
	p.onClose(func(context.Context) error { p.store.Close(); return nil })
	if err := p.store.EnsurePartitions(ctx, time.Now()); err != nil {
		return err
	}
	committer, err := store.OpenCommitter(ctx, p.url)
	if err != nil {
		return err
	}
	p.onClose(committer.Close)
	p.observed = &observed{Committer: committer, lags: newLags()}
	return nil
}

// receive takes webhooks from now on.
func (p *dataPlane) receive(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for webhooks: %w", err)
	}
	p.hooks = listener.Addr().String()
	web := &http.Server{ReadTimeout: silence, IdleTimeout: silence, WriteTimeout: silence, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if handler := p.hook.Load(); handler != nil {
			(*handler).ServeHTTP(w, r)
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	})}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	p.onClose(func(context.Context) error {
		err := web.Close()
		<-served
		return err
	})
	return nil
}

// start reads the platforms, with every shard held by this process.
func (p *dataPlane) start(ctx context.Context, addresses map[chat.Platform]string) (err error) {
	p.host, err = ingest.NewHost(ingest.HostConfig{
		Store: p.store, Committer: p.observed, Signaller: noSessions{}, Roster: newRoster(), Holder: "soak", Log: p.log,
	})
	if err != nil {
		return err
	}
	p.connectTwitch(addresses[chat.Twitch])
	if err := p.connectYouTube(addresses[chat.YouTube]); err != nil {
		return err
	}
	if err := p.connectKick(addresses[chat.Kick]); err != nil {
		return err
	}
	p.run(ctx)
	return nil
}

// run runs the host, its shards and the connections until the end. The connections end
// last, as in the ingest role.
func (p *dataPlane) run(ctx context.Context) {
	holding, letGo := context.WithCancel(context.WithoutCancel(ctx))
	connected, disconnect := context.WithCancel(context.WithoutCancel(ctx))
	var host, connections sync.WaitGroup
	keep := func(err error, told context.Context) {
		if err != nil && told.Err() == nil {
			p.failed.Store(&err)
		}
	}
	host.Go(func() { keep(p.host.Run(holding), holding) })
	for shard := range control.Shards {
		host.Go(func() { keep(p.host.RunShard(holding, shard, func(any) {}), holding) })
	}
	for _, run := range []func(context.Context) error{p.twitch.Run, p.youtube.Run, p.kick.Run, p.hooked.Run} {
		connections.Go(func() { keep(run(connected), connected) })
	}
	p.onClose(func(context.Context) error {
		letGo()
		host.Wait()
		disconnect()
		connections.Wait()
		return p.failure()
	})
}

// failure is why the data plane ended by itself, or nil.
func (p *dataPlane) failure() error {
	if err := p.failed.Load(); err != nil {
		return fmt.Errorf("the data plane ended by itself: %w", *err)
	}
	return nil
}

// live is how many channels are read now, and which are not.
func (p *dataPlane) live() (live int, others []string) {
	note := func(platform chat.Platform, channel, state, detail string) {
		if state == "live" {
			live++
			return
		}
		others = append(others, fmt.Sprintf("%s %s is %s (%s)", platform, channel, state, detail))
	}
	for channel, s := range p.twitch.States() {
		note(chat.Twitch, channel, string(s.State), s.Detail)
	}
	for channel, s := range p.youtube.States() {
		note(chat.YouTube, channel, string(s.State), s.Detail)
	}
	for _, client := range []*kick.Client{p.kick, p.hooked} {
		for channel, s := range client.States() {
			note(chat.Kick, channel, string(s.State), s.Detail)
		}
	}
	return live, others
}

// noSessions stands in for the sessions, which no trigger of the load concerns.
type noSessions struct{}

// Signal implements ingest.Signaller.
func (noSessions) Signal(context.Context, string, []control.Decision) error { return nil }

// roster is the creators, who never change.
type roster struct {
	creators []ingest.Creator
	changed  chan struct{}
}

// Creators implements ingest.Roster.
func (r *roster) Creators() []ingest.Creator { return r.creators }

// Changed implements ingest.Roster.
func (r *roster) Changed() <-chan struct{} { return r.changed }

// newRoster makes up the creators, whose bot answers whoever asks.
func newRoster() *roster {
	r := &roster{changed: make(chan struct{})}
	for i := range creators {
		settings := trigger.DefaultSettings(creatorID(i), creatorID(i))
		settings.RecordTexts = true
		settings.Triggers = []definition.Definition{{
			ID: "ping", Type: definition.Command, Command: "ping", CooldownGlobal: new(1.0), Responses: []string{pong + "$(args)"},
		}}
		c := ingest.Creator{ID: creatorID(i), Settings: settings}
		for _, platform := range platforms {
			account := string(platform)
			if platform == chat.Kick && i == hooked {
				account = hookedAccount
			}
			c.Channels = append(c.Channels, ingest.Channel{Platform: platform, Name: channelOf(platform, i), Account: account})
		}
		r.creators = append(r.creators, c)
	}
	return r
}
