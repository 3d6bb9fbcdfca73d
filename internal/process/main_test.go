//go:build unix

package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// beParent makes the test binary, run again, start a long sleep, say its process
// id and wait to be killed.
const beParent = "PROCESS_TEST_BE_PARENT"

func TestMain(m *testing.M) {
	if os.Getenv(beParent) == "" {
		os.Exit(m.Run())
	}
	child, err := Start(context.Background(), Spec{Name: "sleep", Path: "sleep", Args: []string{"1000"}, Unprivileged: true})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(child.PID())
	<-child.Done()
}

// How long a test waits for something that happens soon, and how often it looks.
const (
	wait = 10 * time.Second
	tick = 10 * time.Millisecond
)

// requireGone fails unless the process ends soon.
func requireGone(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool {
		_, err := identity(pid)
		return errors.Is(err, errNoProcess)
	}, wait, tick, "process %d is still there", pid)
}

func requireAlive(t *testing.T, pid int) {
	t.Helper()
	require.NoError(t, syscall.Kill(pid, 0))
	_, err := identity(pid)
	require.NoError(t, err)
}

func await(t *testing.T, child *Child) {
	t.Helper()
	select {
	case <-child.Done():
	case <-time.After(20 * time.Second):
		t.Fatal("the child did not end")
	}
}
