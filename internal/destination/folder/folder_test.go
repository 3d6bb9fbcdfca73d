package folder_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/destination/folder"
)

func TestAClipIsPublishedWholeUnderItsAddress(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	published, err := b.publish()
	require.NoError(t, err)
	require.Equal(t, "http://127.0.0.1:8080/base/clips/ab12cd.mp4", published.URL)
	require.Equal(t, b.content, b.read("ab12cd.mp4"))
	require.Equal(t, []string{"ab12cd.mp4"}, b.names(), "nothing else is left")
	require.Equal(t, int64(len(b.content)), b.sent)
}

func TestAClipThatIsThereAlreadyIsNotWrittenAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, err := b.publish()
	require.NoError(t, err)
	before, err := os.Stat(filepath.Join(b.dir, "ab12cd.mp4"))
	require.NoError(t, err)
	require.NoError(t, os.Remove(b.item.Path), "not even the source is needed")
	published, err := b.publish()
	require.NoError(t, err)
	require.Equal(t, "ab12cd.mp4", published.Ref)
	after, err := os.Stat(filepath.Join(b.dir, "ab12cd.mp4"))
	require.NoError(t, err)
	require.True(t, os.SameFile(before, after))
}

func TestAnotherFileUnderTheClipsNameIsReplaced(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.write("ab12cd.mp4", strings.Repeat("x", len(b.content)))
	_, err := b.publish()
	require.NoError(t, err)
	require.Equal(t, b.content, b.read("ab12cd.mp4"))
}

func TestASourceThatWasChangedIsNeverSeen(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	require.NoError(t, os.WriteFile(b.item.Path, []byte("half"), 0o600))
	_, err := b.publish()
	requireKind(t, err, destination.Final)
	require.Empty(t, b.names())
}

func TestASourceThatIsGoneIsFinal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	require.NoError(t, os.Remove(b.item.Path))
	_, err := b.publish()
	requireKind(t, err, destination.Final)
}

func TestAFolderThatIsGoneMayComeBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	require.NoError(t, os.RemoveAll(b.dir))
	_, err := b.publish()
	requireKind(t, err, destination.Retry)
	require.NoError(t, os.MkdirAll(b.dir, 0o700))
	_, err = b.publish()
	require.NoError(t, err)
}

func TestACancelledCopyLeavesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.to.Publish(ctx, b.item, func(int64) {})
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, b.names())
}

func TestTwoAttemptsAtOnceEndInOneWholeFile(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, err := b.to.Publish(t.Context(), b.item, func(int64) {})
			require.NoError(t, err)
		})
	}
	all.Wait()
	require.Equal(t, b.content, b.read("ab12cd.mp4"))
	require.Equal(t, []string{"ab12cd.mp4"}, b.names())
}

func TestAnIdThatIsAPathIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.item.ClipID = "../x"
	_, err := b.publish()
	requireKind(t, err, destination.Final)
}

func TestAnAddressThatNobodyCanOpenIsRefused(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "/clips", "ftp://host", "http://", "http://a b"} {
		_, err := folder.New(t.TempDir(), base)
		require.Error(t, err, base)
	}
}

func TestWhatAKilledProcessLeftIsRemovedAtTheStart(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.write(".ab12cd.123.tmp", "half")
	old := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(filepath.Join(b.dir, ".ab12cd.123.tmp"), old, old))
	b.write(".ab12cd.456.tmp", "another worker of this host is copying")
	_, err := folder.New(b.dir, "http://host")
	require.NoError(t, err)
	require.Equal(t, []string{".ab12cd.456.tmp"}, b.names())
}

func requireKind(t *testing.T, err error, kind destination.Kind) {
	t.Helper()
	var refused *destination.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, kind, refused.Kind, refused)
	require.NotEmpty(t, refused.Reason)
	require.NotContains(t, refused.Reason, "/", "the reason is for the creator and names no path")
}

type bench struct {
	t       *testing.T
	dir     string
	to      *folder.Folder
	item    destination.Item
	content string
	sent    int64
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, dir: filepath.Join(t.TempDir(), "clips", "published"), content: strings.Repeat("video", 500_000)}
	source := filepath.Join(t.TempDir(), "ab12cd.mp4")
	require.NoError(t, os.WriteFile(source, []byte(b.content), 0o600))
	sum := sha256.Sum256([]byte(b.content))
	b.item = destination.Item{
		ClipID: "ab12cd", CreatorID: "c1", Path: source, Bytes: int64(len(b.content)), SHA256: hex.EncodeToString(sum[:]),
	}
	var err error
	b.to, err = folder.New(b.dir, "http://127.0.0.1:8080/base/")
	require.NoError(t, err)
	return b
}

func (b *bench) publish() (destination.Published, error) {
	return b.to.Publish(b.t.Context(), b.item, func(n int64) { b.sent = n })
}

func (b *bench) write(name, content string) {
	require.NoError(b.t, os.WriteFile(filepath.Join(b.dir, name), []byte(content), 0o600))
}

func (b *bench) read(name string) string {
	content, err := os.ReadFile(filepath.Join(b.dir, name))
	require.NoError(b.t, err)
	return string(content)
}

func (b *bench) names() (names []string) {
	entries, err := os.ReadDir(b.dir)
	require.NoError(b.t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
