package npmtest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is for a machine that does many things at once.
const patience = 3 * time.Minute

// Install has npm install what package-lock.json in dir names, unless that was
// done since the file changed. The tests of a package that share a folder must
// not install it at the same time.
func Install(t testing.TB, dir string) {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		_, err := exec.LookPath(program)
		require.NoError(t, err, "deploy/install-deps.sh --with-node installs it")
	}
	wanted, err := os.Stat(filepath.Join(dir, "package-lock.json"))
	require.NoError(t, err)
	if there, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json")); err == nil && !there.ModTime().Before(wanted.ModTime()) {
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	install := exec.CommandContext(ctx, "npm", "ci", "--prefer-offline", "--no-audit", "--no-fund")
	install.Dir = dir
	said, err := install.CombinedOutput()
	require.NoError(t, err, string(said))
}
