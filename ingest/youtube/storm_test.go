package youtube

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	sim "github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// storms are what can go wrong while a chat is read without anything being lost.
var storms = map[string][]string{
	sim.TargetChatStream: {"cut", "bad_element", "end", "end_open", "duplicate", "reorder", "500", "503", "401", "rateLimitExceeded",
		"pageTokenInvalid", "close", "truncate", "malformed", "hang", "liveChatEnded", "liveChatNotFound", "liveChatDisabled", "forbidden"},
	sim.TargetChatList: {"duplicate", "reorder", "500", "503", "401", "rateLimitExceeded", "pageTokenInvalid", "close", "truncate",
		"malformed", "hang", "liveChatEnded"},
	sim.TargetLive: {"500", "429", "close", "malformed"},
}

func TestEveryMessageIsHandedInOnceWhateverGoesWrong(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("SEED"); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("SEED=%d", seed)
	for n := range uint64(4) {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, n))
			play(t, func(_ *stage, cfg *Config) {
				cfg.PollOnly = n%2 == 1
				cfg.Meter = NewLocalMeter(1_000_000, cfg.Costs, clock)
				cfg.Rand = nil
			}, func(s *stage) { s.storm(random) })
		})
	}
}

func (s *stage) storm(random *rand.Rand) {
	s.join()
	targets := []string{sim.TargetChatStream, sim.TargetChatList, sim.TargetLive}
	said := []string{}
	for i := range 150 {
		for range random.IntN(3) {
			text := fmt.Sprint("m", i, " ", len(said))
			s.say(text)
			said = append(said, text)
		}
		if random.IntN(3) == 0 {
			target := targets[random.IntN(len(targets))]
			kinds := storms[target]
			s.fault(target, kinds[random.IntN(len(kinds))], 1+random.IntN(2))
		}
		s.pass(time.Duration(random.IntN(20_000)) * time.Millisecond)
		if s.status().State == StateNeedsLogin {
			s.client.Resume()
		}
	}
	for target := range storms {
		s.fault(target, "none", 0)
	}
	s.pass(time.Minute)
	s.client.Resume()
	s.pass(45 * time.Minute)
	require.Equal(s, StateLive, s.status().State, s.status().Detail)
	require.ElementsMatch(s, said, s.rec.texts())
	for _, m := range s.rec.of(chat.Message) {
		require.False(s, m.History, m.Text)
	}
}
