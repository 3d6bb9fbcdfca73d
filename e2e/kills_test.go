package e2e_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// moment is a point of a clip's life at which the runtime can be killed.
type moment struct {
	name    string
	arm     func(*standalone)                    // brings the world to stand still there; may be nil
	reached func(s *standalone, who string) bool // whether the clip of that requester is there
}

// moments are the points at which something could be lost or done twice.
var moments = []moment{
	{"queued", nil, inState("queued")},
	{"encoding", nil, func(s *standalone, who string) bool {
		c, found := s.clipOf(who)
		return found && len(s.encoders(c.ClipID)) > 0
	}},
	{"encoded", nil, inState("encoded")},
	{"uploading, before an upload session is known", func(s *standalone) { s.fault("youtube.init", "hang", -1) }, func(s *standalone, who string) bool {
		c, found := s.clipOf(who)
		return found && s.number(`select count(*) from clip_uploads where clip_id = $1 and destination = 'youtube'
			and state = 'uploading' and sessions_opened = 0`, c.ClipID) == 1
	}},
	{"uploading, in the middle of the bytes", func(s *standalone) { s.pace(60_000) }, func(s *standalone, who string) bool {
		c, found := s.clipOf(who)
		return found && c.State == "uploading" && s.partlyUploaded(c.ClipID)
	}},
	{"uploading, after the last byte and before the answer", func(s *standalone) { s.fault("youtube.finish", "hang", 1) }, func(s *standalone, who string) bool {
		c, found := s.clipOf(who)
		return found && len(s.videosOf(c.ClipID)) > 0
	}},
}

func inState(state string) func(*standalone, string) bool {
	return func(s *standalone, who string) bool {
		c, found := s.clipOf(who)
		return found && c.State == state
	}
}

// Whatever a clip is at when the runtime is killed, it is published once at each
// destination, byte for byte what was encoded, and chat hears of it once. The
// platforms live on, as platforms do.
func TestAClipSurvivesAnEndInEveryState(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "var")
	startSimulators(t, dir)
	s := start(t, dir, "--demo")
	for i, m := range moments {
		s.awaitRecording(20)
		s.awaitChat()
		who := "viewer" + strconv.Itoa(i)
		if m.arm != nil {
			m.arm(s)
		}
		s.say(who, "!clip 15 killed while "+m.name)
		s.eventually(time.Minute, "the clip is "+m.name, func() bool { return m.reached(s, who) })
		s.kill()
		s.calm()
		s = start(t, dir, "--demo")
		clip, _ := s.follow(who, 3*time.Minute)
		require.Equal(t, "published", clip.State, "killed while %s: %s", m.name, clip.LastError)
	}

	// An orderly stop in the middle of an encode loses nothing either.
	s.awaitRecording(30)
	s.awaitChat()
	s.say("stopped", "!clip 40 stopped while encoding")
	s.eventually(20*time.Second, "the clip is known", func() bool { _, found := s.clipOf("stopped"); return found })
	known, _ := s.clipOf("stopped")
	s.encoder(known.ClipID)
	began := time.Now()
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGTERM))
	<-s.exited
	require.Less(t, time.Since(began), 15*time.Second)
	require.Zero(t, s.cmd.ProcessState.ExitCode())
	s = start(t, dir, "--demo")
	clip, _ := s.follow("stopped", 2*time.Minute)
	require.Equal(t, "published", clip.State, clip.LastError)

	account := s.audit()
	require.Zero(t, account.failed)
	require.Equal(t, len(moments)+1, account.published)
	require.Equal(t, 2*account.published, account.sent+account.unknown, "each request was acknowledged and told of its end, or nobody can know")
	t.Log(account)
}

// What a start cannot read, it names, with the way out.
func TestAStartThatCannotReadItsFilesNamesThem(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "var")
	require.NoError(t, os.Mkdir(dir, 0o755))
	for _, name := range []string{"ports.json", "demo.json", "host-id"} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte("{\x00"), 0o600))
		s := launchApart(t, dir, nil, "--demo")
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

// encoders are the processes that encode a clip.
func (s *standalone) encoders(clipID string) []int {
	s.t.Helper()
	var pids []int
	for _, child := range children(s.t, s.cmd.Process.Pid) {
		line, err := os.ReadFile("/proc/" + strconv.Itoa(child) + "/cmdline")
		if err == nil && strings.Contains(string(line), "ffmpeg") && strings.Contains(string(line), clipID) {
			pids = append(pids, child)
		}
	}
	return pids
}
