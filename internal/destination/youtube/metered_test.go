package youtube_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/quota"
)

// quotas keeps one creator's day in memory.
type quotas struct {
	mu       sync.Mutex
	state    quota.State
	markedBy string
	open     map[int64]int64 // units by reservation
	methods  map[string]int64
	next     int64
	err      error
}

func newQuotas() *quotas { return &quotas{open: map[int64]int64{}, methods: map[string]int64{}} }

func (q *quotas) ReserveQuota(_ context.Context, r quota.Request) (quota.Reservation, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err != nil {
		return quota.Reservation{}, q.err
	}
	if _, refused := r.Decide(q.state); refused != nil {
		return quota.Reservation{}, refused
	}
	q.next++
	q.open[q.next] = r.Units
	q.methods[r.Method] += r.Units
	q.state.Reserved += r.Units
	return quota.Reservation{ID: q.next, Key: r.Key, Units: r.Units}, nil
}

func (q *quotas) SettleQuota(_ context.Context, r quota.Reservation, units int64, _ time.Time) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.state.Reserved -= q.open[r.ID]
	q.state.Used += units
	delete(q.open, r.ID)
	return nil
}

func (q *quotas) ExhaustQuota(_ context.Context, r quota.Request) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.state.Marked, q.markedBy = true, r.Method
	return nil
}

func (q *quotas) ReopenQuota(_ context.Context, r quota.Request) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.markedBy == r.Method {
		q.state.Marked, q.markedBy = false, ""
	}
	return nil
}

// metered gives the bench's channel a day of that many units.
func (b *bench) metered(units int64) *quotas {
	q := newQuotas()
	b.quotas = q
	b.terms = quota.Terms{Limits: quota.Limits{Max: units}, Costs: quota.YouTubeCosts().With(quota.Costs{"videos.insert": 100})}
	return q
}

func TestEveryCallThatCostsUnitsIsCountedAndSettled(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		q := b.metered(10_000)
		b.fails(askSend, 2, losing)
		published, err := b.publish()
		b.requireOne(published, err)
		require.Empty(t, q.open)
		require.Zero(t, q.state.Reserved)
		want := int64(100*b.count(askOpen) + b.count(askChannels) + b.count(askPlaylist) + b.count(askVideos))
		require.Equal(t, want, q.state.Used)
		require.Equal(t, 2, b.count(askOpen))
		require.Equal(t, int64(200), q.methods["videos.insert"])
	})
}

// losing is a session that is gone.
func losing(_ *fake, w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
	w.WriteHeader(http.StatusNotFound)
}

func TestAnUploadWaitsForTheNextDayWithoutAskingThePlatform(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		q := b.metered(99)
		_, err := b.publish()
		refused := b.requireKind(err, destination.Deferred)
		require.Equal(t, quota.DayOf("youtube", time.Now()).Ends, refused.Until)
		require.Zero(t, b.count(askOpen))
		require.Zero(t, q.state.Used)
		require.Empty(t, q.open)
	})
}

func TestThePlatformsOwnWordMarksTheDayAndCostsNothing(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		q := b.metered(10_000)
		b.fails(askOpen, 0, refusing(403, "quotaExceeded"))
		_, err := b.publish()
		b.requireKind(err, destination.Deferred)
		require.True(t, q.state.Marked)
		require.Zero(t, q.state.Used)
		require.Equal(t, 1, b.count(askOpen))
		_, err = b.publish()
		b.requireKind(err, destination.Deferred)
		require.Equal(t, 1, b.count(askOpen), "it is not asked again")
	})
}

func TestAPersonWhoInsistsMakesThePlatformBeAskedAgain(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		q := b.metered(10_000)
		b.fails(askOpen, 1, refusing(403, "quotaExceeded"))
		_, err := b.publish()
		b.requireKind(err, destination.Deferred)
		b.item.Insisted = true
		published, err := b.publish()
		b.requireOne(published, err)
		require.False(t, q.state.Marked, "the platform takes uploads again")
	})
}

func TestAQuotaThatThePlatformEndsInMidUploadIsMarkedToo(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		q := b.metered(10_000)
		b.fails(askSend, 2, refusing(403, "quotaExceeded"))
		_, err := b.publish()
		b.requireKind(err, destination.Deferred)
		require.True(t, q.state.Marked)
		b.item.Insisted = true
		published, err := b.publish()
		b.requireOne(published, err)
		require.False(t, q.state.Marked)
	})
}

func TestAClipThatIsThereIsPublishedWithoutUnitsToAskHowItStands(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		q := b.metered(100)
		published, err := b.publish()
		b.requireOne(published, err)
		require.Zero(t, b.count(askVideos))
		require.Equal(t, int64(100), q.state.Used)
	})
}

func TestACallWithoutAnAnswerCountsAsMade(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		q := b.metered(10_000)
		b.fails(askOpen, 0, refusing(503, "backendError"))
		_, err := b.publish()
		b.requireKind(err, destination.Retry)
		require.Equal(t, int64(100), q.state.Used)
	})
}

func TestWithoutTheCountNothingIsCalled(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		q := b.metered(10_000)
		q.err = errors.New("connection refused")
		_, err := b.publish()
		b.requireKind(err, destination.Retry)
		require.Zero(t, b.count(askOpen))
	})
}
