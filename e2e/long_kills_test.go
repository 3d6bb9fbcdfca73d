//go:build long

package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// kills is how often the runtime dies in one run of the test.
const kills = 60

// TestLongKilledSixtyTimesEveryClipIsPublishedOnce kills the runtime at moments
// of clips' lives that are drawn at random: at the named ones, and at any time.
// SEED repeats a run, KILLS says how many kills there are.
func TestLongKilledSixtyTimesEveryClipIsPublishedOnce(t *testing.T) {
	random, count := drawn(t), number(t, "KILLS", kills)
	dir := filepath.Join(t.TempDir(), "var")
	startSimulators(t, dir)
	asked := map[string]string{} // message by requester
	struck := map[string]int{}
	for i := range count {
		s := start(t, dir, "--demo")
		s.awaitRecording(8)
		who := fmt.Sprintf("viewer%02d", i)
		// A third of the kills come at any time, the others at a named moment.
		choice := random.IntN(3 * len(moments) / 2)
		name := "any time"
		if choice < len(moments) {
			m := moments[choice]
			name = m.name
			if m.arm != nil {
				m.arm(s)
			}
			s.awaitChat()
			asked[who] = s.say(who, "!clip 5 Survivor")
			s.eventually(2*time.Minute, "the clip is "+m.name, func() bool {
				if c, _ := s.clipOf(who); c.State == "published" {
					name = "too late for: " + m.name
					return true
				}
				return m.reached(s, who)
			})
		} else {
			asked[who] = s.say(who, "!clip 5 Survivor")
			s.passes(time.Duration(random.Int64N(int64(14 * time.Second))))
		}
		struck[name]++
		t.Logf("kill %d: %s", i+1, name)
		s.kill()
		s.calm()
	}

	s := start(t, dir, "--demo")
	unread := 0
	for who := range asked {
		if _, found := s.clipOf(who); !found {
			s.requireUnread(asked[who])
			unread++
			continue
		}
		clip, _ := s.follow(who, 3*time.Minute)
		require.Equal(t, "published", clip.State, "%s: %s", who, clip.LastError)
	}
	account := s.audit()
	t.Logf("%d kills: %v", count, struck)
	t.Logf("%d requests, %d never read by the runtime (in recorded gaps); %s", count, unread, account)
	require.Equal(t, count-unread, account.published)
}

// passes lets time pass; the moment at which it is over is what is tested.
func (s *standalone) passes(d time.Duration) {
	s.t.Helper()
	select {
	case <-s.exited:
		require.FailNow(s.t, "standalone ended by itself")
	case <-time.After(d):
	}
}

// requireUnread requires that a message never reached the database: what a
// platform cannot send again after a crash is lost, and known to be.
func (s *standalone) requireUnread(message string) {
	s.t.Helper()
	require.Zero(s.t, s.number(`select count(*) from chat_events where message_id = $1`, message), "message %s was read and not acted upon", message)
	for _, m := range s.messages() {
		if m.ID == message {
			require.Positive(s.t, s.number(`select count(*) from gaps where $1 between from_at and to_at`, m.At), "message %s lies in no gap", message)
		}
	}
}

// drawn returns the random numbers of a run, and says how to repeat it.
func drawn(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(number(t, "SEED", int(time.Now().UnixNano()&0xffffffff)))
	t.Logf("SEED=%d repeats this run", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// number reads a number from the environment.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	given := os.Getenv(name)
	if given == "" {
		return otherwise
	}
	n, err := strconv.Atoi(given)
	require.NoError(t, err, name)
	return n
}
