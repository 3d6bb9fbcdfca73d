//go:build long

package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// kills is how often the runtime dies in one run of the test.
const kills = 12

// TestLongKilledAtRandomMomentsEveryClipIsPublishedOnce kills the runtime at
// random moments of clips' lives. SEED repeats a run.
func TestLongKilledAtRandomMomentsEveryClipIsPublishedOnce(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("SEED"); given != "" {
		var err error
		seed, err = strconv.ParseUint(given, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("SEED=%d repeats this run", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	dir := filepath.Join(t.TempDir(), "var")

	asked := map[string]string{} // message by requester
	for i := range kills {
		s := start(t, dir, "--demo")
		s.awaitRecording(8)
		user := fmt.Sprintf("viewer%02d", i)
		asked[user] = s.say(user, "!clip 5 Survivor")
		moment := time.Duration(random.Int64N(int64(14 * time.Second)))
		select {
		case <-s.exited:
			require.FailNow(t, "standalone ended by itself")
		case <-time.After(moment): // the moment is what is tested
		}
		t.Logf("kill %d, %s after the request", i+1, moment.Round(time.Millisecond))
		s.kill()
		s.eventuallyNoneLeft()
	}

	s := start(t, dir, "--demo")
	for user, message := range asked {
		s.requireAtMostOnce(user, message)
	}
}

// requireAtMostOnce requires that a request was carried out once, or that it never
// reached the runtime: what a platform cannot send again after a crash is lost,
// and recorded as a gap.
func (s *standalone) requireAtMostOnce(user, message string) {
	s.t.Helper()
	if !strings.Contains(s.cli("clips", "list", "--limit", "500"), "twitch:"+user) {
		s.t.Logf("the request of %s was never read", user)
		return
	}
	clip, _ := s.follow(user, 2*time.Minute)
	count := 0
	for _, c := range s.exportedClips() {
		if c.RequestedBy == "twitch:"+user {
			count++
		}
	}
	require.Equal(s.t, 1, count, "clips of %s", user)
	if clip.State == "failed" {
		require.NotEmpty(s.t, clip.LastError, user)
		s.t.Logf("the clip of %s failed: %s", user, clip.LastError)
		return
	}
	require.FileExists(s.t, filepath.Join(s.dir, "clips", "published", clip.ClipID+".mp4"))
	acknowledged := 0
	for _, m := range s.messages() {
		if m.ReplyTo == message {
			acknowledged++
		}
	}
	require.LessOrEqual(s.t, acknowledged, 2, "an acknowledgement and a result at most, for %s", user)
}
