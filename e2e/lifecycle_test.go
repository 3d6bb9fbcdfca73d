package e2e_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOnceLeavesWithTheFirstPublishedClip(t *testing.T) {
	t.Parallel()
	s := launch(t, filepath.Join(t.TempDir(), "var"), nil, "--demo", "--once", "--timeout", "3m")
	requireOnce(t, s)
}

func requireOnce(t *testing.T, s *standalone) {
	t.Helper()
	select {
	case <-s.exited:
	case <-time.After(4 * time.Minute):
		require.FailNow(t, "--once did not end")
	}
	require.Zero(t, s.cmd.ProcessState.ExitCode())
	lines := strings.Split(strings.TrimSpace(s.stdout.String()), "\n")
	var last struct {
		ClipID  string  `json:"clip_id"`
		State   string  `json:"state"`
		URL     string  `json:"url"`
		File    string  `json:"file"`
		Elapsed float64 `json:"elapsed_s"`
	}
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &last), lines[len(lines)-1])
	require.Equal(t, "published", last.State)
	require.FileExists(t, last.File)
	require.Contains(t, last.URL, last.ClipID)
	require.Positive(t, last.Elapsed)
}

// An ordinary user has a folder that nobody else may enter, and no root.
func TestAnOrdinaryUserRunsTheDemoBelowAPrivateFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		requireOnce(t, launch(t, filepath.Join(privateFolder(t), "var"), nil, "--demo", "--once", "--timeout", "3m"))
		return
	}
	nobody, err := user.Lookup("nobody")
	require.NoError(t, err)
	uid, err := strconv.Atoi(nobody.Uid)
	require.NoError(t, err)
	folder, err := os.MkdirTemp("", "streamsuites-e2e-user-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	require.NoError(t, os.Chown(folder, uid, uid))
	require.NoError(t, os.Chmod(folder, 0o700))
	attr := &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
	requireOnce(t, launch(t, filepath.Join(folder, "var"), attr, "--demo", "--once", "--timeout", "3m"))
}

func TestRootRunsTheDemoBelowAPrivateFolder(t *testing.T) {
	t.Parallel()
	requireOnce(t, launch(t, filepath.Join(privateFolder(t), "var"), nil, "--demo", "--once", "--timeout", "3m"))
}

func privateFolder(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "private")
	require.NoError(t, os.Mkdir(folder, 0o700))
	return folder
}

func TestASecondInstanceIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t, filepath.Join(t.TempDir(), "var"), "--demo")
	second := launch(t, s.dir, nil, "--demo")
	select {
	case <-second.exited:
	case <-time.After(patient):
		require.FailNow(t, "the second instance was not refused")
	}
	require.NotZero(t, second.cmd.ProcessState.ExitCode())
	require.Contains(t, second.stderr.String(), strconv.Itoa(s.cmd.Process.Pid), "the message names the one that runs")
	s.awaitReady(patient) // the first one is unharmed
}

func TestSIGTERMStopsInOrderAndTheLastSnapshotShowsEverythingInactive(t *testing.T) {
	t.Parallel()
	s := start(t, filepath.Join(t.TempDir(), "var"), "--demo")
	s.awaitRecording(4)
	started := time.Now()
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case <-s.exited:
	case <-time.After(patient):
		require.FailNow(t, "it did not stop")
	}
	require.Less(t, time.Since(started), 15*time.Second)
	require.Zero(t, s.cmd.ProcessState.ExitCode())
	require.NoFileExists(t, filepath.Join(s.dir, "standalone.json"))
	requireNoneLeft(t, s)

	data, err := os.ReadFile(filepath.Join(s.dir, "runtime", "exports", "runtime_snapshot.json"))
	require.NoError(t, err)
	var snapshot struct {
		Platforms []struct{ Name, Status string }
	}
	require.NoError(t, json.Unmarshal(data, &snapshot))
	require.NotEmpty(t, snapshot.Platforms)
	for _, platform := range snapshot.Platforms {
		require.Contains(t, []string{"inactive", "disabled", "paused"}, platform.Status, platform.Name)
	}
}

func TestAfterAKillEverythingGoesOn(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "var")
	s := start(t, dir, "--demo")
	s.awaitRecording(10)
	s.say("before", "!clip 5 Before the crash")
	clip, _ := s.follow("before", time.Minute)
	require.Equal(t, "published", clip.State)
	s.kill()
	s.eventuallyNoneLeft()

	again := start(t, dir, "--demo")
	require.Equal(t, s.addr.Temporal, again.addr.Temporal, "ports are kept")
	require.Contains(t, again.cli("clips", "list"), clip.ClipID)
	again.awaitRecording(10) // much of it is the earlier run's
	again.awaitChat()
	again.say("after", "!clip 5 After the crash")
	clip, _ = again.follow("after", time.Minute)
	require.Equal(t, "published", clip.State, clip.LastError)
}

// Each collaborator's own death ends in a running system, too.
func TestAfterAKilledChildTheNextStartWorks(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Logf("children are found through /proc; this machine has none")
		return
	}
	dir := filepath.Join(t.TempDir(), "var")
	s := start(t, dir, "--demo")
	pids := children(t, s.cmd.Process.Pid)
	require.NotEmpty(t, pids)
	for _, pid := range pids {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	select {
	case <-s.exited: // it may end, with a message…
		require.NotZero(t, s.cmd.ProcessState.ExitCode())
	case <-time.After(20 * time.Second): // …or mend itself
		s.stop()
	}
	start(t, dir, "--demo")
}

// requireNoneLeft checks that no process of that state directory is alive.
func requireNoneLeft(t *testing.T, s *standalone) {
	t.Helper()
	require.Empty(t, processesOf(t, s.dir))
}

func (s *standalone) eventuallyNoneLeft() {
	s.t.Helper()
	deadline := time.After(patient)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		left := processesOf(s.t, s.dir)
		if len(left) == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			require.FailNow(s.t, "processes survive their parent", "%v", left)
		}
	}
}

// processesOf lists the command lines of processes that name the state
// directory.
func processesOf(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	entries, err := os.ReadDir("/proc")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	require.NoError(t, err)
	for _, entry := range entries {
		if _, err := strconv.Atoi(entry.Name()); err != nil {
			continue
		}
		line, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "cmdline"))
		if err == nil && strings.Contains(string(line), dir) {
			found = append(found, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}

func children(t *testing.T, pid int) []int {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ps", "-o", "pid=", "--ppid", strconv.Itoa(pid)).Output()
	require.NoError(t, err)
	var pids []int
	for field := range strings.FieldsSeq(string(out)) {
		n, err := strconv.Atoi(field)
		require.NoError(t, err)
		pids = append(pids, n)
	}
	return pids
}
