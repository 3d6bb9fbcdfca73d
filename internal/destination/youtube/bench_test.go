package youtube_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/destination/youtube"
	platform "github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/quota"
)

// store is where sessions are remembered, in memory.
type store struct {
	mu      sync.Mutex
	session clip.UploadSession
	before  func(call string) error // may be nil
	after   func(call string) error
}

func (s *store) call(name string, do func()) error {
	if s.before != nil {
		if err := s.before(name); err != nil {
			return err
		}
	}
	s.mu.Lock()
	do()
	s.mu.Unlock()
	if s.after != nil {
		return s.after(name)
	}
	return nil
}

func (s *store) UploadSession(context.Context, string, string) (found clip.UploadSession, err error) {
	err = s.call("read", func() { found = s.session })
	return found, err
}

func (s *store) ReplaceUploadSession(_ context.Context, _, _, before, after string) (done bool, err error) {
	err = s.call("replace", func() {
		if done = s.session.Address == before; !done {
			return
		}
		s.session.Address = after
		if after != "" {
			s.session = clip.UploadSession{Address: after, Opened: s.session.Opened + 1, OpenedAt: time.Now()}
		}
	})
	return done, err
}

func (s *store) RefuseUploadSession(_ context.Context, _, _, address string) (done bool, err error) {
	err = s.call("refuse", func() {
		if done = s.session.Address == address; done {
			s.session.Address, s.session.FinishingAt = "", time.Time{}
		}
	})
	return done, err
}

func (s *store) FinishingUpload(_ context.Context, _, _, address string) (done bool, err error) {
	err = s.call("finishing", func() {
		if done = s.session.Address == address; done {
			s.session.FinishingAt = time.Now()
		}
	})
	return done, err
}

// secrets are in no error and no log line.
var secrets = []string{"secret-", "access-", "refresh-1", "upload_id", "app-secret"}

// bench is a destination before a platform in memory.
type bench struct {
	t        *testing.T
	fake     *fake
	store    *store
	chunk    int64
	item     destination.Item
	content  []byte
	metadata youtube.Metadata
	sent     []int64
	called   []string // addresses
	wrap     func(http.RoundTripper) http.RoundTripper
	dialer   *http.Transport
	log      zerolog.Logger
	quotas   youtube.Quotas // nil for none
	calls    youtube.Calls  // nil for none
	terms    quota.Terms
}

// within runs a test in a bubble with a clock and a network of its own.
func within(t *testing.T, act func(t *testing.T, b *bench)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { act(t, newBench(t, 3*unit+12_345)) })
}

func newBench(t *testing.T, size int) *bench {
	t.Helper()
	logged := &bytes.Buffer{}
	b := &bench{t: t, fake: newFake(), store: &store{}, log: zerolog.New(zerolog.SyncWriter(logged)), content: make([]byte, size), chunk: unit}
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(b.content)
	server, network := b.fake.serve()
	t.Cleanup(func() {
		close(b.fake.ended)
		b.dialer.CloseIdleConnections()
		server.CloseClientConnections()
		server.Close()
		for _, secret := range secrets {
			require.NotContains(t, logged.String(), secret)
		}
	})
	path := filepath.Join(t.TempDir(), "ab12cd.mp4")
	require.NoError(t, os.WriteFile(path, b.content, 0o600))
	sum := sha256.Sum256(b.content)
	at := time.Now()
	b.item = destination.Item{
		ClipID: "ab12cd", CreatorID: "c1", Path: path, Bytes: int64(size), SHA256: hex.EncodeToString(sum[:]),
		Title: clip.Title("Boss fight", "ann", at, "ab12cd"), Creator: "Nova", SourceTitle: "Boss fight", Clipper: "ann", RequestedAt: at,
	}
	b.dialer = &http.Transport{DialContext: func(_ context.Context, _, address string) (net.Conn, error) {
		b.fake.mu.Lock()
		b.called = append(b.called, address)
		b.fake.mu.Unlock()
		return network.dial()
	}}
	return b
}

// client is a client as a new process would have it.
func (b *bench) client() *platform.Client {
	var transport http.RoundTripper = b.dialer
	if b.wrap != nil {
		transport = b.wrap(transport)
	}
	client, err := platform.New(platform.Config{
		Endpoints: platform.Endpoints{API: "http://127.0.0.1", OAuth: "http://127.0.0.1/token"},
		ClientID:  "app", ClientSecret: "app-secret", RefreshToken: "refresh-1",
		HTTPClient: &http.Client{Transport: transport}, Log: b.log,
	})
	require.NoError(b.t, err)
	return client
}

// destination is the destination as a new process would have it.
func (b *bench) destination() *youtube.YouTube {
	client := b.client()
	return youtube.New(youtube.Options{
		Channel: func(creatorID string) (youtube.Channel, bool) {
			return youtube.Channel{Client: client, Video: b.metadata, Quota: b.terms}, creatorID == "c1"
		},
		Quotas: b.quotas, Calls: b.calls, Sessions: b.store, ChunkBytes: b.chunk, Log: b.log,
	})
}

// publish makes one attempt, and waits until the platform is done with it too.
func (b *bench) publish() (destination.Published, error) {
	defer synctest.Wait()
	return b.destination().Publish(b.t.Context(), b.item, func(n int64) { b.sent = append(b.sent, n) })
}

// fails makes the n-th request of a kind fail; 0 means each.
func (b *bench) fails(kind string, nth int, do func(f *fake, w http.ResponseWriter, r *http.Request, honest http.HandlerFunc)) {
	b.fake.faults = append(b.fake.faults, &fault{kind: kind, nth: nth, do: do})
}

// mended ends all faults.
func (b *bench) mended() {
	b.fake.mu.Lock()
	defer b.fake.mu.Unlock()
	b.fake.faults = nil
}

// count is how many requests of a kind there were.
func (b *bench) count(kind string) (n int) {
	b.fake.mu.Lock()
	defer b.fake.mu.Unlock()
	for _, asked := range b.fake.asked {
		if asked == kind {
			n++
		}
	}
	return n
}

// requireOne makes sure that the clip is there once, whole, and was named.
func (b *bench) requireOne(published destination.Published, err error) {
	b.t.Helper()
	require.NoError(b.t, err)
	b.fake.mu.Lock()
	defer b.fake.mu.Unlock()
	require.Len(b.t, b.fake.videos, 1)
	v := b.fake.videos[0]
	require.True(b.t, string(v.bytes) == string(b.content), "the bytes are those of the clip")
	require.Equal(b.t, destination.Published{URL: "https://www.youtube.com/watch?v=" + v.id, Ref: v.id}, published)
}

// requireKind makes sure that err is a refusal of that kind which leaks nothing.
func (b *bench) requireKind(err error, kind destination.Kind) *destination.Error {
	b.t.Helper()
	var refused *destination.Error
	require.ErrorAs(b.t, err, &refused)
	require.Equal(b.t, kind, refused.Kind, refused)
	require.NotEmpty(b.t, refused.Reason)
	for _, secret := range secrets {
		require.NotContains(b.t, err.Error(), secret)
	}
	return refused
}
