package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/wire"
)

// runtimeVia is a runtime in a process of its own, which reaches Postgres and
// Temporal through networks that can fail.
type runtimeVia struct {
	*standalone // the servers, and the simulated platforms
	database    *wire.Proxy
	temporal    *wire.Proxy
	url         string // of the database, through the proxy
	process     *role
}

func startRuntimeVia(t *testing.T) *runtimeVia {
	t.Helper()
	s := launchApart(t, filepath.Join(t.TempDir(), "var"), nil, "--demo", "--servers-only")
	s.awaitServers()
	direct, err := url.Parse(s.addr.Database)
	require.NoError(t, err)
	v := &runtimeVia{standalone: s, database: inFrontOf(t, direct.Host), temporal: inFrontOf(t, s.addr.Temporal)}
	direct.Host = v.database.Address()
	v.url = direct.String()
	v.process = v.startVia("run", "worker", "ingest", "serve", "--address", hostPort(t, s.addr.HTTP))
	v.awaitRuntime(time.Minute)
	return v
}

func inFrontOf(t *testing.T, address string) *wire.Proxy {
	t.Helper()
	proxy, err := wire.Listen(address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = proxy.Close() })
	return proxy
}

func (v *runtimeVia) startVia(name string, args ...string) *role {
	v.t.Helper()
	return startRoleVia(v.t, v.standalone, v.url, v.temporal.Address(), name, args...)
}

// readiness is what /readyz answers.
type readiness struct {
	status int
	Status string `json:"status"`
	Checks []struct {
		Name  string `json:"name"`
		OK    bool   `json:"ok"`
		Error string `json:"error"`
	} `json:"checks"`
}

// failed returns what a check complains about, empty when it is content.
func (r readiness) failed(check string) string {
	for _, c := range r.Checks {
		if c.Name == check && !c.OK {
			return c.Error
		}
	}
	return ""
}

func (s *standalone) readiness() (answer readiness, ok bool) {
	s.t.Helper()
	response, err := http.Get(s.addr.HTTP + "/readyz")
	if err != nil {
		return readiness{}, false
	}
	defer func() { _ = response.Body.Close() }()
	require.NoError(s.t, json.NewDecoder(response.Body).Decode(&answer))
	answer.status = response.StatusCode
	return answer, true
}

func (s *standalone) awaitRuntime(limit time.Duration) {
	s.t.Helper()
	var last readiness
	defer func() {
		if last.status != http.StatusOK {
			s.t.Logf("/readyz said: %+v", last)
		}
	}()
	s.eventually(limit, "the runtime is ready", func() bool {
		last, _ = s.readiness()
		return last.status == http.StatusOK
	})
}

// awaitUnready waits until /readyz names a check as failed. /healthz stays well:
// what is wrong is not mended by a restart of this process.
func (s *standalone) awaitUnready(check, because string) {
	s.t.Helper()
	s.eventually(time.Minute, check+" fails in /readyz", func() bool {
		answer, ok := s.readiness()
		why := answer.failed(check)
		return ok && answer.status == http.StatusServiceUnavailable && why != "" && strings.Contains(why, because)
	})
	response, err := http.Get(s.addr.HTTP + "/healthz")
	require.NoError(s.t, err)
	require.NoError(s.t, response.Body.Close())
	require.Equal(s.t, http.StatusOK, response.StatusCode)
}

// figures are what /metrics says, by name and labels.
func (s *standalone) figures() map[string]float64 {
	s.t.Helper()
	response, err := http.Get(s.addr.HTTP + "/metrics")
	require.NoError(s.t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	figures := map[string]float64{}
	for line := range strings.Lines(string(text)) {
		if cut := strings.LastIndex(line, " "); cut > 0 && !strings.HasPrefix(line, "#") {
			if value, err := strconv.ParseFloat(strings.TrimSpace(line[cut:]), 64); err == nil {
				figures[line[:cut]] = value
			}
		}
	}
	return figures
}

// Bounds of what an outage may leave behind.
const (
	moreGoroutines = 40
	moreMemory     = 160 << 20 // what all lanes may hold, and what the collector has not given back
)

// requireNothingPilesUp checks that an outage left no goroutine and no memory
// behind.
func (s *standalone) requireNothingPilesUp(before map[string]float64) {
	s.t.Helper()
	var now float64
	defer func() {
		if s.t.Failed() {
			s.t.Logf("%v goroutines, %v before", now, before["go_goroutines"])
		}
	}()
	// Connections to the database that nobody needs any more go after a minute or two.
	s.eventually(4*time.Minute, "the goroutines are about as many as before", func() bool {
		now = s.figures()["go_goroutines"]
		return now <= before["go_goroutines"]+moreGoroutines
	})
	const memory = "process_resident_memory_bytes"
	require.LessOrEqual(s.t, s.figures()[memory], before[memory]+moreMemory)
}

// talk is numbered chat, as it is said.
type talk struct {
	s    *standalone
	stop chan struct{}
	done sync.WaitGroup
	once sync.Once
	mu   sync.Mutex
	said []time.Time // by number
}

// talks has somebody say numbered lines, twenty a second and 5,000 at most, until
// the talk is ended.
func (s *standalone) talks(who string) *talk {
	c := &talk{s: s, stop: make(chan struct{})}
	s.t.Cleanup(func() { c.end() })
	c.done.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for n := range 5000 {
			select {
			case <-tick.C:
			case <-c.stop:
				return
			}
			s.say(who, line(who, n))
			c.mu.Lock()
			c.said = append(c.said, time.Now())
			c.mu.Unlock()
		}
	})
	return c
}

func line(who string, n int) string { return fmt.Sprintf("%s says line %d", who, n) }

func (c *talk) end() []time.Time {
	c.once.Do(func() { close(c.stop) })
	c.done.Wait()
	return c.said
}

// ask asks the servers' Postgres directly.
func (s *standalone) ask(question func(*pgx.Conn) error) {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.addr.Database)
	require.NoError(s.t, err)
	defer func() { _ = conn.Close(s.t.Context()) }()
	_, err = conn.Exec(s.t.Context(), `set search_path to streamsuites`)
	require.NoError(s.t, err)
	require.NoError(s.t, question(conn))
}

// number asks for one number.
func (s *standalone) number(sql string, args ...any) (n int) {
	s.t.Helper()
	s.ask(func(conn *pgx.Conn) error { return conn.QueryRow(s.t.Context(), sql, args...).Scan(&n) })
	return n
}

// requireStored checks that every line that was said is stored once, or lies in a
// recorded gap.
func (s *standalone) requireStored(who string, said []time.Time) {
	s.t.Helper()
	require.NotEmpty(s.t, said)
	lastLine := line(who, len(said)-1)
	s.eventually(time.Minute, "the last line is stored", func() bool {
		return s.number(`select count(*) from chat_events where text = $1`, lastLine) > 0
	})
	counts := map[string]int{}
	s.ask(func(conn *pgx.Conn) error {
		rows, _ := conn.Query(s.t.Context(), `select text, count(*) from chat_events where author_login = $1 group by text`, who)
		var text string
		var n int
		_, err := pgx.ForEachRow(rows, []any{&text, &n}, func() error { counts[text] = n; return nil })
		return err
	})
	missing := 0
	for n, at := range said {
		stored := counts[line(who, n)]
		require.LessOrEqual(s.t, stored, 1, "line %d", n)
		if stored == 0 {
			missing++
			require.Positive(s.t, s.number(`select count(*) from gaps where $1 between from_at - interval '2 s' and to_at + interval '2 s'`, at),
				"line %d is in no gap", n)
		}
	}
	s.t.Logf("%d lines of %s: %d stored, %d in recorded gaps", len(said), who, len(said)-missing, missing)
}

// requireCarriedOut waits until nothing that was decided waits any more.
func (s *standalone) requireCarriedOut() {
	s.t.Helper()
	s.eventually(90*time.Second, "everything that was decided is carried out", func() bool {
		return s.number(`select count(*) from outbox where state in ('pending', 'sending')`) == 0
	})
	require.Zero(s.t, s.number(`select count(*) from outbox where kind = 'signal' and state <> 'sent'`))
}

// requireClip waits until the clip of somebody is published, once, and that chat
// heard of it at most once.
func (s *standalone) requireClip(who, asked string) {
	s.t.Helper()
	clip, _ := s.follow(who, 2*time.Minute)
	require.Equal(s.t, "published", clip.State, "%s: %s", who, clip.LastError)
	require.Equal(s.t, 1, s.number(`select count(*) from clips where requested_by = $1`, "twitch:"+who))
	require.FileExists(s.t, filepath.Join(s.dir, "clips", "published", clip.ClipID+".mp4"))
	s.eventually(30*time.Second, "the result is said", func() bool {
		return strings.Contains(strings.Join(s.answers(asked), "\n"), clip.URL)
	})
	said := strings.Join(s.answers(asked), "\n")
	require.Equal(s.t, 1, strings.Count(said, clip.URL), said)
	require.LessOrEqual(s.t, strings.Count(said, "clipping the last"), 1, said)
}
