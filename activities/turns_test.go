package activities_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/streamsuites/streamsuites/activities"
	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/media"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// stage is one creator who is live on several platforms, with a real database.
type stage struct {
	t     *testing.T
	dir   string
	store *store.Store

	mu      sync.Mutex
	sources map[chat.Platform]activities.Source
	ends    map[chat.Platform]chan error // what a platform's recorder ends with
	folders map[chat.Platform]string
	stuck   map[chat.Platform]bool // its recorder records nothing
}

func newStage(t *testing.T) *stage {
	t.Helper()
	_, s := storetest.New(t)
	return &stage{
		t: t, dir: t.TempDir(), store: s,
		sources: map[chat.Platform]activities.Source{}, ends: map[chat.Platform]chan error{},
		folders: map[chat.Platform]string{}, stuck: map[chat.Platform]bool{},
	}
}

// Source implements activities.Sources.
func (s *stage) Source(_ context.Context, stream control.Stream) (activities.Source, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sources[stream.Platform], nil
}

// live runs the capture of a platform's stream until stop closes, and sends what
// became of it.
func (s *stage) live(p chat.Platform, source activities.Source) (ended chan error, stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sources[p], s.ends[p] = source, make(chan error, 1)
	end, ended := s.ends[p], make(chan error, 1)
	a := &activities.Capture{
		StateDir: s.dir, Host: "h1", Window: time.Minute, Sources: s, Store: s.store, Clock: time.Now, Log: zerolog.Nop(),
		NewRecorder: func(cfg media.RecorderConfig) (activities.Recorder, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.folders[p] = cfg.Dir
			idle := s.stuck[p]
			return recorder(func(ctx context.Context) error {
				cfg.OnProgress(media.Progress{State: media.StateConnecting})
				now := time.Now()
				if !idle {
					cfg.OnProgress(media.Progress{State: media.StateRecording, Segments: 9, Oldest: now.Add(-time.Minute), Newest: now})
				}
				select {
				case err := <-end:
					return err
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			}), nil
		},
	}
	env, stopping := newEnv(task.Capture, a.Run)
	go func() {
		_, err := env.ExecuteActivity(task.Capture.Name, task.CaptureInput{
			Stream: control.Stream{CreatorID: "c1", Platform: p, StreamID: "on-" + string(p), Channel: "cee"},
		})
		ended <- err
	}()
	stop = sync.OnceFunc(func() { close(stopping); s.handedOver(<-ended) })
	s.t.Cleanup(stop)
	return ended, stop
}

func (s *stage) handedOver(err error) {
	if err == nil {
		return
	}
	var application *temporal.ApplicationError
	require.ErrorAs(s.t, err, &application)
}

// await waits until the captures stand as wanted.
func (s *stage) await(want ...string) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		captures, err := s.store.Captures(s.t.Context())
		require.NoError(s.t, err)
		var states []string
		recording := 0
		for _, c := range captures {
			states = append(states, c.Platform+" "+c.State)
			if c.State == media.StateRecording {
				recording++
			}
		}
		require.LessOrEqual(s.t, recording, 1, "one recording a creator")
		slices.Sort(states)
		return slices.Equal(want, states)
	}, time.Minute, 50*time.Millisecond, "%v", want)
}

func (s *stage) folder(p chat.Platform) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.folders[p]
}

func resolved(context.Context) (string, error) { return "https://origin/live.m3u8?token=secret", nil }

func TestOneRecordingACreatorAndTheOthersTakeOverWhenItEnds(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	shared := activities.Source{Resolve: resolved, Shared: true}
	twitch, _ := s.live(chat.Twitch, shared)
	s.await("twitch recording")
	_, stopYouTube := s.live(chat.YouTube, shared)
	s.await("twitch recording", "youtube standby")
	_, stopKick := s.live(chat.Kick, shared)
	s.await("kick standby", "twitch recording", "youtube standby")
	stopKick()
	s.await("kick ended", "twitch recording", "youtube standby")

	s.ends[chat.Twitch] <- nil
	require.NoError(t, <-twitch)
	twitch <- nil
	s.await("kick ended", "twitch ended", "youtube recording")
	require.Equal(t, s.folder(chat.Twitch), s.folder(chat.YouTube), "the same source goes on in the same buffer")
	require.True(t, strings.HasSuffix(s.folder(chat.Twitch), "twitch-on-twitch"))
	for _, at := range []time.Time{time.Now().Add(-30 * time.Second), time.Now()} {
		found, err := s.store.CaptureFor(t.Context(), "c1", at)
		require.NoError(t, err)
		require.True(t, strings.HasSuffix(found.Dir, "twitch-on-twitch"))
	}
	stopYouTube()
	s.await("kick ended", "twitch ended", "youtube ended")
}

func TestThePreferredPlatformIsRecordedOnceItsAddressIsFound(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	own := activities.Source{Resolve: resolved, Outranks: func(string) bool { return false }}
	s.live(chat.Twitch, own)
	s.await("twitch recording")
	asked := make(chan struct{})
	answer := make(chan error)
	preferred := activities.Source{
		Outranks: func(platform string) bool { return platform == "twitch" },
		Resolve: func(context.Context) (string, error) {
			close(asked)
			return "https://origin/live.m3u8", <-answer
		},
	}
	s.live(chat.YouTube, preferred)
	<-asked
	s.await("twitch recording", "youtube standby")
	answer <- nil
	s.await("twitch standby", "youtube recording")
	require.NotEqual(t, s.folder(chat.Twitch), s.folder(chat.YouTube), "different sources have buffers of their own")
}

func TestAPreferredPlatformWithoutAnAddressLeavesTheRecordingAlone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.live(chat.Twitch, activities.Source{Resolve: resolved})
	s.await("twitch recording")
	asked := make(chan struct{})
	s.live(chat.YouTube, activities.Source{
		Outranks: func(string) bool { return true },
		Resolve:  func(context.Context) (string, error) { close(asked); return "", errors.New("offline") },
	})
	<-asked
	s.await("twitch recording", "youtube standby")
}

func TestAnotherSourceTakesOverFromARecorderThatBringsNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.stuck[chat.Twitch] = true
	own := activities.Source{Resolve: resolved}
	s.live(chat.Twitch, own)
	s.await("twitch connecting")
	s.live(chat.YouTube, own)
	s.await("twitch standby", "youtube recording")
}
