package config

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// publishing loads a configuration in a state directory of its own, with a
// system.json and variables.
func publishing(t *testing.T, work, system string, variables map[string]string) (state string, c *Config, problems Problems) {
	t.Helper()
	state = t.TempDir()
	dir := filepath.Join(state, "shared", "config")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tiers.json"), []byte(`{"version": "v1", "tiers": {"open": {"label": "Open", "features": {}}}}`), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "system.json"), []byte(system), 0o600))
	c, problems, err := Load(t.Context(), Options{StateDir: state, WorkDir: work, Env: func(name string) (string, bool) {
		v, ok := variables[name]
		return v, ok
	}})
	require.NoError(t, err)
	return state, c, problems
}

func TestMirrorsAreAbsoluteOrBelowTheStateDirectory(t *testing.T) {
	t.Parallel()
	abs := filepath.Join(t.TempDir(), "site")
	state, c, _ := publishing(t, t.TempDir(), `{"exports": {"mirrors": ["copies/one", "`+filepath.ToSlash(abs)+`"]}}`, nil)
	require.Equal(t, []string{filepath.Join(state, "copies", "one"), abs}, c.System.Mirrors)
	_, c, _ = publishing(t, t.TempDir(), `{}`, nil)
	require.Empty(t, c.System.Mirrors)
	_, c, problems := publishing(t, t.TempDir(), `{"exports": {"mirrors": ["", 7]}}`, nil)
	require.Empty(t, c.System.Mirrors)
	require.NotEmpty(t, problems.Broken())
}

func TestOtherMirrorsNeedARestart(t *testing.T) {
	t.Parallel()
	_, old, _ := publishing(t, t.TempDir(), `{}`, nil)
	_, now, _ := publishing(t, t.TempDir(), `{"exports": {"mirrors": ["/srv/site"]}}`, nil)
	require.Contains(t, old.NeedsRestart(now)[SectionSystem], "exports.mirrors")
}

func TestTheSiteIsNamedByAVariableOrFoundBesideTheWorkingFolder(t *testing.T) {
	t.Parallel()
	parent, named, second := t.TempDir(), t.TempDir(), t.TempDir()
	work := filepath.Join(parent, "runtime")
	docs := filepath.Join(parent, "StreamSuites-Dashboard", "docs")
	require.NoError(t, os.MkdirAll(work, 0o755))
	require.NoError(t, os.MkdirAll(docs, 0o755))

	_, c, _ := publishing(t, work, `{}`, nil)
	require.Empty(t, c.PublishRoot, "a checkout without shared/state is no site")
	require.NoError(t, os.MkdirAll(filepath.Join(docs, "shared", "state"), 0o755))
	_, c, _ = publishing(t, work, `{}`, nil)
	require.Equal(t, docs, c.PublishRoot)
	_, c, _ = publishing(t, work, `{}`, map[string]string{OptPublishRoot: second})
	require.Equal(t, second, c.PublishRoot)
	_, c, _ = publishing(t, work, `{}`, map[string]string{OptPublishRoot: second, OptDashboardRoot: named})
	require.Equal(t, named, c.PublishRoot)
	_, c, problems := publishing(t, work, `{}`, map[string]string{OptDashboardRoot: filepath.Join(parent, "gone")})
	require.Empty(t, c.PublishRoot, "what is named and is not there is not replaced by a guess")
	require.NotEmpty(t, problems)
}
