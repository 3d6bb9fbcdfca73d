package e2e_test

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/logging/logtest"
)

// startSimulators runs the simulated platforms of a state directory on their
// own, as platforms are: they go on when the runtime is killed. Nobody in their
// chat speaks unasked.
func startSimulators(t *testing.T, dir string) {
	t.Helper()
	errors := &logtest.Buffer{}
	cmd := exec.Command(filepath.Join(binaries, "standalone"), "simulators", "--silent", "--state-dir", dir)
	cmd.Stderr = errors
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	ready := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(out).ReadString('\n')
		ready <- line
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	require.True(t, strings.HasPrefix(<-ready, "{"), "the simulators start: %s", errors)
}

// awaitChat waits until the runtime is in the chat, where alone it can hear: a
// platform does not repeat what it missed.
func (s *standalone) awaitChat() {
	s.t.Helper()
	s.eventually(time.Minute, "the runtime is in the chat", func() bool {
		var members []string
		s.get(s.addr.Simulators.Control+"/twitch/members", &members)
		return len(members) > 0
	})
}

// broadcasts begins or ends the creator's stream, on all platforms.
func (s *standalone) broadcasts(live bool) {
	s.t.Helper()
	for _, platform := range threePlatforms {
		s.post("/"+platform+"/live", map[string]any{"live": live}, nil)
	}
}

// armed reports whether a fault is still to strike.
func (s *standalone) armed(target string) bool {
	s.t.Helper()
	var faults struct {
		Active []struct{ Target string }
	}
	s.get(s.addr.Simulators.Control+"/faults", &faults)
	return slices.ContainsFunc(faults.Active, func(f struct{ Target string }) bool { return f.Target == target })
}

// pace slows uploads to YouTube down to so many bytes a second; 0 lifts it.
func (s *standalone) pace(bytesPerSecond int) {
	s.t.Helper()
	s.post("/youtube/pace", map[string]any{"bytes_per_second": bytesPerSecond}, nil)
}

// partlyUploaded reports whether YouTube has received some of a clip's bytes and
// not all; of a clip that is larger than a unit of 256 KiB, it has stored some.
func (s *standalone) partlyUploaded(clipID string) bool {
	s.t.Helper()
	var uploads []upload
	s.get(s.addr.Simulators.Control+"/youtube/uploads", &uploads)
	return slices.ContainsFunc(uploads, func(u upload) bool {
		return strings.HasSuffix(u.Title, "["+clipID+"]") && 0 < u.Received && u.Received < u.Total && (u.Stored > 0 || u.Total <= 256<<10)
	})
}

// upload is an upload to the simulated YouTube.
type upload struct {
	Title                   string
	Stored, Received, Total int64
}

// calm takes back what was done to the platforms.
func (s *standalone) calm() {
	s.t.Helper()
	for _, target := range []string{"youtube.init", "youtube.upload", "youtube.finish", "youtube.list"} {
		s.fault(target, "none", 0)
	}
	s.pace(0)
}
