package e2e_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/logging/logtest"
)

// addresses mirrors standalone.json, which is part of the fixed interface, so
// that a renamed field fails here.
type addresses struct {
	Temporal   string `json:"temporal"`
	UI         string `json:"ui"`
	HTTP       string `json:"http"`
	Database   string `json:"database"`
	PID        int    `json:"pid"`
	Simulators struct {
		Control     string `json:"control"`
		TwitchIRC   string `json:"twitch_irc"`
		TwitchHelix string `json:"twitch_helix"`
		HLS         string `json:"hls"`
		YouTube     string `json:"youtube"`
	} `json:"simulators"`
}

// standalone is a running bin/standalone.
type standalone struct {
	t      *testing.T
	dir    string
	cmd    *exec.Cmd
	stdout *logtest.Buffer
	stderr *logtest.Buffer
	exited chan struct{}
	addr   addresses
}

// launch starts bin/standalone without waiting for anything.
func launch(t *testing.T, dir string, attr *syscall.SysProcAttr, args ...string) *standalone {
	t.Helper()
	s := &standalone{t: t, dir: dir, stdout: &logtest.Buffer{}, stderr: &logtest.Buffer{}, exited: make(chan struct{})}
	s.cmd = exec.Command(filepath.Join(binaries, "standalone"), append([]string{"--state-dir", dir}, args...)...)
	s.cmd.Stdout, s.cmd.Stderr = s.stdout, s.stderr
	s.cmd.Dir = filepath.Dir(dir)
	s.cmd.SysProcAttr = attr
	require.NoError(t, s.cmd.Start())
	go func() {
		defer close(s.exited)
		_ = s.cmd.Wait()
	}()
	t.Cleanup(func() {
		s.stop()
		if t.Failed() {
			t.Logf("standalone's terminal:\n%s\n%s", s.stdout, s.stderr)
			if log, err := exec.Command("sh", "-c", "tail -n 60 "+dir+"/logs/*.log").Output(); err == nil {
				t.Logf("end of its log:\n%s", log)
			}
		}
	})
	return s
}

// askApart gives every request a clip of its own: the tests ask for more than one
// within moments. The demo leaves alone what it did not write.
func askApart(t *testing.T, dir string) {
	path := filepath.Join(dir, "shared", "config", "system.json")
	if _, err := os.Stat(path); err == nil {
		return
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(`{
  "system": {
    "platforms": {"twitch": true, "youtube": true, "kick": true, "discord": false},
    "hot_reload": {"enabled": true, "interval_seconds": 1}
  },
  "clips": {"publish_delay_seconds": 2, "per_hour": 1000, "user_cooldown_seconds": 5, "coalesce_seconds": 0},
  "http": {"trust_loopback": true}
}
`), 0o644))
}

// launchApart is launch where every request has a clip of its own.
func launchApart(t *testing.T, dir string, attr *syscall.SysProcAttr, args ...string) *standalone {
	t.Helper()
	askApart(t, dir)
	return launch(t, dir, attr, args...)
}

// start starts bin/standalone and waits until it says that it is ready.
func start(t *testing.T, dir string, args ...string) *standalone {
	t.Helper()
	if slices.Contains(args, "--demo") {
		askApart(t, dir)
	}
	s := launch(t, dir, nil, args...)
	s.awaitReady(2 * time.Minute)
	return s
}

func (s *standalone) awaitReady(limit time.Duration) {
	s.t.Helper()
	s.eventually(limit, "ready", func() bool {
		data, err := os.ReadFile(filepath.Join(s.dir, "standalone.json"))
		if err != nil || json.Unmarshal(data, &s.addr) != nil || s.addr.PID != s.cmd.Process.Pid {
			return false
		}
		response, err := http.Get(s.addr.HTTP + "/readyz")
		if err != nil {
			return false
		}
		defer func() { _ = response.Body.Close() }()
		return response.StatusCode == http.StatusOK
	})
}

// eventually polls until the condition holds, and fails early when the process
// has ended.
func (s *standalone) eventually(limit time.Duration, what string, condition func() bool) {
	s.t.Helper()
	deadline := time.After(limit)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-s.exited:
			require.FailNow(s.t, "standalone ended", "while waiting until %s", what)
		case <-deadline:
			require.FailNow(s.t, "timed out", "after %s, waiting until %s", limit, what)
		}
	}
}

// stop ends the process in order, and by force if that takes too long.
func (s *standalone) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.exited:
	case <-time.After(patient):
		_ = s.cmd.Process.Kill()
		<-s.exited
	}
}

// kill ends the process as a crash would.
func (s *standalone) kill() {
	s.t.Helper()
	require.NoError(s.t, s.cmd.Process.Kill())
	<-s.exited
}

// post sends a JSON body to the simulators' control and decodes the answer.
func (s *standalone) post(path string, body, answer any) {
	s.t.Helper()
	data, err := json.Marshal(body)
	require.NoError(s.t, err)
	response, err := http.Post(s.addr.Simulators.Control+path, "application/json", bytes.NewReader(data))
	require.NoError(s.t, err)
	defer func() { _ = response.Body.Close() }()
	require.Less(s.t, response.StatusCode, 300, "POST %s", path)
	if answer != nil {
		require.NoError(s.t, json.NewDecoder(response.Body).Decode(answer))
	}
}

// say lets somebody write in the simulated Twitch channel and returns the
// message's id.
func (s *standalone) say(user, text string, roles ...string) string {
	s.t.Helper()
	var answer struct{ ID string }
	s.post("/twitch/say", map[string]any{"user": user, "text": text, "roles": append([]string{}, roles...)}, &answer)
	require.NotEmpty(s.t, answer.ID)
	return answer.ID
}

// message is one line of the simulated channel.
type message struct {
	ID      string `json:"id"`
	User    string `json:"user"`
	Text    string `json:"text"`
	ReplyTo string `json:"reply_to"`

	At time.Time `json:"at"`
}

func (s *standalone) messages() []message {
	s.t.Helper()
	var messages []message
	s.get(s.addr.Simulators.Control+"/twitch/messages?limit=10000", &messages)
	return messages
}

func (s *standalone) get(url string, answer any) {
	s.t.Helper()
	response, err := http.Get(url)
	require.NoError(s.t, err)
	defer func() { _ = response.Body.Close() }()
	require.Equal(s.t, http.StatusOK, response.StatusCode, "GET %s", url)
	require.NoError(s.t, json.NewDecoder(response.Body).Decode(answer))
}

// exported is a clip as clips.json shows it.
type exported struct {
	ClipID      string `json:"clip_id"`
	State       string `json:"state"`
	Title       string `json:"title"`
	RequestedBy string `json:"requested_by"`
	URL         string `json:"url"`
	LastError   string `json:"last_error"`
	OutputPath  string `json:"output_path"`
}

func (s *standalone) exportedClips() []exported {
	s.t.Helper()
	var document struct{ Clips []exported }
	data, err := os.ReadFile(filepath.Join(s.dir, "runtime", "exports", "clips.json"))
	require.NoError(s.t, err)
	require.NoError(s.t, json.Unmarshal(data, &document), "clips.json is whole at every moment")
	return document.Clips
}

// cli runs bin/streamsuites against this standalone and returns what it printed.
func (s *standalone) cli(args ...string) string {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), filepath.Join(binaries, "streamsuites"), append(args, "--state-dir", s.dir)...)
	cmd.Env = append(os.Environ(), "DATABASE_URL=", "TEMPORAL_ADDRESS=")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(s.t, err, "streamsuites %v: %s", args, stderr.String())
	return string(out)
}
