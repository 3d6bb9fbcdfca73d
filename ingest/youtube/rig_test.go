package youtube

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/sim/faults"
	sim "github.com/streamsuites/streamsuites/internal/sim/youtube"
)

const (
	harbor = "UCharborlightsSimulated1"
	bot    = "1//simulated-youtube-refresh-lanternbot"
)

// epoch moves the clock of a bubble, which begins in 2000, to the summer of 2026.
const epoch = 26*365*24*time.Hour + 185*24*time.Hour

func clock() time.Time { return time.Now().Add(epoch).UTC() }

// wire is a network within a bubble.
type wire struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (w *wire) Accept() (net.Conn, error) {
	select {
	case c := <-w.conns:
		return c, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error   { w.once.Do(func() { close(w.closed) }); return nil }
func (w *wire) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

func (w *wire) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case w.conns <- theirs:
		return ours, nil
	case <-w.closed:
	case <-ctx.Done():
	}
	return nil, &net.OpError{Op: "dial", Err: net.ErrClosed}
}

// asked is a request that the simulator got.
type asked struct {
	at    time.Time
	verb  string
	path  string // below the API's root
	query url.Values
	auth  string
}

// stage is a client before a simulated platform, in a bubble of time.
type stage struct {
	*testing.T
	sim    *sim.Server
	faults *faults.Switches
	server *http.Server
	http   *http.Client
	wire   *wire
	tokens *tokens
	rec    *recorder
	client *Client
	done   chan error
	stop   context.CancelFunc

	mu    sync.Mutex
	asked []asked
	also  http.Handler // answers instead of the simulator when it wants to
}

// tokens are those of the bot.
type tokens struct {
	s         *stage
	mu        sync.Mutex
	refresh   string
	access    string
	refreshes int
	err       error
	missing   error // why there is no token at all
}

func (k *tokens) set(missing error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.missing = missing
}

func (k *tokens) Token(ctx context.Context) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.missing != nil {
		return "", k.missing
	}
	if k.access != "" {
		return k.access, nil
	}
	return k.exchange(ctx)
}

func (k *tokens) Refresh(ctx context.Context, _ string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.refreshes++
	if k.err != nil {
		return "", k.err
	}
	return k.exchange(ctx)
}

func (k *tokens) exchange(ctx context.Context) (string, error) {
	seed := sim.DefaultSeed()
	body := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {k.refresh}, "client_id": {seed.ClientID}, "client_secret": {seed.ClientSecret}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://youtube.test"+sim.TokenPath, strings.NewReader(body.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := k.s.http.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var granted struct {
		Access string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&granted); err != nil || granted.Access == "" {
		return "", fmt.Errorf("no token: %w", err)
	}
	k.access = granted.Access
	return k.access, nil
}

// play runs a test in a bubble with a simulated platform. prepare may be nil.
func play(t *testing.T, prepare func(s *stage, cfg *Config), act func(s *stage)) {
	t.Helper()
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := &stage{T: t, wire: &wire{conns: make(chan net.Conn), closed: make(chan struct{})}, rec: &recorder{}}
		s.open(dir)
		cfg := Config{API: s.api(true), Clock: clock, Rand: func() float64 { return 0.999 }, Log: zerolog.Nop()}
		if prepare != nil {
			prepare(s, &cfg)
		}
		s.run(cfg)
		defer s.shut() // also after a failure, before the bubble is left
		act(s)
		s.end()
	})
}

func (s *stage) open(dir string) {
	switches, err := faults.Open(filepath.Join(dir, "faults.json"), sim.Targets()...)
	require.NoError(s, err)
	s.faults = switches
	s.sim, err = sim.Open(sim.Options{Dir: dir, Seed: sim.DefaultSeed(), Faults: switches, Clock: clock, Log: zerolog.Nop()})
	require.NoError(s, err)
	server := &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(s.wire) }()
	s.server = server
	s.http = &http.Client{Transport: &http.Transport{DialContext: s.wire.dial}}
	s.tokens = &tokens{s: s, refresh: bot}
}

func (s *stage) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	path := strings.TrimPrefix(r.URL.Path, sim.APIPath+"/")
	s.asked = append(s.asked, asked{clock(), r.Method, path, r.URL.Query(), r.Header.Get("Authorization")})
	also := s.also
	s.mu.Unlock()
	if also != nil {
		heard := &overheard{ResponseWriter: w}
		also.ServeHTTP(heard, r)
		if heard.answered {
			return
		}
	}
	s.sim.Handler().ServeHTTP(w, r)
}

// overheard notices whether somebody answered.
type overheard struct {
	http.ResponseWriter
	answered bool
}

func (o *overheard) WriteHeader(status int) {
	o.answered = true
	o.ResponseWriter.WriteHeader(status)
}

// instead answers requests for a path with a status until it is called off.
func (s *stage) instead(path string, status int, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.also = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, path) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	})
}

func (s *stage) calledOff() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.also = nil
}

// api makes calls for the bot, or with a key.
func (s *stage) api(account bool) *youtube.Live {
	cfg := youtube.LiveConfig{API: "http://youtube.test", APIKey: sim.DefaultSeed().APIKey, HTTPClient: s.http, Clock: clock}
	if account {
		cfg.Tokens = s.tokens
	}
	live, err := youtube.NewLive(cfg)
	require.NoError(s, err)
	return live
}

func (s *stage) run(cfg Config) {
	ctx, stop := context.WithCancel(s.Context())
	s.client, s.stop, s.done = New(cfg, s.rec), stop, make(chan error, 1)
	go func() { s.done <- s.client.Run(ctx) }()
}

func (s *stage) end() {
	s.stop()
	require.NoError(s, <-s.done)
	close(s.done)
}

// shut leaves nothing running.
func (s *stage) shut() {
	s.stop()
	<-s.done
	_ = s.server.Close()
	s.http.CloseIdleConnections()
	_ = s.sim.Close()
}

// pass lets time go by.
func (s *stage) pass(d time.Duration) {
	<-time.NewTimer(d).C
	synctest.Wait()
}

// join joins the harbour's channel and waits until its chat is read.
func (s *stage) join() {
	s.Helper()
	require.NoError(s, s.client.Join(harbor, "harborlights"))
	s.pass(2 * time.Second)
	require.Equal(s, StateLive, s.status().State, s.status().Detail)
}

func (s *stage) status() Status {
	synctest.Wait()
	return s.client.States()[harbor]
}

func (s *stage) say(texts ...string) {
	s.Helper()
	for _, text := range texts {
		_, err := s.sim.Say(sim.Utterance{Channel: harbor, User: "ann", Text: text})
		require.NoError(s, err)
	}
}

func (s *stage) fault(target, kind string, times int) {
	s.Helper()
	require.NoError(s, s.faults.Set(target, kind, times))
}

// requests lists the requests for a path since a moment.
func (s *stage) requests(path string, since time.Time) []asked {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []asked
	for _, a := range s.asked {
		if (a.path == path || path == "") && !a.at.Before(since) {
			found = append(found, a)
		}
	}
	return found
}
