package exports

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/diskspace"
	"github.com/streamsuites/streamsuites/internal/logging/logtest"
)

// hanging is a file system that does not answer questions about one folder until
// it is freed.
type hanging struct {
	folder string
	asked  chan struct{} // closed with the first question
	once   sync.Once
	free   chan struct{}
}

func (h *hanging) Room(folder string) (diskspace.Room, error) {
	if folder == h.folder {
		h.once.Do(func() { close(h.asked) })
		<-h.free
	}
	return diskspace.Room{}, errors.New("nobody knows")
}

func TestAMirrorThatHangsHoldsUpNeitherTheTreeNorTheOtherMirrors(t *testing.T) {
	t.Parallel()
	tr, log := newTree(t), &logtest.Buffer{}
	stuck, file := filepath.Join(t.TempDir(), "stuck"), filepath.Join(t.TempDir(), "mirrors.json")
	states := func() map[string]MirrorState {
		all, err := ReadMirrors(file)
		require.NoError(t, err)
		by := map[string]MirrorState{}
		for _, s := range all {
			by[s.Root] = s
		}
		return by
	}
	synctest.Test(t, func(t *testing.T) {
		h := &hanging{folder: stuck, asked: make(chan struct{}), free: make(chan struct{})}
		o := tr.options()
		o.Mirrors = []string{stuck, tr.mirror}
		o.Room, o.Log, o.Health, o.Patience = h.Room, zerolog.New(log), file, 2*time.Second
		w, err := OpenWriter(o)
		require.NoError(t, err)

		start := time.Now()
		mustWrite(t, w, doc(FileClips, "a"), doc(FileJobs, "a"))
		<-h.asked
		require.Equal(t, o.Patience, time.Since(start), "so long and no longer")
		for _, text := range []string{"b", "c"} {
			mustWrite(t, w, doc(FileClips, text))
			require.Equal(t, `"`+text+`"`, tr.read(tr.canonical, FileClips))
			require.Equal(t, `"`+text+`"`, tr.read(tr.mirror, FileClips))
			tr.manifest()
		}
		require.Equal(t, o.Patience, time.Since(start), "nobody waits for it again")
		require.Equal(t, 1, strings.Count(log.String(), "cannot be written"), "it is said once")
		require.Contains(t, states()[stuck].Error, "the file system does not answer")
		require.True(t, states()[tr.mirror].OK)

		close(h.free)
		synctest.Wait()
		mustWrite(t, w)
		require.True(t, states()[stuck].OK)
	})
	require.Equal(t, `"c"`, tr.read(stuck, FileClips), "the newest of what it missed")
	require.Equal(t, `"a"`, tr.read(stuck, FileJobs))
	require.Equal(t, tr.read(tr.canonical, FileManifest), tr.read(stuck, FileManifest))
	require.Equal(t, 1, strings.Count(log.String(), "written again"))
}

func TestAClosedWriterLeavesItsMirrorsAlone(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	h := &hanging{folder: tr.mirror, asked: make(chan struct{}), free: make(chan struct{})}
	o := tr.options()
	o.Room, o.Log, o.Patience = h.Room, zerolog.Nop(), time.Millisecond
	w, err := OpenWriter(o)
	require.NoError(t, err)
	mustWrite(t, w, doc(FileClips, "a"), doc(FileJobs, "a"))
	<-h.asked
	done := w.mirrors[0].done
	w.Close()
	close(h.free)
	<-done
	require.Equal(t, "<none>", tr.read(tr.mirror, FileClips))
	require.Equal(t, "<none>", tr.read(tr.mirror, FileManifest))
}

func TestAClosedWriterIsThroughWithTheFilesThatItWasAt(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	synctest.Test(t, func(t *testing.T) {
		h := &hanging{folder: tr.mirror, asked: make(chan struct{}), free: make(chan struct{})}
		o := tr.options()
		o.Room, o.Log, o.Patience = h.Room, zerolog.Nop(), time.Minute
		w, err := OpenWriter(o)
		require.NoError(t, err)
		go func() { _, _ = w.Write([]Document{doc(FileClips, "a")}) }()
		<-h.asked
		closed := make(chan struct{})
		go func() { defer close(closed); w.Close() }()
		synctest.Wait()
		require.NotNil(t, w.mirrors[0].close(), "it is at a file")
		select {
		case <-closed:
			require.Fail(t, "it did not wait")
		default:
		}
		close(h.free)
		<-closed
		require.Nil(t, w.mirrors[0].close(), "it is through")
	})
}

func TestACopyThatLacksADocumentGetsNoManifestUntilItHasIt(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	require.NoError(t, os.MkdirAll(filepath.Join(tr.mirror, FileJobs, "x"), 0o755)) // a folder where the file should be
	w := tr.open()
	mustWrite(t, w, doc(FileClips, "a"), doc(FileJobs, "a"))
	require.Equal(t, `"a"`, tr.read(tr.mirror, FileClips))
	require.Equal(t, "<none>", tr.read(tr.mirror, FileManifest))
	require.NoError(t, os.RemoveAll(filepath.Join(tr.mirror, FileJobs)))
	mustWrite(t, w, doc(FileClips, "a"))
	require.Equal(t, `"a"`, tr.read(tr.mirror, FileJobs), "what failed is tried again with the next write")
	require.Equal(t, tr.read(tr.canonical, FileManifest), tr.read(tr.mirror, FileManifest))
	require.Equal(t, 1, strings.Count(tr.log.String(), "written again"))
}

func TestFurtherNamesStandInMirrorsAndPartsInOlderTrees(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	older := filepath.Join(t.TempDir(), "signals")
	site := filepath.Join(t.TempDir(), "site")
	o := tr.options()
	names := func(file string) []string {
		if name, in := strings.CutPrefix(file, "signals/"); in {
			return []string{name}
		}
		return nil
	}
	o.Parts = []Part{{Dir: older, Names: names, Local: true}, {Dir: site, Names: names}}
	w, err := OpenWriter(o)
	require.NoError(t, err)
	votes := Document{File: "signals/votes.json", Visibility: DashboardOnly, Also: []string{"votes.json"}, Data: []byte(`"v"`)}
	secret := Document{File: "signals/secret.json", Visibility: InternalOnly, Also: []string{"secret.json"}, Data: []byte(`"s"`)}
	mustWrite(t, w, doc(FileClips, "a"), votes, secret)
	require.Equal(t, `"v"`, tr.read(tr.canonical, "signals/votes.json"))
	require.Equal(t, "<none>", tr.read(tr.canonical, "votes.json"))
	for _, place := range [][2]string{{tr.mirror, "signals/votes.json"}, {tr.mirror, "votes.json"}, {older, "votes.json"}, {site, "votes.json"}} {
		require.Equal(t, `"v"`, tr.read(place[0], place[1]), place)
	}
	require.Equal(t, `"s"`, tr.read(older, "secret.json"), "on this machine, as in the canonical tree")
	for _, place := range [][2]string{{tr.mirror, "signals/secret.json"}, {tr.mirror, "secret.json"}, {site, "secret.json"}, {older, FileClips}, {older, FileManifest}} {
		require.Equal(t, "<none>", tr.read(place[0], place[1]), place)
	}
}

func TestAManifestThatAKilledWriterLeftBehindIsMendedAtOnce(t *testing.T) {
	t.Parallel()
	tr := written(t)
	before := tr.manifest()
	newer, err := BuildClips(FileClips, ClipsInput{Clips: []clip.Clip{someClip(7, clip.Queued)}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(tr.canonical, FileClips), newer.Data, 0o600))
	require.NoError(t, os.Remove(filepath.Join(tr.canonical, FileJobs)))
	w := tr.open()
	require.NoError(t, w.Mend())
	m := tr.manifest()
	require.Equal(t, before.Generation+1, m.Generation)
	require.Len(t, m.Documents, len(before.Documents)-1)
	require.NoError(t, w.Mend())
	require.Equal(t, before.Generation+1, tr.manifest().Generation)
}

func TestWhatSomebodyElseDidToADocumentIsNotTakenForAWritersWork(t *testing.T) {
	t.Parallel()
	tr := written(t)
	require.NoError(t, os.WriteFile(filepath.Join(tr.canonical, FileClips), []byte(`{"clips": []}`), 0o600))
	require.NoError(t, tr.open().Mend())
	_, err := readSet(os.DirFS(tr.canonical))
	require.ErrorContains(t, err, "clips.json is not as the manifest has it")
}
