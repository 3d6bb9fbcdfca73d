package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Whatever state a clip is in when everything is killed, it is published once,
// and chat hears of it once.
func TestAClipSurvivesAnEndInEveryState(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "var")
	s := start(t, dir, "--demo")
	for _, state := range []string{"queued", "encoding", "encoded", "uploading"} {
		s.awaitRecording(20)
		who := "in_" + state
		asked := s.say(who, "!clip 15 killed while "+state)
		s.eventually(time.Minute, "the clip is "+state, func() bool {
			c, _ := s.clipOf(who)
			return c.State == state || c.State == "published" // uploads into a folder are quick
		})
		s.kill()
		s = start(t, dir, "--demo")
		s.requireOnce(who, asked)
	}

	// An orderly stop in the middle of an encode loses nothing either.
	s.awaitRecording(30)
	asked := s.say("stopped", "!clip 40 stopped while encoding")
	s.eventually(20*time.Second, "the clip is known", func() bool { _, found := s.clipOf("stopped"); return found })
	known, _ := s.clipOf("stopped")
	s.encoder(known.ClipID)
	began := time.Now()
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGTERM))
	<-s.exited
	require.Less(t, time.Since(began), 15*time.Second)
	require.Zero(t, s.cmd.ProcessState.ExitCode())
	s = start(t, dir, "--demo")
	s.requireOnce("stopped", asked)

	require.Contains(t, s.cli("clips", "list"), known.ClipID)
}

// requireOnce checks that a clip was published once, with one file, and that
// nothing was said twice about it.
func (s *standalone) requireOnce(who, asked string) {
	s.t.Helper()
	clip, _ := s.follow(who, 2*time.Minute)
	require.Equal(s.t, "published", clip.State, clip.LastError)
	require.FileExists(s.t, filepath.Join(s.dir, "clips", "published", clip.ClipID+".mp4"))
	require.Equal(s.t, 1, strings.Count(s.cli("clips", "list"), "clip by "+who+" "))
	s.eventually(20*time.Second, "the result is said", func() bool {
		answers := s.answers(asked)
		return len(answers) > 0 && strings.Contains(answers[len(answers)-1], clip.URL)
	})
	said := strings.Join(s.answers(asked), "\n")
	require.LessOrEqual(s.t, strings.Count(said, "clipping the last"), 1)
	require.Equal(s.t, 1, strings.Count(said, clip.URL))
}

// What a start cannot read, it names, with the way out.
func TestAStartThatCannotReadItsFilesNamesThem(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "var")
	require.NoError(t, os.Mkdir(dir, 0o755))
	for _, name := range []string{"ports.json", "demo.json", "host-id"} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte("{\x00"), 0o600))
		s := launch(t, dir, nil, "--demo")
		select {
		case <-s.exited:
		case <-time.After(2 * time.Minute):
			require.FailNow(t, "it starts with a broken "+name)
		}
		require.NotZero(t, s.cmd.ProcessState.ExitCode())
		require.Contains(t, s.stderr.String(), name)
		require.Contains(t, s.stderr.String(), "remove it")
		require.NoFileExists(t, filepath.Join(dir, "standalone.json"))
		require.NoError(t, os.Remove(path))
	}

	occupied := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(occupied, nil, 0o600))
	s := launch(t, occupied, nil, "--demo")
	<-s.exited
	require.NotZero(t, s.cmd.ProcessState.ExitCode())
	require.Contains(t, s.stderr.String(), occupied)
}
