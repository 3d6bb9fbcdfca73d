package kick

import (
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/logging/logtest"
	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
	"github.com/streamsuites/streamsuites/internal/sim/faults"
	sim "github.com/streamsuites/streamsuites/internal/sim/kick"
)

const (
	harbor  = "harborlights"
	creator = "creator-1"
	host    = "http://kick.test"
	pushers = "ws://kick.test/app/32cbd69e4b950bf97679?protocol=7&client=go&version=1&flash=false"
)

type gap struct {
	channel  string
	from, to time.Time
	reason   string
}

type change struct {
	state  State
	detail string
}

// recorder is a Handler that remembers.
type recorder struct {
	mu     sync.Mutex
	events []chat.Event
	gaps   []gap
	states []change
	order  []string

	sources []chat.Via
}

// OnSource implements Handler.
func (r *recorder) OnSource(_ string, via chat.Via) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sources = append(r.sources, via)
}

// OnEvent implements Handler.
func (r *recorder) OnEvent(e chat.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
	r.order = append(r.order, "event")
}

// OnGap implements Handler.
func (r *recorder) OnGap(channel string, from, to time.Time, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gaps = append(r.gaps, gap{channel, from, to, reason})
	r.order = append(r.order, "gap")
}

// OnState implements Handler.
func (r *recorder) OnState(_ string, state State, detail string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.states = append(r.states, change{state, detail})
}

func (r *recorder) ids() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	ids := []string{}
	for _, e := range r.events {
		ids = append(ids, e.MessageID)
	}
	return ids
}

func (r *recorder) details() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all strings.Builder
	for _, c := range r.states {
		all.WriteString(string(c.state) + " " + c.detail + "\n")
	}
	return all.String()
}

// last is the newest event.
func (r *recorder) last(t *testing.T) chat.Event {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	require.NotEmpty(t, r.events)
	return r.events[len(r.events)-1]
}

// pipes is a network in memory.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.done:
		return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	}
}

// world is the simulated platform around a client, in a bubble with a clock of
// its own.
type world struct {
	*recorder
	t      *testing.T
	dir    string
	log    *logtest.Buffer
	server *sim.Server
	faults *faults.Switches
	api    *platform.Client
	tokens *platform.UserTokens
	stored []platform.Token
	cfg    Config
	client *Client
	stop   func()
}

// play runs a test. Nothing is joined before act does it.
func play(t *testing.T, change func(w *world), act func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := &world{recorder: &recorder{}, t: t, dir: dir, log: &logtest.Buffer{}}
		network := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		var err error
		w.faults, err = faults.Open(filepath.Join(dir, "faults.json"), sim.Targets()...)
		require.NoError(t, err)
		w.server, err = sim.Open(sim.Options{Dir: filepath.Join(dir, "kick"), Seed: sim.DefaultSeed(), Faults: w.faults, Log: zerolog.Nop()})
		require.NoError(t, err)
		web := &http.Server{Handler: w.server.Handler()}
		served := make(chan error, 1)
		go func() { served <- web.Serve(network) }()
		transport := &http.Transport{DialContext: network.dial, DisableKeepAlives: true}
		httpClient := &http.Client{Transport: transport}
		log := zerolog.New(w.log)
		w.api, err = platform.New(platform.Config{
			Endpoints: platform.Endpoints{API: host, OAuth: host, Site: host},
			ClientID:  sim.DefaultSeed().ClientID, ClientSecret: sim.DefaultSeed().ClientSecret, HTTPClient: httpClient, Log: log,
		})
		require.NoError(t, err)
		account := sim.DefaultSeed().Accounts[0]
		w.tokens = platform.NewUserTokens(w.api, platform.Token{Access: account.Token, Refresh: account.Refresh},
			func(_ context.Context, token platform.Token) error { w.stored = append(w.stored, token); return nil })
		w.cfg = Config{
			Address: FixedAddress(pushers), API: w.api.API("bot", w.tokens), Rooms: w.api, HTTPClient: httpClient,
			Rand: func() float64 { return 0.5 }, Log: log,
		}
		if change != nil {
			change(w)
		}
		w.client = New(w.cfg, w)
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- w.client.Run(ctx) }()
		w.stop = sync.OnceFunc(func() {
			cancel()
			require.NoError(t, <-done)
		})
		defer func() {
			w.stop()
			require.NoError(t, w.server.Close())
			close(network.done)
			_ = web.Close()
			<-served
			require.NotContains(t, w.log.String(), "simulated-kick", "a secret or a token was logged")
		}()
		act(t, w)
	})
}

// pass lets time go by on the bubble's clock.
func pass(d time.Duration) { <-time.After(d); synctest.Wait() }

// join joins the harbor and waits until it is read.
func (w *world) join() {
	w.t.Helper()
	require.NoError(w.t, w.client.Join(harbor, creator))
	w.until(StateLive)
}

// until waits for the harbor's state.
func (w *world) until(state State) {
	w.t.Helper()
	for range 3000 {
		if w.client.States()[harbor].State == state {
			return
		}
		pass(time.Second)
	}
	require.Equal(w.t, state, w.client.States()[harbor].State, w.details())
}

func (w *world) say(text string) string {
	w.t.Helper()
	m, err := w.server.Say(sim.Utterance{User: "Anna_B", Text: text, Roles: []string{"vip"}})
	require.NoError(w.t, err)
	synctest.Wait()
	return m.ID
}

func (w *world) fault(target, kind string, times int) {
	w.t.Helper()
	require.NoError(w.t, w.faults.Set(target, kind, times))
}
