package demo

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
	"github.com/streamsuites/streamsuites/internal/sim/twitch"
)

// stage remembers what was said and when.
type stage struct {
	mu     sync.Mutex
	said   []twitch.Utterance
	at     []time.Time
	offAir bool
}

func (s *stage) Say(u twitch.Utterance) (twitch.Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said, s.at = append(s.said, u), append(s.at, time.Now())
	return twitch.Message{}, nil
}

func (s *stage) Live(string) bool { return !s.offAir }

// play runs the script for d of its own time, with the bot joining after a
// minute.
func play(t *testing.T, o Options, s *stage, d time.Duration) (joinedAt time.Time) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	joined := make(chan struct{}, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		Run(ctx, o, s, joined, zerolog.Nop())
	}()
	<-time.After(time.Minute)
	joined <- struct{}{}
	joinedAt = time.Now()
	<-time.After(d)
	joined <- struct{}{}
	cancel()
	<-ended
	return joinedAt
}

func (s *stage) times(prefix string) (times []time.Time) {
	for i, u := range s.said {
		if strings.HasPrefix(u.Text, prefix) {
			times = append(times, s.at[i])
		}
	}
	return times
}

func TestAClipIsAskedForSoonAfterTheBotCameAndThenAgainAndAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &stage{}
		joined := play(t, Options{Seed: 7}, s, 10*time.Minute)
		clips := s.times("!clip 20 ")
		require.Len(t, clips, 4)
		require.Equal(t, joined.Add(25*time.Second), clips[0])
		require.Equal(t, 3*time.Minute, clips[1].Sub(clips[0]))
		require.Equal(t, joined.Add(70*time.Second), s.times("!ping")[0])
		for _, u := range s.said {
			if strings.HasPrefix(u.Text, "!clip") {
				require.Contains(t, u.Roles, "moderator")
			}
		}
	})
}

func TestTheChatIsBusyAtTheRateAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &stage{}
		play(t, Options{Rate: 20, Seed: 3}, s, 4*time.Minute)
		require.InDelta(t, 20*300, len(s.said), 600)
	})
}

func TestNoClipIsAskedForOffAir(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &stage{offAir: true}
		play(t, Options{Seed: 7}, s, 5*time.Minute)
		require.Empty(t, s.times("!clip"))
		require.NotEmpty(t, s.times("!ping"))
	})
}

func TestEverythingThatIsSaidCanBeSaidOnThePlatform(t *testing.T) {
	t.Parallel()
	switches, err := faults.Open(t.TempDir()+"/faults.json", twitch.Targets()...)
	require.NoError(t, err)
	server, err := twitch.Open(twitch.Options{Dir: t.TempDir(), Seed: twitch.DefaultSeed(), Faults: switches})
	require.NoError(t, err)
	for _, who := range append(append([]person{}, people...), moderators...) {
		for _, text := range lines {
			_, err := server.Say(twitch.Utterance{User: who.name, Text: text, Roles: who.roles})
			require.NoError(t, err)
		}
	}
}
