//go:build unix

package process

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// shell starts a script whose first line of output is awaited and returned.
func shell(t *testing.T, ctx context.Context, script string) (*Child, string) {
	t.Helper()
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	child, err := Start(ctx, Spec{Name: "sh", Path: "sh", Args: []string{"-c", script}, Stdout: writer})
	require.NoError(t, err)
	writer.Close()
	t.Cleanup(func() { require.NoError(t, child.Kill()); reader.Close() })
	line, err := bufio.NewReader(reader).ReadString('\n')
	require.NoError(t, err)
	return child, strings.TrimSpace(line)
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(text))
	require.NoError(t, err)
	return n
}

func TestAChildsOutputAndExitCodeAreReported(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	child, err := Start(t.Context(), Spec{
		Name: "sh", Path: "sh", Args: []string{"-c", "cat; echo to-stderr >&2; exit 3"},
		Stdin: strings.NewReader("from stdin"), Stdout: &out, Stderr: &errs,
	})
	require.NoError(t, err)
	await(t, child)
	exit := (*exec.ExitError)(nil)
	require.ErrorAs(t, child.Err(), &exit)
	require.Equal(t, 3, exit.ExitCode())
	require.Equal(t, "from stdin", out.String())
	require.Equal(t, "to-stderr\n", errs.String())
	require.ErrorIs(t, child.Signal(os.Interrupt), os.ErrProcessDone)
	require.NoError(t, child.Stop(t.Context(), time.Second), "stopping what has ended is no error")
}

func TestAProgramThatDoesNotExistIsAnError(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Spec{Name: "nothing", Path: "/does/not/exist"})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "start nothing")
}

func TestStopInterruptsTheWholeGroup(t *testing.T) {
	t.Parallel()
	child, grandchild := shell(t, t.Context(), `trap "exit 7" INT; sleep 1000 & echo $!; wait`)
	require.NoError(t, child.Stop(t.Context(), 10*time.Second))
	exit := (*exec.ExitError)(nil)
	require.ErrorAs(t, child.Err(), &exit)
	require.Equal(t, 7, exit.ExitCode(), "the script had the time to end in its own way")
	requireGone(t, number(t, grandchild))
}

func TestStopKillsAGroupThatDoesNotListen(t *testing.T) {
	t.Parallel()
	child, grandchild := shell(t, t.Context(), `trap "" INT; sleep 1000 & echo $!; while :; do sleep 1; done`)
	require.NoError(t, child.Stop(t.Context(), 50*time.Millisecond))
	exit := (*exec.ExitError)(nil)
	require.ErrorAs(t, child.Err(), &exit)
	require.Equal(t, syscall.SIGKILL, exit.Sys().(syscall.WaitStatus).Signal())
	requireGone(t, number(t, grandchild))
}

func TestTheEndOfAContextStopsTheChild(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	child, _ := shell(t, ctx, `trap "exit 7" INT; echo ready; sleep 1000 & wait`)
	cancel()
	await(t, child)
	exit := (*exec.ExitError)(nil)
	require.ErrorAs(t, child.Err(), &exit)
	require.Equal(t, 7, exit.ExitCode())

	_, err := Start(ctx, Spec{Name: "late", Path: "true"})
	require.ErrorIs(t, err, context.Canceled)
}

func TestWhatALeaderLeavesInItsGroupEndsWithIt(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	child, err := Start(t.Context(), Spec{
		Name: "sh", Path: "sh", Args: []string{"-c", "sleep 1000 & echo $!"}, Stdout: &out,
	})
	require.NoError(t, err)
	await(t, child)
	require.NoError(t, child.Err())
	requireGone(t, number(t, out.String()))
}

func TestAChildDiesWithAKilledParent(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		return // no other system has a parent-death signal: there the sweep does it
	}
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), beParent+"=1")
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	pid := number(t, line)
	requireAlive(t, pid)

	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait()
	requireGone(t, pid)
}

func TestAChildOutlivesTheThreadThatAskedForIt(t *testing.T) {
	t.Parallel()
	children := make(chan *Child)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		child, err := Start(context.Background(), Spec{Name: "cat", Path: "cat", Stdin: blocked(t)})
		if err != nil {
			t.Error(err)
		}
		children <- child
	}()
	child := <-children
	for range 20 {
		threadEnds := make(chan struct{})
		go func() { runtime.LockOSThread(); close(threadEnds) }()
		<-threadEnds
	}
	requireAlive(t, child.PID())
	require.NoError(t, child.Stop(t.Context(), 5*time.Second))
}

// blocked is an input that says nothing until the test ends.
func blocked(t *testing.T) io.Reader {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Error(err)
	}
	t.Cleanup(func() { writer.Close(); reader.Close() })
	return reader
}

func TestSecretsInTheEnvironmentStayHere(t *testing.T) {
	t.Setenv("TWITCH_CLIENT_SECRET", "hush")
	t.Setenv("LANG", "C.UTF-8")
	var out bytes.Buffer
	child, err := Start(t.Context(), Spec{Name: "env", Path: "env", Env: []string{"LANG=C", "EXTRA=1"}, Stdout: &out})
	require.NoError(t, err)
	await(t, child)
	require.NotContains(t, out.String(), "hush")
	require.Contains(t, out.String(), "EXTRA=1\n")
	require.Contains(t, out.String(), "LANG=C\n")
	require.NotContains(t, out.String(), "C.UTF-8", "a variable occurs once")
	require.Contains(t, out.String(), "PATH=")
}
