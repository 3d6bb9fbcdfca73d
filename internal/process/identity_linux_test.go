package process

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheStartTimeIsFoundBehindANameMadeOfBracketsAndSpaces(t *testing.T) {
	t.Parallel()
	sleep, err := exec.LookPath("sleep")
	require.NoError(t, err)
	odd := filepath.Join(t.TempDir(), "a) S 1 (b")
	require.NoError(t, os.Symlink(sleep, odd))
	pid := orphan(t, odd, "1000")

	first, err := identity(pid)
	require.NoError(t, err)
	second, err := identity(pid)
	require.NoError(t, err)
	require.Equal(t, first, second)
	require.Regexp(t, `^[0-9a-f-]{36}/[1-9]\d+$`, first)
}

func TestAZombieIsNoProcess(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("true")
	require.NoError(t, cmd.Start())
	requireGone(t, cmd.Process.Pid)
	require.NoError(t, cmd.Wait())
}
