//go:build unix

package process

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnUnprivilegedChildOfRootIsAnotherUserAndStillReachesPrivateFolders(t *testing.T) {
	t.Parallel()
	account, err := Unprivileged()
	require.NoError(t, err)
	want := strconv.Itoa(os.Getuid())
	if account != nil {
		want = strconv.Itoa(int(account.UID))
		require.NotEqual(t, "0", want)
	}
	private := filepath.Join(t.TempDir(), "private")
	require.NoError(t, os.Mkdir(private, 0o700))
	file := filepath.Join(private, "file")
	require.NoError(t, os.WriteFile(file, []byte("reached"), 0o600))

	// Not through a shell: shells give a privilege like this one up.
	require.Equal(t, want+"\n", output(t, "id", "-u"))
	require.Equal(t, "reached", output(t, "cat", file))
}

func TestWithoutDroppingRootNothingChanges(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("id", "-u").Output()
	require.NoError(t, err)
	require.Equal(t, strconv.Itoa(os.Getuid()), strings.TrimSpace(string(out)))
}

func output(t *testing.T, program string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	child, err := Start(t.Context(), Spec{
		Name: program, Path: program, Args: args, Dir: "/", Stdout: &out, Stderr: &errs, Unprivileged: true,
	})
	require.NoError(t, err)
	await(t, child)
	require.NoError(t, child.Err(), errs.String())
	return out.String()
}
