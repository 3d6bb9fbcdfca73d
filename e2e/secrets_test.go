package e2e_test

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// requireNoSecrets looks for every secret of the demo in every log, every
// exported document and on the terminal.
func requireNoSecrets(t *testing.T, s *standalone) {
	t.Helper()
	secrets := demoSecrets(t, s)
	require.NotEmpty(t, secrets)
	check := func(where, text string) {
		for name, secret := range secrets {
			require.NotContains(t, text, secret, "%s is in %s", name, where)
		}
	}
	check("the terminal", s.stdout.String()+s.stderr.String())
	for _, folder := range []string{"logs", "runtime", "shared/state"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(s.dir, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			check(path, string(data))
			return err
		}))
	}
}

func demoSecrets(t *testing.T, s *standalone) map[string]string {
	t.Helper()
	secrets := map[string]string{}
	database, err := url.Parse(s.addr.Database)
	require.NoError(t, err)
	password, _ := database.User.Password()
	require.NotEmpty(t, password)
	secrets["the database's password"] = password
	env, err := os.ReadFile(filepath.Join(s.dir, ".env"))
	require.NoError(t, err)
	for line := range strings.Lines(string(env)) {
		name, value, found := strings.Cut(strings.TrimSpace(line), "=")
		value = strings.Trim(value, `"'`)
		if found && (strings.Contains(name, "TOKEN") || strings.Contains(name, "SECRET")) && value != "" {
			secrets[name] = strings.TrimPrefix(value, "oauth:")
		}
	}
	return secrets
}
