package e2e_test

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// startSimulators runs the simulated platforms of a state directory on their
// own, as platforms are: they go on when the runtime is killed.
func startSimulators(t *testing.T, dir string) {
	t.Helper()
	errors := &lockedBuffer{}
	cmd := exec.Command(filepath.Join(binaries, "standalone"), "simulators", "--state-dir", dir)
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

// partlyUploaded reports whether some upload to YouTube has sent some of its
// bytes and not all.
func (s *standalone) partlyUploaded() bool {
	s.t.Helper()
	var uploads []struct{ Stored, Total int64 }
	s.get(s.addr.Simulators.Control+"/youtube/uploads", &uploads)
	return slices.ContainsFunc(uploads, func(u struct{ Stored, Total int64 }) bool { return 0 < u.Stored && u.Stored < u.Total })
}

// calm takes back what was done to the platforms.
func (s *standalone) calm() {
	s.t.Helper()
	for _, target := range []string{"youtube.init", "youtube.upload", "youtube.finish", "youtube.list"} {
		s.fault(target, "none", 0)
	}
	s.pace(0)
}
