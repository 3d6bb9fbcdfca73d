package youtube_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/destination"
)

func TestWhoeverLosesTheSessionToSomebodyElseSendsNothing(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.fails(askOpen, 1, func(_ *fake, w http.ResponseWriter, r *http.Request, honest http.HandlerFunc) {
			b.store.mu.Lock()
			b.store.session.Address = "http://127.0.0.1/upload/youtube/v3/videos?upload_id=secret-other"
			b.store.session.Opened++
			b.store.mu.Unlock()
			honest(w, r)
		})
		_, err := b.publish()
		refused := b.requireKind(err, destination.Retry)
		require.Contains(t, refused.Reason, "somebody else")
		require.Zero(t, b.count(askSend))
		require.Zero(t, b.count(askStatus))
	})
}

func TestWhoeverLosesTheSessionNeverSendsTheLastByte(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.fails(askSend, 3, func(_ *fake, w http.ResponseWriter, r *http.Request, honest http.HandlerFunc) {
			b.store.mu.Lock()
			b.store.session.Address = "http://127.0.0.1/upload/youtube/v3/videos?upload_id=secret-other"
			b.store.mu.Unlock()
			honest(w, r)
		})
		_, err := b.publish()
		refused := b.requireKind(err, destination.Retry)
		require.Contains(t, refused.Reason, "somebody else")
		require.Equal(t, 3, b.count(askSend))
		require.Empty(t, b.fake.videos)
	})
}

func TestALostSessionThatSomebodyElseReplacedIsLeftToThem(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.fails(askSend, 2, func(f *fake, w http.ResponseWriter, r *http.Request, honest http.HandlerFunc) {
			b.store.mu.Lock()
			b.store.session.Address = "http://127.0.0.1/upload/youtube/v3/videos?upload_id=secret-other"
			b.store.mu.Unlock()
			refusing(404, "notFound")(f, w, r, honest)
		})
		_, err := b.publish()
		b.requireKind(err, destination.Retry)
		require.Equal(t, 1, b.count(askOpen))
		require.Contains(t, b.store.session.Address, "secret-other")
	})
}

func TestNothingIsSentWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	for call, sends := range map[string]int{"read": 0, "replace": 0, "finishing": 3} {
		t.Run(call, func(t *testing.T) {
			within(t, func(t *testing.T, b *bench) {
				b.store.before = func(name string) error {
					if name == call {
						return errors.New("connection refused")
					}
					return nil
				}
				_, err := b.publish()
				b.requireKind(err, destination.Retry)
				require.Equal(t, sends, b.count(askSend))
				b.store.before = nil
				published, err := b.publish()
				b.requireOne(published, err)
			})
		})
	}
}
