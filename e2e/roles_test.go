package e2e_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/logging/logtest"
)

// role is a running role of bin/streamsuites.
type role struct {
	cmd    *exec.Cmd
	output *logtest.Buffer
	exited chan struct{}
}

func startRole(t *testing.T, s *standalone, name string, args ...string) *role {
	t.Helper()
	return startRoleVia(t, s, "", s.addr.Temporal, name, args...)
}

// startRoleVia starts a role that reaches Postgres and Temporal at the given
// addresses; no database means that of the standalone.
func startRoleVia(t *testing.T, s *standalone, database, temporal, name string, args ...string) *role {
	t.Helper()
	r := &role{output: &logtest.Buffer{}, exited: make(chan struct{})}
	r.cmd = exec.Command(filepath.Join(binaries, "streamsuites"), append([]string{name, "--state-dir", s.dir}, args...)...)
	r.cmd.Env = append(os.Environ(), "DATABASE_URL="+database, "TEMPORAL_ADDRESS="+temporal)
	r.cmd.Stdout, r.cmd.Stderr = r.output, r.output
	require.NoError(t, r.cmd.Start())
	go func() {
		defer close(r.exited)
		_ = r.cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		<-r.exited
		if t.Failed() {
			t.Logf("%s:\n%s", name, r.output)
		}
	})
	return r
}

// stop ends the role in order.
func (r *role) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, r.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case <-r.exited:
		require.Zero(t, r.cmd.ProcessState.ExitCode(), "it stops without an error: %s", r.output)
	case <-time.After(patient):
		require.FailNow(t, "the role did not stop")
	}
}

// awaitServers waits for a standalone that runs no roles and so has no readiness
// of its own.
func (s *standalone) awaitServers() {
	s.t.Helper()
	s.eventually(2*time.Minute, "the servers run", func() bool {
		data, err := os.ReadFile(filepath.Join(s.dir, "standalone.json"))
		return err == nil && json.Unmarshal(data, &s.addr) == nil && s.addr.PID == s.cmd.Process.Pid
	})
}

func TestTheRolesRunAsProcessesOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := launchApart(t, filepath.Join(t.TempDir(), "var"), nil, "--demo", "--servers-only")
	s.awaitServers()
	require.Contains(t, s.cli("setup"), "schedules registered", "setup may be repeated")

	worker := startRole(t, s, "worker")
	ingest := startRole(t, s, "ingest")
	serve := startRole(t, s, "serve", "--address", hostPort(t, s.addr.HTTP))
	s.awaitRecording(8)
	s.say("elsewhere", "!clip 5 Made by three processes")
	clip, _ := s.follow("elsewhere", 90*time.Second)
	require.Equal(t, "published", clip.State, clip.LastError)

	// The other ingest goes on where this one stops, and the other way round.
	second := startRole(t, s, "ingest")
	ingest.stop(t)
	s.eventually(time.Minute, "the second ingest answers", func() bool {
		asked := s.say("again"+strconv.FormatInt(time.Now().UnixNano(), 36), "!ping")
		return s.answered(asked, 5*time.Second)
	})
	for _, r := range []*role{second, worker, serve} {
		r.stop(t)
	}
}

// answered reports whether the bot answers a message within the limit.
func (s *standalone) answered(asked string, limit time.Duration) bool {
	s.t.Helper()
	deadline := time.After(limit)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		for _, m := range s.messages() {
			if m.ReplyTo == asked {
				return true
			}
		}
		select {
		case <-tick.C:
		case <-deadline:
			return false
		}
	}
}

func hostPort(t *testing.T, address string) string {
	t.Helper()
	require.Greater(t, len(address), len("http://"))
	return address[len("http://"):]
}
