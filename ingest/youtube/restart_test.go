package youtube

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	sim "github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// shelf keeps cursors as a database would.
type shelf struct {
	mu    sync.Mutex
	kept  map[string]Cursor
	saves int
	err   error
}

func (s *shelf) LoadCursor(_ context.Context, channel string) (Cursor, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[channel], s.err
}

func (s *shelf) SaveCursor(_ context.Context, channel string, c Cursor) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	s.kept[channel] = c
	s.saves++
	return nil
}

// restart ends the client and runs another one, which remembers only the shelf.
func (s *stage) restart() {
	cfg := s.client.cfg
	s.end()
	s.rec = &recorder{}
	s.run(cfg)
}

func TestARestartedReaderGoesOnWhereTheOneBeforeWas(t *testing.T) {
	kept := &shelf{kept: map[string]Cursor{}}
	play(t, func(_ *stage, cfg *Config) { cfg.Cursors = kept }, func(s *stage) {
		s.say("before")
		s.pass(time.Second)
		s.join()
		s.say("one")
		s.pass(time.Minute)
		s.say("two")
		s.pass(time.Second)
		s.restart()
		s.say("down")
		s.pass(time.Minute)
		s.join()
		texts := map[string]bool{}
		for _, m := range s.rec.of(chat.Message) {
			texts[m.Text] = m.History
		}
		require.Equal(t, map[string]bool{"two": false, "down": false}, texts,
			"what came last is read again, as it may not have been stored; nothing of it is history")
		require.Positive(t, kept.saves)
	})
}

func TestACursorThatIsNoLongerGoodFallsBackToTheHistory(t *testing.T) {
	kept := &shelf{kept: map[string]Cursor{}}
	play(t, func(_ *stage, cfg *Config) { cfg.Cursors = kept }, func(s *stage) {
		s.join()
		s.say("one")
		s.pass(time.Minute)
		s.end()
		kept.kept[harbor] = Cursor{ChatID: kept.kept[harbor].ChatID, Page: "nonsense", LastAt: kept.kept[harbor].LastAt}
		s.say("down")
		s.pass(time.Minute)
		s.rec = &recorder{}
		cfg := s.client.cfg
		s.run(cfg)
		s.join()
		texts := map[string]bool{}
		for _, m := range s.rec.of(chat.Message) {
			texts[m.Text] = m.History
		}
		require.Equal(t, map[string]bool{"one": true, "down": false}, texts)
	})
}

func TestACursorOfAnotherBroadcastIsNotUsed(t *testing.T) {
	kept := &shelf{kept: map[string]Cursor{harbor: {ChatID: "another", Page: "p", LastAt: time.Now()}}}
	play(t, func(_ *stage, cfg *Config) { cfg.Cursors = kept }, func(s *stage) {
		s.say("before")
		s.pass(time.Second)
		s.join()
		require.True(t, s.rec.of(chat.Message)[0].History)
		require.Empty(t, s.requests(streams, time.Time{})[0].query.Get("pageToken"))
	})
}

func TestReadingGoesOnWithoutAPlaceForCursors(t *testing.T) {
	kept := &shelf{kept: map[string]Cursor{}, err: errors.New("no database")}
	play(t, func(_ *stage, cfg *Config) { cfg.Cursors = kept }, func(s *stage) {
		s.join()
		s.say("one")
		s.pass(time.Minute)
		require.Equal(t, []string{"one"}, s.rec.texts())
	})
}

func TestAClientRunsOnceAndCountsWhatItDid(t *testing.T) {
	play(t, polled, func(s *stage) {
		s.join()
		require.ErrorIs(t, s.client.Run(s.Context()), ErrRunning)
		require.Error(t, New(Config{}, s.rec).Run(s.Context()))
		s.fault(sim.TargetChatList, "duplicate", 1)
		s.say("one", "two")
		s.pass(time.Minute)
		stats := s.client.Stats()
		require.Equal(t, int64(2), stats.Messages)
		require.Positive(t, stats.Duplicates)
		require.Equal(t, int64(1), stats.Readers)
		require.Positive(t, stats.Polls)
		require.Zero(t, stats.Streams)
		s.client.Part(harbor)
		s.pass(time.Second)
		require.Zero(t, s.client.Stats().Readers)
	})
}
