package roles

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/statedir"
)

// places lists where a document stands, by the trees of a state directory.
func places(o exports.WriterOptions, file string) []string {
	var all []string
	for _, p := range o.Parts {
		for _, name := range p.Names(file) {
			all = append(all, filepath.Join(p.Dir, filepath.FromSlash(name)))
		}
	}
	return all
}

func TestExportsGoToTheStateRootTheSiteAndTheConfiguredMirrors(t *testing.T) {
	t.Parallel()
	dir := statedir.Dir("/state")
	c := &config.Config{PublishRoot: "/site"}
	c.System.Mirrors = []string{"/elsewhere"}
	o := ExportTrees(dir, c, nil)
	require.Equal(t, dir.Exports(), o.Canonical)
	require.Equal(t, []string{dir.Mirror(), filepath.FromSlash("/site/shared/state"), "/elsewhere"}, o.Mirrors)
	require.Equal(t, dir.MirrorsFile(), o.Health)
	require.Equal(t, []string{dir.Mirror()}, ExportTrees(dir, &config.Config{}, nil).Mirrors)
}

func TestOlderTreesAndTheSiteHoldWhatTheirReadersLookFor(t *testing.T) {
	t.Parallel()
	o := ExportTrees("/state", &config.Config{PublishRoot: "/site"}, nil)
	for file, want := range map[string][]string{
		"signals/poll_votes.json": {"/state/runtime/signals/poll_votes.json"},
		"admin/creators.json":     {"/state/runtime/admin/creators.json"},
		"version.json":            {"/site/runtime/exports/version.json", "/site/version.json"},
		"changelog.runtime.json":  {"/site/runtime/exports/changelog.runtime.json"},
		"roadmap.json":            {"/site/runtime/exports/roadmap.json"},
		"clips.json":              nil,
		"telemetry/rates.json":    nil,
	} {
		for i := range want {
			want[i] = filepath.FromSlash(want[i])
		}
		require.Equal(t, want, places(o, file), file)
	}
	for _, p := range o.Parts {
		require.Equal(t, p.Dir != "/site", p.Local, "only what stays on this machine holds internal documents: %s", p.Dir)
	}
	require.Empty(t, places(ExportTrees("/state", &config.Config{}, nil), "version.json"))
}
