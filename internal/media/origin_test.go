package media

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// fakeTime is a clock that only waiting moves, so that minutes of recording take
// milliseconds and always go the same way.
type fakeTime struct {
	mu  sync.Mutex
	now time.Time
}

func (f *fakeTime) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fakeTime) Wait(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(max(d, time.Millisecond))
	return nil
}

// origin is a live HLS origin whose segment n is on air from epoch+2n s and is
// listed when it is complete.
type origin struct {
	t      *testing.T
	clock  *fakeTime
	server *httptest.Server
	window int // segments in the playlist
	body   func(n int) []byte

	mu       sync.Mutex
	noClock  bool                 // no PROGRAM-DATE-TIME
	token    string               // without which everything is 403
	offset   int                  // of media sequence numbers
	last     int                  // number of the last segment; ENDLIST behind it
	frozen   func(time.Time) bool // the playlist does not move on
	shown    int                  // newest segment that the playlist showed
	status   func(path string) int
	tags     func(n int) string
	initial  []byte
	requests map[string]int
}

func newOrigin(t *testing.T) *origin {
	t.Helper()
	o := &origin{
		t: t, clock: &fakeTime{now: epoch.Add(21 * time.Second)}, window: 6, last: 1 << 30, shown: -1,
		body:   func(n int) []byte { return []byte(fmt.Sprintf("segment %d", n)) },
		frozen: func(time.Time) bool { return false }, status: func(string) int { return 0 }, tags: func(int) string { return "" },
		requests: map[string]int{},
	}
	o.server = httptest.NewServer(o)
	t.Cleanup(o.server.Close)
	return o
}

func (o *origin) address() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.server.URL + "/secretpath/live.m3u8?token=" + o.token
}

// change changes the origin while it is being recorded.
func (o *origin) change(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f()
}

func (o *origin) asked(part string) (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for path, times := range o.requests {
		if strings.Contains(path, part) {
			n += times
		}
	}
	return n
}

// ServeHTTP implements http.Handler.
func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.requests[r.URL.Path]++
	if status := o.status(r.URL.Path); status == -1 {
		w.Header().Set("Content-Length", "1000")
		w.Write([]byte("only the beginning"))
		return
	} else if status != 0 {
		w.WriteHeader(status)
		return
	}
	if r.URL.Query().Get("token") != o.token {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	switch {
	case name == "live.m3u8":
		w.Write([]byte(o.playlist()))
	case name == "init.mp4":
		w.Write(o.initial)
	default:
		digits, _, _ := strings.Cut(strings.TrimPrefix(name, "seg"), ".")
		n, err := strconv.Atoi(digits)
		require.NoError(o.t, err)
		w.Write(o.body(n))
	}
}

func (o *origin) playlist() string {
	now := o.clock.Now()
	if !o.frozen(now) {
		o.shown = min(int(now.Sub(epoch)/(2*time.Second))-1, o.last)
	}
	first := max(0, o.shown-o.window+1)
	var list strings.Builder
	fmt.Fprintf(&list, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:%d\n", first+o.offset)
	extension := "ts"
	if o.initial != nil {
		extension = "m4s"
		fmt.Fprintf(&list, "#EXT-X-MAP:URI=\"init.mp4?token=%s\"\n", o.token)
	}
	for n := first; n <= o.shown; n++ {
		list.WriteString(o.tags(n))
		if !o.noClock {
			fmt.Fprintf(&list, "#EXT-X-PROGRAM-DATE-TIME:%s\n", airtime(int64(60*n)).Format("2006-01-02T15:04:05.000Z07:00"))
		}
		fmt.Fprintf(&list, "#EXTINF:2.000,\nseg%d.%s?token=%s\n", n, extension, o.token)
	}
	if o.shown == o.last {
		list.WriteString("#EXT-X-ENDLIST\n")
	}
	return list.String()
}

var errEnough = errors.New("the test has seen enough")

// record runs a recorder in dir until enough says so, and returns what it left.
func (o *origin) record(dir string, change func(*RecorderConfig), enough func(Progress) bool) (*Index, error) {
	o.t.Helper()
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	cfg := RecorderConfig{
		ID: "amara/stream", Dir: dir, Clock: o.clock.Now, Wait: o.clock.Wait, Rand: func() float64 { return 0.5 }, Log: zerolog.Nop(),
		Resolve: func(context.Context) (string, error) { return o.address(), nil },
		OnProgress: func(p Progress) {
			require.NotContains(o.t, p.Err, "secretpath")
			require.NotContains(o.t, p.Err, "token")
			if enough(p) {
				cancel(errEnough)
			}
		},
	}
	if change != nil {
		change(&cfg)
	}
	r, err := NewRecorder(cfg)
	require.NoError(o.t, err)
	err = r.Run(ctx)
	ix, openErr := OpenIndex(dir)
	require.NoError(o.t, openErr)
	return ix, err
}

// until stops when the buffer reaches to the end of segment n.
func until(n int) func(Progress) bool {
	return func(p Progress) bool { return !p.Newest.Before(airtime(int64(60 * (n + 1)))) }
}

// numbersOf lists the origin's numbers of all recorded segments.
func numbersOf(ix *Index) []int {
	var all []int
	for _, s := range ix.Segments() {
		all = append(all, int(s.Start.Sub(epoch)/(2*time.Second)))
	}
	return all
}

// through returns from, from+1, … to.
func through(from, to int) []int {
	var all []int
	for n := from; n <= to; n++ {
		all = append(all, n)
	}
	return all
}
