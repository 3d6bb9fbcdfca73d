package exports

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
)

func names(t *testing.T, root string, paths []string) []string {
	t.Helper()
	rel := []string{}
	for _, p := range paths {
		r, err := filepath.Rel(root, p)
		require.NoError(t, err)
		rel = append(rel, filepath.ToSlash(r))
	}
	return rel
}

func TestADashboardIsStampedWhereBothGenerationsLook(t *testing.T) {
	t.Parallel()
	site := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(site, "version.json"), []byte(`{"version": "0.0.1"}`), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(site, "index.html"), []byte("<html>"), 0o644))
	changed, err := Stamp(StampOptions{Release: someRelease(), Site: site})
	require.NoError(t, err)
	require.Equal(t, []string{
		"shared/state/version.json", "runtime/exports/version.json", "version.json",
		"shared/state/about.admin.json", "runtime/exports/about.admin.json",
		"shared/state/about.public.json", "runtime/exports/about.public.json",
		"shared/state/changelog.json", "runtime/exports/changelog.json",
		"shared/state/changelog.runtime.json", "runtime/exports/changelog.runtime.json",
		"shared/state/roadmap.json", "runtime/exports/roadmap.json",
	}, names(t, site, changed))
	for _, path := range changed {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		requireValid(t, Document{File: filepath.Base(path), Data: data})
		require.Contains(t, string(data), `"0.4.0"`)
	}
	left, err := filepath.Glob(filepath.Join(site, ".*"))
	require.NoError(t, err)
	require.Empty(t, left, "nothing temporary stays")

	changed, err = Stamp(StampOptions{Release: someRelease(), Site: site})
	require.NoError(t, err)
	require.Empty(t, changed, "it carries the release already")
}

func TestADashboardsCheckoutIsStampedInItsDocs(t *testing.T) {
	t.Parallel()
	checkout := t.TempDir()
	require.Equal(t, checkout, Site(checkout))
	require.NoError(t, os.MkdirAll(filepath.Join(checkout, "docs", "shared", "state"), 0o755))
	require.Equal(t, filepath.Join(checkout, "docs"), Site(checkout))
	require.NoError(t, os.MkdirAll(filepath.Join(checkout, "shared", "state"), 0o755))
	require.Equal(t, checkout, Site(checkout))
}

func TestAWrongDashboardLeavesTheTreeAsItWas(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	o := tr.options()
	_, err := Stamp(StampOptions{Release: someRelease(), Tree: &o, Site: filepath.Join(t.TempDir(), "nowhere")})
	require.ErrorContains(t, err, "nowhere is not a folder")
	require.NoDirExists(t, tr.canonical)
}

func TestATreeIsStampedWithoutTouchingItsOtherDocuments(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	settings := someSettings()
	e := New(Options{Source: &rows{clips: clipsInAllStates()}, Settings: func() Settings { return settings }, Writer: tr.options()})
	require.NoError(t, e.Once(t.Context()))
	before := tr.manifest()
	clips := tr.read(tr.canonical, FileClips)

	o := tr.options()
	changed, err := Stamp(StampOptions{Release: someRelease(), Tree: &o})
	require.NoError(t, err)
	require.Len(t, changed, 6)
	require.Contains(t, tr.read(tr.canonical, FileVersion), `"0.4.0"`)
	require.Contains(t, tr.read(tr.mirror, FileVersion), `"0.4.0"`)
	require.Equal(t, clips, tr.read(tr.canonical, FileClips))
	require.Equal(t, before.Generation+1, tr.manifest().Generation)
	require.Len(t, tr.manifest().Documents, len(before.Documents))

	require.NoError(t, e.Once(t.Context()))
	require.Contains(t, tr.read(tr.canonical, FileVersion), `"0.1.0"`, "a runtime says which version it is")
}

func TestAStateDirectoryThatIsServedAsItIsKeepsItsManifest(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	settings := someSettings()
	require.NoError(t, New(Options{Source: &rows{}, Settings: func() Settings { return settings }, Writer: tr.options()}).Once(t.Context()))
	site := filepath.Dir(filepath.Dir(tr.canonical))
	changed, err := Stamp(StampOptions{Release: someRelease(), Site: site})
	require.NoError(t, err)
	require.Len(t, changed, 13)
	require.Contains(t, tr.read(tr.canonical, FileManifest), hash([]byte(tr.read(tr.canonical, FileVersion))))
	tr.manifest()

	o := tr.options()
	changed, err = Stamp(StampOptions{Release: someRelease(), Tree: &o, Site: site})
	require.NoError(t, err, "one tree, named twice, is locked once")
	require.Empty(t, changed)
}

func TestATreeThatARuntimeWritesIsNotStamped(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	_, release, err := New(Options{Source: &rows{clips: []clip.Clip{}}, Writer: tr.options()}).openWriter()
	require.NoError(t, err)
	defer release()
	o, site := tr.options(), t.TempDir()
	_, err = Stamp(StampOptions{Release: someRelease(), Tree: &o, Site: site})
	require.ErrorIs(t, err, ErrRuntimeWrites)
	left, err := os.ReadDir(site)
	require.NoError(t, err)
	require.Empty(t, left)
}
