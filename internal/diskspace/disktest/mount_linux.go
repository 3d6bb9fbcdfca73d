package disktest

import (
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// MayMount reports whether this process may mount. One that may not runs the test
// again in a process that may, in namespaces of its own; the caller then has nothing
// left to do.
func MayMount(t *testing.T) bool {
	t.Helper()
	if os.Geteuid() == 0 {
		return true
	}
	again := exec.CommandContext(t.Context(), "unshare", "--user", "--map-root-user", "--mount",
		os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
	out, err := again.CombinedOutput()
	require.NoError(t, err, string(out))
	return false
}

// Mount puts a file system of its own at a folder until the test ends. kind and data
// are those of mount(2), such as "tmpfs" and "size=4m".
func Mount(t *testing.T, folder, kind, data string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(folder, 0o755))
	require.NoError(t, syscall.Mount(kind, folder, kind, 0, data))
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(folder, syscall.MNT_DETACH)) })
}
