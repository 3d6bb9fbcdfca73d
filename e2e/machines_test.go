package e2e_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// takenOverWithin is how soon another process has to go on for one that was
// killed.
const takenOverWithin = 30 * time.Second

// servers starts a standalone that runs servers and simulators alone.
func servers(t *testing.T) *standalone {
	t.Helper()
	s := launchApart(t, filepath.Join(t.TempDir(), "var"), nil, "--demo", "--servers-only")
	s.awaitServers()
	return s
}

// machine is a state directory of its own beside the standalone's, as another
// machine has: the same configuration, another host id.
type machine struct {
	s   *standalone
	dir string
}

func (s *standalone) machine() *machine {
	s.t.Helper()
	m := &machine{s: s, dir: filepath.Join(s.t.TempDir(), "var")}
	for _, name := range []string{".env", "shared/config/creators.json", "shared/config/platforms.json", "shared/config/system.json", "shared/config/tiers.json"} {
		text, err := os.ReadFile(filepath.Join(s.dir, name))
		require.NoError(s.t, err)
		require.NoError(s.t, os.MkdirAll(filepath.Dir(filepath.Join(m.dir, name)), 0o755))
		require.NoError(s.t, os.WriteFile(filepath.Join(m.dir, name), text, 0o600))
	}
	return m
}

// start starts a role on the machine.
func (m *machine) start(name string, args ...string) *role {
	m.s.t.Helper()
	return m.startVia(m.s.addr.Database, m.s.addr.Temporal, name, args...)
}

// startVia starts a role that reaches Postgres and Temporal elsewhere.
func (m *machine) startVia(database, temporal, name string, args ...string) *role {
	m.s.t.Helper()
	here := *m.s
	here.dir = m.dir
	return startRoleVia(m.s.t, &here, database, temporal, name, args...)
}

// hostID is the id by which the machine is known in the database.
func (m *machine) hostID() string {
	m.s.t.Helper()
	text, err := os.ReadFile(filepath.Join(m.dir, "host-id"))
	require.NoError(m.s.t, err)
	return strings.TrimSpace(string(text))
}

// kill ends the role as a crash would.
func (r *role) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, r.cmd.Process.Kill())
	<-r.exited
}

// freeze stops the role where it stands, until thaw.
func (r *role) freeze(t *testing.T) {
	t.Helper()
	require.NoError(t, r.cmd.Process.Signal(syscall.SIGSTOP))
}

func (r *role) thaw(t *testing.T) {
	t.Helper()
	require.NoError(t, r.cmd.Process.Signal(syscall.SIGCONT))
}

// rows reads the database as an operator could.
type rows struct {
	t    *testing.T
	mu   sync.Mutex
	conn *pgx.Conn
}

func (s *standalone) rows() *rows {
	s.t.Helper()
	conn, err := pgx.Connect(context.Background(), s.addr.Database)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	_, err = conn.Exec(context.Background(), `set search_path to streamsuites`)
	require.NoError(s.t, err)
	return &rows{t: s.t, conn: conn}
}

func one[T any](r *rows, sql string, args ...any) (v T) {
	r.t.Helper()
	all := list[T](r, sql, args...)
	require.Len(r.t, all, 1, sql)
	return all[0]
}

func list[T any](r *rows, sql string, args ...any) []T {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	found, err := r.conn.Query(context.Background(), sql, args...)
	require.NoError(r.t, err)
	all, err := pgx.CollectRows(found, pgx.RowTo[T])
	require.NoError(r.t, err, sql)
	return all
}

func structs[T any](r *rows, sql string, args ...any) []T {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	found, err := r.conn.Query(context.Background(), sql, args...)
	require.NoError(r.t, err)
	all, err := pgx.CollectRows(found, pgx.RowToStructByPos[T])
	require.NoError(r.t, err, sql)
	return all
}

// holding is who has the demo's creator.
type holding struct {
	Epoch  int64
	Holder string
}

func (h holding) on(m *machine) bool { return strings.HasPrefix(h.Holder, m.hostID()+"/") }

func (r *rows) holding() holding {
	r.t.Helper()
	all := structs[holding](r, `select epoch, holder from epochs`)
	if len(all) == 0 {
		return holding{}
	}
	require.Len(r.t, all, 1, "the demo has one creator")
	return all[0]
}

// crowd writes numbered messages into the chat, some of which ask for
// something.
type crowd struct {
	s    *standalone
	stop chan struct{}
	done chan struct{}
	name string

	mu   sync.Mutex
	said []string // ids
	ping []string // ids of those that ask for an answer
}

// speaks lets a crowd speak ten times a second, six hundred times at most.
func (s *standalone) speaks(name string) *crowd {
	c := &crowd{s: s, stop: make(chan struct{}), done: make(chan struct{}), name: name}
	go c.run()
	s.t.Cleanup(c.quiet)
	return c
}

func (c *crowd) run() {
	defer close(c.done)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for n := range 600 {
		select {
		case <-c.stop:
			return
		case <-tick.C:
		}
		text, ping := fmt.Sprintf("line %d of %s", n, c.name), n%5 == 4
		if ping {
			text = "!ping"
		}
		// Moderators do not wait for cooldowns: every one is to be answered.
		id := c.s.say(fmt.Sprintf("%s%d", c.name, n%7), text, "moderator")
		c.mu.Lock()
		c.said = append(c.said, id)
		if ping {
			c.ping = append(c.ping, id)
		}
		c.mu.Unlock()
	}
}

// quiet ends the crowd. It may be called twice.
func (c *crowd) quiet() {
	select {
	case <-c.stop:
	default:
		close(c.stop)
	}
	<-c.done
}

// asked are the ids of the messages so far that ask for an answer.
func (c *crowd) asked() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.ping)
}
