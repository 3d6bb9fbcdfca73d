package exports

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/diskspace"
	"github.com/streamsuites/streamsuites/internal/durable"
)

// tree is a canonical tree with a mirror.
type tree struct {
	t                 *testing.T
	canonical, mirror string
	log               bytes.Buffer
}

func newTree(t *testing.T) *tree {
	t.Helper()
	dir := t.TempDir()
	return &tree{t: t, canonical: filepath.Join(dir, "runtime", "exports"), mirror: filepath.Join(dir, "shared", "state")}
}

func (tr *tree) options() WriterOptions {
	return WriterOptions{Canonical: tr.canonical, Mirrors: []string{tr.mirror, tr.mirror + "/", tr.canonical}, Patience: time.Hour, Log: zerolog.New(&tr.log)}
}

func (tr *tree) open() *Writer {
	tr.t.Helper()
	w, err := OpenWriter(tr.options())
	require.NoError(tr.t, err)
	return w
}

func (tr *tree) read(root, file string) string {
	tr.t.Helper()
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if os.IsNotExist(err) {
		return "<none>"
	}
	require.NoError(tr.t, err)
	return string(data)
}

func (tr *tree) manifest() Manifest {
	tr.t.Helper()
	data := tr.read(tr.canonical, FileManifest)
	require.NoError(tr.t, Validate(Document{File: FileManifest, Data: []byte(data)}))
	m, err := parseManifest([]byte(data))
	require.NoError(tr.t, err)
	for _, e := range m.Documents {
		text := tr.read(tr.canonical, e.File)
		require.Equal(tr.t, e.SHA256, hash([]byte(text)), e.File)
		require.Equal(tr.t, e.Bytes, int64(len(text)))
	}
	return m
}

func doc(file, text string) Document {
	v, _ := VisibilityOf(file)
	return Document{File: file, Visibility: v, Heartbeat: file == FileSnapshot, Data: []byte(`"` + text + `"`)}
}

func mustWrite(t *testing.T, w *Writer, docs ...Document) Report {
	t.Helper()
	r, err := w.Write(docs)
	require.NoError(t, err)
	return r
}

func TestDocumentsAreWrittenToTheTreeAndItsMirrors(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	r := mustWrite(t, tr.open(), doc(FileClips, "a"), doc(ClipPage(1), "b"))
	require.Equal(t, Report{Written: []string{FileClips, "clips/page-1.json"}, Generation: 1}, r)
	for _, root := range []string{tr.canonical, tr.mirror} {
		require.Equal(t, `"a"`, tr.read(root, FileClips))
		require.Equal(t, `"b"`, tr.read(root, "clips/page-1.json"))
	}
	require.EqualValues(t, 1, tr.manifest().Generation)
	require.Equal(t, tr.read(tr.canonical, FileManifest), tr.read(tr.mirror, FileManifest))
}

func TestWhatDidNotChangeIsNotWrittenAgain(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	old := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	mustWrite(t, tr.open(), doc(FileClips, "a"))
	files := []string{filepath.Join(tr.canonical, FileClips), filepath.Join(tr.mirror, FileClips), filepath.Join(tr.canonical, FileManifest)}
	for _, f := range files {
		require.NoError(t, os.Chtimes(f, old, old))
	}
	w := tr.open() // as after a restart
	for range 2 {
		require.Equal(t, Report{Generation: 1}, mustWrite(t, w, doc(FileClips, "a")))
	}
	for _, f := range files {
		info, err := os.Stat(f)
		require.NoError(t, err)
		require.True(t, info.ModTime().Equal(old), f)
	}
}

func TestTheGenerationGrowsWithChangesAndNotWithHeartbeats(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	w := tr.open()
	require.EqualValues(t, 1, mustWrite(t, w, doc(FileClips, "a"), doc(FileJobs, "a")).Generation)
	require.EqualValues(t, 1, mustWrite(t, w, doc(FileSnapshot, "1")).Generation)
	require.EqualValues(t, 1, mustWrite(t, w, doc(FileSnapshot, "2"), doc(FileClips, "a")).Generation)
	require.EqualValues(t, 2, mustWrite(t, w, doc(FileClips, "b"), doc(FileJobs, "b")).Generation, "once for a set")
	w = tr.open()
	require.EqualValues(t, 2, mustWrite(t, w, doc(FileClips, "b")).Generation)
	require.EqualValues(t, 3, mustWrite(t, w, doc(FileClips, "c")).Generation)
	tr.manifest()
}

func TestAFileThatSomebodyChangedIsMended(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	w := tr.open()
	mustWrite(t, w, doc(FileClips, "a"))
	require.NoError(t, os.WriteFile(filepath.Join(tr.mirror, FileClips), []byte(`"x"`), 0o600))
	require.NoError(t, os.Remove(filepath.Join(tr.canonical, FileClips)))
	require.Equal(t, Report{Written: []string{FileClips}, Generation: 1}, mustWrite(t, w, doc(FileClips, "a")))
	require.Equal(t, `"a"`, tr.read(tr.canonical, FileClips))
	require.Equal(t, `"a"`, tr.read(tr.mirror, FileClips))
}

func TestDocumentsThatAreNoMoreAreRemoved(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	w := tr.open()
	_, err := w.WriteSet([]Document{doc(FileClips, "a"), doc(ClipPage(1), "p")})
	require.NoError(t, err)
	mustWrite(t, w, doc(FileSnapshot, "s"))
	r, err := tr.open().WriteSet([]Document{doc(FileClips, "a")}, FileSnapshot)
	require.NoError(t, err)
	require.Equal(t, Report{Removed: []string{"clips/page-1.json"}, Generation: 2}, r)
	for _, root := range []string{tr.canonical, tr.mirror} {
		require.Equal(t, "<none>", tr.read(root, "clips/page-1.json"))
		require.Equal(t, `"s"`, tr.read(root, FileSnapshot))
	}
	require.Len(t, tr.manifest().Documents, 2)
}

func TestAMirrorFailsAloneAndIsSaidOnce(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	require.NoError(t, os.MkdirAll(filepath.Dir(tr.mirror), 0o755))
	require.NoError(t, os.WriteFile(tr.mirror, nil, 0o600)) // a file where the folder should be
	w := tr.open()
	mustWrite(t, w, doc(FileClips, "a"), doc(FileJobs, "a"))
	mustWrite(t, w, doc(FileClips, "b"))
	require.Equal(t, `"b"`, tr.read(tr.canonical, FileClips))
	require.Equal(t, 1, strings.Count(tr.log.String(), "cannot be written"))
	require.NoError(t, os.Remove(tr.mirror))
	mustWrite(t, w, doc(FileClips, "b"), doc(FileJobs, "a"))
	require.Equal(t, `"b"`, tr.read(tr.mirror, FileClips))
	require.Equal(t, 1, strings.Count(tr.log.String(), "written again"))
}

func TestAMirrorGivesWayWhenTheDiskIsNearlyFull(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	room := diskspace.Room{Free: 100 << 20, Total: 100 << 30}
	options := tr.options()
	options.Room = func(string) (diskspace.Room, error) { return room, nil }
	w, err := OpenWriter(options)
	require.NoError(t, err)
	for range 2 {
		_, err = w.Write([]Document{{File: FileClips, Data: []byte(`"a"`)}})
		require.NoError(t, err)
	}
	require.Equal(t, `"a"`, tr.read(tr.canonical, FileClips), "what is replaced takes no more room")
	require.Equal(t, "<none>", tr.read(tr.mirror, FileClips))
	require.Equal(t, 1, strings.Count(tr.log.String(), "a copy can wait"), "it is said once")
	room.Free = 1 << 30
	_, err = w.Write([]Document{{File: FileClips, Data: []byte(`"a"`)}})
	require.NoError(t, err)
	require.Equal(t, `"a"`, tr.read(tr.mirror, FileClips))
}

func TestADocumentThatFailsIsInNoMirrorAndHoldsNothingUp(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	w := tr.open()
	require.NoError(t, os.MkdirAll(filepath.Join(tr.canonical, FileClips), 0o755)) // a folder where the file should be
	r, err := w.Write([]Document{doc(FileClips, "a"), doc(FileJobs, "a")})
	require.ErrorContains(t, err, "export clips.json")
	require.Equal(t, []string{FileJobs}, r.Written)
	require.Equal(t, "<none>", tr.read(tr.mirror, FileClips))
	require.Equal(t, `"a"`, tr.read(tr.mirror, FileJobs))
	require.Len(t, tr.manifest().Documents, 1)
}

func TestInternalDocumentsAreNotMirrored(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	d := doc(FileJobs, "a")
	d.Visibility = InternalOnly
	mustWrite(t, tr.open(), d)
	require.Equal(t, `"a"`, tr.read(tr.canonical, FileJobs))
	require.Equal(t, "<none>", tr.read(tr.mirror, FileJobs))
	require.NotContains(t, tr.read(tr.mirror, FileManifest), FileJobs)
}

func TestAnUnreadableManifestDoesNotTurnTheGenerationBack(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	mustWrite(t, tr.open(), doc(FileClips, "a"))
	require.NoError(t, os.WriteFile(filepath.Join(tr.canonical, FileManifest), []byte("{"), 0o600))
	require.Greater(t, mustWrite(t, tr.open(), doc(FileClips, "a")).Generation, int64(1_700_000_000))
}

func TestSecretsAreTakenOutOfDocuments(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	o := tr.options()
	o.Redact = func(data []byte) []byte { return bytes.ReplaceAll(data, []byte("hunter22"), []byte("***")) }
	w, err := OpenWriter(o)
	require.NoError(t, err)
	mustWrite(t, w, doc(FileClips, "the password is hunter22"))
	require.Equal(t, `"the password is ***"`, tr.read(tr.canonical, FileClips))
	o.Redact = func([]byte) []byte { return []byte(`"cut`) }
	w, err = OpenWriter(o)
	require.NoError(t, err)
	_, err = w.Write([]Document{doc(FileJobs, "x")})
	require.ErrorContains(t, err, "a secret stood where it cannot be taken out")
	require.Equal(t, "<none>", tr.read(tr.canonical, FileJobs))
}

func TestNamesThatLeaveTheTreeAreRefused(t *testing.T) {
	t.Parallel()
	w := newTree(t).open()
	for _, file := range []string{"", ".", "../x.json", "/etc/x.json", "a/../../x.json", `..\x.json`, FileManifest} {
		_, err := w.Write([]Document{{File: file, Data: []byte("{}")}})
		require.Error(t, err, file)
	}
}

func TestHalfWrittenFilesOfAKilledWriterAreSwept(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	mustWrite(t, tr.open(), doc(ClipPage(1), "a"))
	for _, root := range []string{tr.canonical, tr.mirror} {
		for _, name := range []string{".clips.json.123.tmp", "clips/.page-1.json.9.tmp"} {
			require.NoError(t, os.WriteFile(filepath.Join(root, filepath.FromSlash(name)), nil, 0o600))
		}
	}
	require.NoError(t, tr.open().Sweep())
	for _, root := range []string{tr.canonical, tr.mirror} {
		require.Equal(t, "<none>", tr.read(root, ".clips.json.123.tmp"))
		require.Equal(t, "<none>", tr.read(root, "clips/.page-1.json.9.tmp"))
		require.Equal(t, `"a"`, tr.read(root, ClipPage(1)))
	}
}

func TestReadersNeverSeeHalfADocument(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	w := tr.open()
	a, b := doc(FileClips, strings.Repeat("a", 300_000)), doc(FileClips, strings.Repeat("b", 200_000))
	mustWrite(t, w, a)
	stop, failed := make(chan struct{}), make(chan string, 1)
	go func() {
		defer close(failed)
		for {
			select {
			case <-stop:
				return
			default:
			}
			data, err := os.ReadFile(filepath.Join(tr.mirror, FileClips))
			var text string
			if err != nil || json.Unmarshal(data, &text) != nil {
				failed <- "a reader saw half a document"
				return
			}
		}
	}()
	for range 15 {
		mustWrite(t, w, b)
		mustWrite(t, w, a)
	}
	close(stop)
	require.Empty(t, <-failed)
}

func TestTheLockFileIsOutsideTheTree(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	e := New(Options{Writer: tr.options()})
	_, release, err := e.openWriter()
	require.NoError(t, err)
	_, _, err = New(Options{Writer: tr.options()}).openWriter()
	var held *durable.LockedError
	require.ErrorAs(t, err, &held)
	require.Equal(t, os.Getpid(), held.PID)
	release()
	entries, err := os.ReadDir(tr.canonical)
	require.NoError(t, err)
	require.Empty(t, entries)
}
