package e2e_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// Simulators that were started alone belong to nobody else: a demo uses them,
// and neither its end nor its death is theirs.
func TestADemoLeavesTheSimulatorsRunningThatItFound(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "var")
	startSimulators(t, dir)
	s := start(t, dir, "--demo")
	found := s.addr.Simulators
	require.NotEmpty(t, found.YouTube)
	require.Contains(t, s.stdout.String(), "go on running after it")
	for _, child := range children(t, s.cmd.Process.Pid) {
		line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(child), "cmdline"))
		if err == nil {
			require.NotContains(t, string(line), "\x00simulators\x00", "none of its own")
		}
	}
	s.stop()
	s.requirePlatforms()

	s = start(t, dir, "--demo")
	require.Equal(t, found, s.addr.Simulators)
	s.kill()
	s.requirePlatforms()

	s = start(t, dir, "--demo")
	require.Equal(t, found, s.addr.Simulators, "what a killed one leaves behind is swept, and the simulators are none of it")
	s.requirePlatforms()
}

// requirePlatforms requires that the simulators answer, YouTube with them.
func (s *standalone) requirePlatforms() {
	s.t.Helper()
	s.get(s.addr.Simulators.Control+"/healthz", &struct{}{})
	s.videos()
	seed := youtube.DefaultSeed()
	client := http.Client{Timeout: 30 * time.Second}
	response, err := client.PostForm(s.addr.Simulators.YouTube+youtube.TokenPath, url.Values{"grant_type": {"refresh_token"},
		"refresh_token": {seed.Accounts[0].RefreshToken}, "client_id": {seed.ClientID}, "client_secret": {seed.ClientSecret}})
	require.NoError(s.t, err)
	require.NoError(s.t, response.Body.Close())
	require.Equal(s.t, http.StatusOK, response.StatusCode)
}
