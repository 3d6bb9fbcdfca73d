//go:build unix

package process

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

func openRegistry(t *testing.T, dir string) *Registry {
	t.Helper()
	registry, err := OpenRegistry(dir)
	require.NoError(t, err)
	return registry
}

func records(t *testing.T, registry *Registry) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(registry.dir, "*"+recordSuffix))
	require.NoError(t, err)
	return found
}

// orphan starts a process as a predecessor would have left it and reaps it when
// it ends, as init would.
func orphan(t *testing.T, path string, args ...string) int {
	t.Helper()
	cmd := exec.Command(path, args...)
	// Not killed with the thread that starts it: threads of tests beside this one end.
	cmd.SysProcAttr = attributes(nil, syscall.SIGCONT)
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-ended })
	return cmd.Process.Pid
}

func write(t *testing.T, registry *Registry, rec record) {
	t.Helper()
	text, err := json.Marshal(rec)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(registry.path(rec.Name, rec.PID), text, 0o600))
}

func TestAChildIsRecordedWhileItRuns(t *testing.T) {
	t.Parallel()
	registry := openRegistry(t, filepath.Join(t.TempDir(), "children"))
	child, err := Start(t.Context(), Spec{Name: "cat: a/b", Path: "cat", Stdin: blocked(t), Registry: registry})
	require.NoError(t, err)
	require.Len(t, records(t, registry), 1)

	swept, err := registry.Sweep(zerolog.Nop())
	require.NoError(t, err)
	require.Empty(t, swept, "one's own children are not swept")
	requireAlive(t, child.PID())

	require.NoError(t, child.Kill())
	require.Empty(t, records(t, registry))
}

func TestWhatAKilledPredecessorLeftIsEnded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	polite := orphan(t, "sleep", "1000")
	before := openRegistry(t, dir)
	require.NoError(t, before.remember("sleep", polite))

	swept, err := openRegistry(t, dir).Sweep(zerolog.Nop())
	require.NoError(t, err)
	require.Equal(t, []Swept{{Name: "sleep", PID: polite}}, swept)
	requireGone(t, polite)
	require.Empty(t, records(t, before))
}

// Two workers of one state directory share its registry.
func TestTheChildOfAnotherProcessThatIsStillThereIsSpared(t *testing.T) {
	t.Parallel()
	registry := openRegistry(t, t.TempDir())
	owner, child := orphan(t, "sleep", "1000"), orphan(t, "sleep", "1000")
	ownerID, err := identity(owner)
	require.NoError(t, err)
	childID, err := identity(child)
	require.NoError(t, err)
	write(t, registry, record{Name: "ffmpeg", PID: child, Identity: childID, Owner: owner, OwnerIdentity: ownerID})

	swept, err := registry.Sweep(zerolog.Nop())
	require.NoError(t, err)
	require.Empty(t, swept)
	requireAlive(t, child)
	require.Len(t, records(t, registry), 1)

	write(t, registry, record{Name: "ffmpeg", PID: child, Identity: childID, Owner: owner, OwnerIdentity: "another life"})
	swept, err = registry.Sweep(zerolog.Nop())
	require.NoError(t, err)
	require.Equal(t, []Swept{{Name: "ffmpeg", PID: child}}, swept, "its owner is gone")
	requireGone(t, child)
}

func TestALeftoverThatIgnoresTheInterruptIsKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ready := filepath.Join(dir, "ready")
	stubborn := orphan(t, "sh", "-c", `trap "" INT; : > "$0"; while :; do sleep 1; done`, ready)
	require.Eventually(t, func() bool { _, err := os.Stat(ready); return err == nil }, wait, tick)
	before := openRegistry(t, filepath.Join(dir, "children"))
	require.NoError(t, before.remember("stubborn", stubborn))

	swept, err := openRegistry(t, before.dir).Sweep(zerolog.Nop())
	require.NoError(t, err)
	require.Equal(t, []Swept{{Name: "stubborn", PID: stubborn, Killed: true}}, swept)
	requireGone(t, stubborn)
}

func TestAProcessThatOnlyHasARecordedPidIsSpared(t *testing.T) {
	t.Parallel()
	registry := openRegistry(t, t.TempDir())
	bystander := orphan(t, "sleep", "1000")
	write(t, registry, record{Name: "postgres", PID: bystander, Identity: "another life"})

	swept, err := registry.Sweep(zerolog.Nop())
	require.NoError(t, err)
	require.Empty(t, swept)
	requireAlive(t, bystander)
	require.Empty(t, records(t, registry), "the record is of no use any more")
}

func TestRecordsThatMeanNothingAreClearedAndHurtNobody(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"not JSON":      `{"pid":`,
		"no identity":   `{"name":"x","pid":2}`,
		"pid of init":   `{"name":"x","pid":1,"identity":"a"}`,
		"pid of groups": `{"name":"x","pid":0,"identity":"a"}`,
		"negative pid":  `{"name":"x","pid":-1,"identity":"a"}`,
		"empty":         ``,
		"gone process":  `{"name":"x","pid":999999999,"identity":"a"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			registry := openRegistry(t, t.TempDir())
			require.NoError(t, os.WriteFile(filepath.Join(registry.dir, "x-2"+recordSuffix), []byte(content), 0o600))
			swept, err := registry.Sweep(zerolog.Nop())
			require.NoError(t, err)
			require.Empty(t, swept)
			require.Empty(t, records(t, registry))
		})
	}
}
