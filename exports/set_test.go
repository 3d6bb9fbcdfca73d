package exports

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/durable"
)

// written writes a complete set as a runtime does, with the rows of the fixtures
// where there are any, and returns the canonical tree.
func written(t *testing.T) *tree {
	t.Helper()
	tr, fixtures := newTree(t), build(t)
	docs, err := BuildSet(t.Context(), &rows{}, someSettings, afterwards)
	require.NoError(t, err)
	for i, d := range docs {
		if f, ok := fixtures[d.File]; ok && d.File != FileMeta {
			docs[i].Data = f.Data
		}
	}
	w := tr.open()
	_, err = w.WriteSet(docs)
	require.NoError(t, err)
	return tr
}

func TestASetIsPublishedWholeAndOnlyWhatChangedIsWritten(t *testing.T) {
	t.Parallel()
	tr := written(t)
	set, err := ReadSet(t.Context(), os.DirFS(tr.canonical))
	require.NoError(t, err)
	site := filepath.Join(t.TempDir(), "docs", "state")
	n, err := set.Publish(site, Operators)
	require.NoError(t, err)
	require.Greater(t, n, len(set.Documents))
	for _, d := range set.Documents {
		if d.Visibility != InternalOnly {
			require.Equal(t, string(d.Data), tr.read(site, d.File))
		}
	}
	published, err := ReadSet(t.Context(), os.DirFS(site))
	require.NoError(t, err)
	require.Equal(t, set.Manifest.Generation, published.Manifest.Generation)
	n, err = set.Publish(site, Operators)
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestEverybodyGetsPublicDocumentsAlone(t *testing.T) {
	t.Parallel()
	tr := written(t)
	set, err := ReadSet(t.Context(), os.DirFS(tr.canonical))
	require.NoError(t, err)
	site := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(site, "notes.txt"), []byte("mine"), 0o600))
	_, err = set.Publish(site, Operators)
	require.NoError(t, err)
	require.NotEqual(t, "<none>", tr.read(site, FileJobs))
	_, err = set.Publish(site, Everybody)
	require.NoError(t, err)
	require.Equal(t, "<none>", tr.read(site, FileJobs), "what was published before goes")
	require.NotContains(t, tr.read(site, FileManifest), FileJobs)
	require.NotEqual(t, "<none>", tr.read(site, FileClips))
	require.Equal(t, "mine", tr.read(site, "notes.txt"))
}

func TestATreeThatIsNotWholeIsNotRead(t *testing.T) {
	t.Parallel()
	tr := written(t)
	_, err := ReadSet(t.Context(), os.DirFS(t.TempDir()))
	require.ErrorIs(t, err, ErrNothingExported)
	require.NoError(t, os.WriteFile(filepath.Join(tr.canonical, FileClips), []byte("{}"), 0o600))
	require.NoError(t, os.Remove(filepath.Join(tr.canonical, FileJobs)))
	_, err = readSet(os.DirFS(tr.canonical))
	require.ErrorContains(t, err, "clips.json is not as the manifest has it")
	require.ErrorContains(t, err, "read jobs.json, which the manifest names")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = ReadSet(ctx, os.DirFS(tr.canonical))
	require.ErrorIs(t, err, context.Canceled)
}

func TestTheCopiesAreWrittenFromWhatAKilledWriterLeft(t *testing.T) {
	t.Parallel()
	tr := written(t)
	newer, err := BuildClips(FileClips, ClipsInput{Clips: []clip.Clip{someClip(7, clip.Queued)}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(tr.canonical, FileClips), newer.Data, 0o600))
	stuck := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(stuck, nil, 0o600)) // where a folder should be
	o := tr.options()
	o.Mirrors = append(o.Mirrors, stuck)
	states, err := Republish(t.Context(), o, zerolog.Nop())
	require.NoError(t, err)
	require.Len(t, states, 2)
	for _, s := range states {
		require.Equal(t, s.Root == tr.mirror, s.OK, s.Root)
	}
	require.Equal(t, string(newer.Data), tr.read(tr.mirror, FileClips))
	whole, err := parseManifest([]byte(tr.read(tr.canonical, FileManifest)))
	require.NoError(t, err)
	copied, err := parseManifest([]byte(tr.read(tr.mirror, FileManifest)))
	require.NoError(t, err)
	whole.Documents = slices.DeleteFunc(whole.Documents, func(e ManifestEntry) bool { return e.Visibility == InternalOnly })
	require.Equal(t, whole, copied)
	tr.manifest()
}

func TestCopiesThatARunningWriterKeepsAreLeftToIt(t *testing.T) {
	t.Parallel()
	tr := written(t)
	_, release, err := New(Options{Writer: tr.options()}).openWriter()
	require.NoError(t, err)
	defer release()
	_, err = Republish(t.Context(), tr.options(), zerolog.Nop())
	var held *durable.LockedError
	require.ErrorAs(t, err, &held)
	_, err = Stand(t.Context(), tr.options(), zerolog.Nop())
	require.NoError(t, err, "reading needs no lock")
}
