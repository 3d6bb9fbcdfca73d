//go:build unix

package onserver_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/workers/retry"
)

// operator builds the operator's program once.
var operator = sync.OnceValues(func() (string, error) {
	path := filepath.Join(server.state, "streamsuites")
	build := exec.Command("go", "build", "-o", path, "../../cmd/streamsuites")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", &scriptError{string(out), err}
	}
	return path, nil
})

// streamsuites runs a command of the operator's program.
func streamsuites(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	path, err := operator()
	require.NoError(t, err)
	var out, said bytes.Buffer
	cmd := exec.CommandContext(t.Context(), path, append(args, "--state-dir", t.TempDir())...)
	cmd.Env = []string{"HOME=" + t.TempDir(), "TEMPORAL_ADDRESS=" + server.hostPort, "DATABASE_URL=" + server.database}
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		var ended *exec.ExitError
		require.ErrorAs(t, err, &ended)
	}
	return out.String(), said.String(), cmd.ProcessState.ExitCode()
}

func TestTheRetryCommandTriesSeveralClipsEachInItsWay(t *testing.T) {
	t.Parallel()
	require.NoError(t, store.Migrate(t.Context(), server.database, zerolog.Nop()))
	closed := startClosing(t, "comma1", refusing)
	mended("comma1")
	parked := failed(t, "comma2")
	stuck := startClip(t, "comma3", patient, behaviour{publish: awayOnce})
	awaitBackoff(t, stuck, "upload-folder")
	done := startClip(t, "comma4", quick, behaviour{})
	result(t, done)

	stdout, stderr, status := streamsuites(t, "clips", "retry", "comma1", "comma2", "comma3", "comma4", "comma5", "--by", "ana")
	require.Equal(t, 1, status, "two of them could not be retried")
	reopened := current(t, "comma1")
	require.Equal(t, clip.Published, result(t, reopened).State)
	require.NotEqual(t, closed.GetRunID(), reopened.GetRunID())
	require.Regexp(t, `^comma1  uploading, reopened at event \d+: upload-folder starts again in run `+reopened.GetRunID()+`
comma2  uploading, round 2: tries folder now
comma3  uploading: the next attempt of upload-folder starts now
$`, stdout)
	require.Equal(t, `streamsuites: clip comma4 is published already at http://host/folder/comma4.mp4
there is no clip comma5; `+"`streamsuites clips list` shows those that are\n", stderr)
	require.Equal(t, clip.Published, result(t, parked).State)
	require.Equal(t, clip.Published, result(t, stuck).State)
}

func TestTheRetryCommandAnswersPrograms(t *testing.T) {
	t.Parallel()
	run := failed(t, "comma6")
	stdout, stderr, status := streamsuites(t, "clips", "retry", "comma6", "--destination", "rumble", "--output", "json")
	require.Equal(t, 1, status)
	require.JSONEq(t, `[{"clip_id":"comma6","action":"","state":"","round":0,"destinations":[],"activities":[],"event_id":0,"run_id":"",
		"error":"clip comma6 goes to folder, not to rumble"}]`, stdout)
	require.Equal(t, "streamsuites: clip comma6 goes to folder, not to rumble\n", stderr)

	stdout, stderr, status = streamsuites(t, "clips", "retry", "comma6", "--destination", "folder", "--output", "json")
	require.Zero(t, status, stderr)
	require.JSONEq(t, `[{"clip_id":"comma6","action":"retried","state":"uploading","round":2,"destinations":["folder"],
		"activities":[],"event_id":0,"run_id":"","error":""}]`, stdout)
	require.Empty(t, stderr)
	require.Equal(t, clip.Published, result(t, run).State)
}

func TestTheAbandonCommandEndsAClip(t *testing.T) {
	t.Parallel()
	run := startClip(t, "comma7", quick, refusing)
	awaitState(t, run, clip.Failed)
	stdout, stderr, status := streamsuites(t, "clips", "abandon", "comma7", "--by", "ana")
	require.Zero(t, status, stderr)
	require.Equal(t, "comma7  failed, abandoned\n", stdout)
	require.Equal(t, clip.Failed, result(t, run).State)

	stdout, stderr, status = streamsuites(t, "clips", "retry", "comma7", "-o", "json")
	require.Equal(t, 1, status)
	require.Equal(t, "streamsuites: clip comma7 was abandoned: Forbidden.\n", stderr)
	var answers []struct{ Action retry.Action }
	require.NoError(t, json.Unmarshal([]byte(stdout), &answers))
	require.Empty(t, answers[0].Action)
}

func TestTheRetryCommandSaysThatNoWorkerAnswers(t *testing.T) {
	t.Parallel()
	run := startUnattended(t, "comma8")
	_, stderr, status := streamsuites(t, "clips", "retry", "comma8", "--timeout", "1s")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "streamsuites: no worker answered for clip comma8 within 1s: is `streamsuites worker` running?")
	require.NoError(t, server.main.TerminateWorkflow(t.Context(), run.GetID(), "", "end of the test"))
}
