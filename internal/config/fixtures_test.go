package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// state is a state directory under test.
type state struct {
	t   *testing.T
	dir string
	env map[string]string
}

// newState returns a state directory that holds the given documents besides
// the smallest ones of every kind; an empty text removes one of these.
func newState(t *testing.T, docs map[string]string) *state {
	t.Helper()
	s := &state{t: t, dir: t.TempDir(), env: map[string]string{"TWITCH_OAUTH_TOKEN": "oauth:test-token"}}
	all := map[string]string{
		"tiers.json": string(sampleTiers), "ratelimits.json": `{}`, "system.json": `{}`,
		"platforms.json": `{"platforms": [{"name": "twitch", "enabled": true}]}`, "creators.json": `{"creators": []}`,
		"triggers.json": `{"triggers": []}`,
	}
	for name, text := range docs {
		all[name] = text
	}
	for name, text := range all {
		if text != "" {
			s.write(filepath.Join("shared", "config", filepath.FromSlash(name)), text)
		}
	}
	return s
}

func (s *state) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	require.NoError(s.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(s.t, os.WriteFile(path, []byte(text), 0o600))
}

func (s *state) load() (*Config, Problems, error) {
	return Load(s.t.Context(), Options{
		StateDir: s.dir,
		WorkDir:  s.dir,
		Env:      func(name string) (string, bool) { v, ok := s.env[name]; return v, ok },
		EnvNames: func() []string {
			var names []string
			for n := range s.env {
				names = append(names, n)
			}
			return names
		},
	})
}

func (s *state) mustLoad() (*Config, Problems) {
	s.t.Helper()
	c, problems, err := s.load()
	require.NoError(s.t, err)
	return c, problems
}

// lines returns problems as text, without notices unless there is nothing else.
func lines(ps Problems) string {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(p.String() + "\n")
	}
	return b.String()
}
