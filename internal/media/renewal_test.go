package media

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
	simhls "github.com/streamsuites/streamsuites/internal/sim/hls"
)

// expiring is a real HLS origin whose addresses are good for a few seconds.
type expiring struct {
	t      *testing.T
	origin *simhls.Origin
	server *httptest.Server

	mu      sync.Mutex
	asked   int
	refused int // requests that were answered 403
}

func newExpiring(t *testing.T) *expiring {
	t.Helper()
	switches, err := faults.Open(filepath.Join(t.TempDir(), "faults.json"), simhls.Targets()...)
	require.NoError(t, err)
	origin, err := simhls.Open(simhls.Options{
		Dir: t.TempDir(), FFmpeg: tools(t).FFmpeg, Faults: switches, Clock: simhls.WallClock{}, Log: zerolog.Nop(),
	})
	require.NoError(t, err)
	e := &expiring{t: t, origin: origin}
	handler := origin.Handler()
	e.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &statusSeen{ResponseWriter: w}
		handler.ServeHTTP(seen, r)
		if seen.status == http.StatusForbidden {
			e.mu.Lock()
			e.refused++
			e.mu.Unlock()
		}
	}))
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- origin.Run(ctx) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-ended); e.server.Close() })
	return e
}

type statusSeen struct {
	http.ResponseWriter
	status int
}

func (s *statusSeen) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// resolve gives out addresses that are good for so long.
func (e *expiring) resolve(good time.Duration) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.asked++
		return e.origin.Signed(e.server.URL, simhls.PlaylistPath, time.Now().Add(good)), nil
	}
}

func (e *expiring) counts() (asked, refused int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.asked, e.refused
}

// record records until the buffer is that long and has seen enough, and cuts a clip out of all of it.
func (e *expiring) record(clock func() time.Time, good, length time.Duration, enough func() bool) *Index {
	e.t.Helper()
	dir := e.t.TempDir()
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	r, err := NewRecorder(RecorderConfig{
		ID: "amara/stream", Dir: dir, Clock: clock, Log: zerolog.Nop(), Resolve: e.resolve(good), Tools: tools(e.t),
		OnProgress: func(p Progress) {
			require.NotContains(e.t, p.Err, "sig=")
			if p.Newest.Sub(p.Oldest) >= length && enough() {
				cancel(errEnough)
			}
		},
	})
	require.NoError(e.t, err)
	require.ErrorIs(e.t, r.Run(ctx), errEnough)
	ix, err := OpenIndex(dir)
	require.NoError(e.t, err)
	segments := ix.Segments()
	span := Span{segments[0].Start, segments[len(segments)-1].End()}
	cover := ix.Cover(span)
	require.Empty(e.t, cover.Gaps)
	require.Equal(e.t, span.Length(), cover.Covered)

	span = Span{span.End.Add(-14 * time.Second), span.End.Add(-2 * time.Second)}
	output := e.t.TempDir() + "/ab12cd.mp4"
	cutter := &Cutter{Tools: tools(e.t), Threads: 1}
	_, err = cutter.Cut(e.t.Context(), CutRequest{Dir: dir, Span: span, Output: output})
	require.NoError(e.t, err)
	numbers := frameNumbers(e.t, output, simhls.Width, simhls.Height)
	require.InDelta(e.t, 12*simhls.FramesPerSecond, len(numbers), 1)
	require.True(e.t, slices.IsSorted(numbers))
	require.Equal(e.t, int64(len(numbers)-1), numbers[len(numbers)-1]-numbers[0], "every frame, once")
	return ix
}

func TestAddressesThatSayWhenTheyExpireAreReplacedBefore(t *testing.T) {
	t.Parallel()
	e := newExpiring(t)
	ix := e.record(time.Now, 8*time.Second, 20*time.Second, func() bool { asked, _ := e.counts(); return asked >= 6 })
	for _, s := range ix.Segments() {
		require.False(t, s.Discontinuity, "nobody can see the change")
	}
}

// A machine whose clock is far behind does not see that addresses expire.
func TestAddressesThatExpireUnseenAreAskedForAgain(t *testing.T) {
	t.Parallel()
	e := newExpiring(t)
	behind := func() time.Time { return time.Now().Add(-time.Hour) }
	e.record(behind, 6*time.Second, 20*time.Second, func() bool { _, refused := e.counts(); return refused >= 2 })
}

func TestARecorderWaitsForAnAddress(t *testing.T) {
	t.Parallel()
	o, dir := newOrigin(t), t.TempDir()
	asked := 0
	var waiting []Progress
	_, err := o.record(dir, func(cfg *RecorderConfig) {
		cfg.Resolve = func(context.Context) (string, error) {
			if asked++; asked < 4 {
				return "", errors.New("streamlink is not installed (apt install streamlink)")
			}
			return o.address(), nil
		}
	}, func(p Progress) bool {
		if p.State == StateWaiting {
			waiting = append(waiting, p)
		}
		return until(20)(p)
	})
	require.ErrorIs(t, err, errEnough)
	require.Len(t, waiting, 3)
	require.Equal(t, "waiting for an address: streamlink is not installed (apt install streamlink)", waiting[0].Err)
}

func TestASegmentThatIsRefusedForEverIsMissing(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusForbidden, http.StatusGone} {
		o, dir := newOrigin(t), t.TempDir()
		o.window = 30
		o.status = func(path string) int {
			if path == "/secretpath/seg12.ts" {
				return status
			}
			return 0
		}
		ix, err := o.record(dir, nil, until(20))
		require.ErrorIs(t, err, errEnough)
		require.Equal(t, append(through(0, 11), through(13, 20)...), numbersOf(ix))
	}
}
