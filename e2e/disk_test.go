//go:build linux

package e2e_test

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/streamsuites/streamsuites/internal/diskspace"
	"github.com/streamsuites/streamsuites/internal/diskspace/disktest"
)

// ordinary is how a program starts that must not take itself for root although
// this process is mapped to it.
func ordinary(t *testing.T) *syscall.SysProcAttr {
	t.Helper()
	mapped, err := os.ReadFile("/proc/self/uid_map")
	require.NoError(t, err)
	if fields := strings.Fields(string(mapped)); len(fields) == 3 && fields[2] != "1" {
		return nil // root indeed
	}
	one := []syscall.SysProcIDMap{{ContainerID: 1000, HostID: 0, Size: 1}}
	return &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER, UidMappings: one, GidMappings: one}
}

// smallDisk puts a disk of its own at a folder.
func smallDisk(t *testing.T, folder string, bytes int64) {
	t.Helper()
	disktest.Mount(t, folder, "tmpfs", "mode=755,size="+strconv.FormatInt(bytes, 10))
}

// remount changes the flags of a disk; it waits until nobody has a file open for
// writing.
func (s *standalone) remount(folder string, flags uintptr) {
	s.t.Helper()
	s.eventually(time.Minute, folder+" can be remounted", func() bool {
		return syscall.Mount("tmpfs", folder, "tmpfs", syscall.MS_REMOUNT|flags, "") == nil
	})
}

// fill takes all the room that a disk has, until the returned function is called.
func fill(t *testing.T, folder string) (free func()) {
	t.Helper()
	path := filepath.Join(folder, "something-else")
	file, err := os.Create(path)
	require.NoError(t, err)
	room, err := diskspace.Look(folder)
	require.NoError(t, err)
	_, err = io.CopyN(file, zeros{}, int64(room.Total)+1)
	require.ErrorIs(t, err, syscall.ENOSPC)
	if err := file.Close(); err != nil {
		require.ErrorIs(t, err, syscall.ENOSPC)
	}
	return func() { require.NoError(t, os.Remove(path)) }
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// retries sends a failed clip the signal that every tool can send.
func (s *standalone) retries(clipID string) {
	s.t.Helper()
	c, err := client.Dial(client.Options{HostPort: s.addr.Temporal, Namespace: "default"})
	require.NoError(s.t, err)
	defer c.Close()
	require.NoError(s.t, c.SignalWorkflow(s.t.Context(), "clip:"+clipID, "", "retry", nil))
	s.eventually(2*time.Minute, "the clip is published after all", func() bool {
		for _, e := range s.exportedClips() {
			if e.ClipID == clipID {
				return e.State == "published"
			}
		}
		return false
	})
}

// fails asks for a clip in chat, which has to fail with that reason.
func (s *standalone) fails(who, because string) exported {
	s.t.Helper()
	s.say(who, "!clip 5 "+who)
	clip, _ := s.follow(who, 2*time.Minute)
	require.Equal(s.t, "failed", clip.State)
	require.Contains(s.t, clip.LastError, because)
	return clip
}

// records waits until something newer than now has been recorded.
func (s *standalone) records(seconds int) {
	s.t.Helper()
	until := time.Now().Add(time.Duration(seconds) * time.Second)
	s.eventually(2*time.Minute, "the stream is recorded", func() bool { return s.newestRecorded().After(until) })
}

func TestClipsGiveWayToTheRecordingWhenTheDiskIsFullAndComeBack(t *testing.T) {
	t.Parallel()
	if !disktest.MayMount(t) {
		return
	}
	dir := filepath.Join(t.TempDir(), "var")
	clips, capture := filepath.Join(dir, "clips"), filepath.Join(dir, "capture")
	smallDisk(t, clips, 64<<20)
	smallDisk(t, capture, 16<<20)
	s := launchApart(t, dir, ordinary(t), "--demo")
	s.awaitReady(2 * time.Minute)
	s.awaitRecording(10)

	free := fill(t, clips)
	s.awaitUnready("disk", "clips: 0 kB free of 67.1 MB")
	full := s.fails("full", "not enough room on the disk")
	s.records(2)
	require.Contains(t, s.cli("status"), "0 kB free of 67.1 MB")
	require.Contains(t, s.log(), "the disk needs attention")
	free()
	s.awaitRuntime(time.Minute)
	s.retries(full.ClipID)

	s.remount(clips, syscall.MS_RDONLY)
	s.awaitUnready("disk", "clips: the disk is read-only")
	withdrawn := s.fails("readonly", "the disk is read-only")
	s.remount(clips, 0)
	s.awaitRuntime(time.Minute)
	s.retries(withdrawn.ClipID)

	// The recording gives up its own oldest part, and goes on.
	free = fill(t, capture)
	s.awaitUnready("disk", "capture: 0 kB free")
	s.records(8)
	s.publishes("newest", "!clip 5 of what there is")
	free()
	s.awaitRuntime(time.Minute)
	s.hears("still")
	require.Empty(t, s.stderr.String())
}

// Postgres is on the full disk as well, and gets no room for its own log.
func TestAFullDiskLosesNothingThatWasCommitted(t *testing.T) {
	t.Parallel()
	if !disktest.MayMount(t) {
		return
	}
	dir := filepath.Join(t.TempDir(), "var")
	smallDisk(t, dir, 600<<20)
	smallDisk(t, filepath.Join(dir, "simulators"), 64<<20) // the platforms have disks of their own
	s := launchApart(t, dir, ordinary(t), "--demo")
	s.awaitReady(2 * time.Minute)
	s.awaitRecording(8)
	before := s.figures()
	s.publishes("before", "!clip 5 while there is room")
	chat := s.talks("talker")
	s.eventually(time.Minute, "some lines are stored", func() bool {
		return s.number(`select count(*) from chat_events where author_login = 'talker'`) > 20
	})
	count := `select (select count(*) from chat_events) + (select count(*) from clips) + (select count(*) from clip_state_history) + (select count(*) from decisions)`
	committed := s.number(count)

	free := fill(t, dir)
	s.exhaustPostgres()
	s.awaitUnready("database", "")
	s.awaitUnready("disk", "free of")
	s.eventually(time.Minute, "the private Postgres has been started in vain", func() bool {
		return strings.Count(s.stdout.String(), "The private Postgres ended") > 0
	})
	free()
	s.awaitRuntime(2 * time.Minute)
	require.GreaterOrEqual(t, s.number(count), committed)
	s.hears("still")
	s.publishes("after", "!clip 5 there is room again")
	s.requireStored("talker", chat.end())
	s.requireCarriedOut()
	s.requireNothingPilesUp(before)
	for line := range strings.Lines(s.stderr.String()) {
		require.Contains(t, line, "the log cannot be written, lines are lost", "nothing else is to be said there")
	}
}

// exhaustPostgres writes into Postgres' log, and into nothing else, until there
// is no room for more of it.
func (s *standalone) exhaustPostgres() {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.addr.Database)
	require.NoError(s.t, err)
	defer func() { _ = conn.Close(s.t.Context()) }()
	for range 200 {
		if _, err = conn.Exec(s.t.Context(), `select pg_logical_emit_message(false, 'drill', repeat('x', 4000000))`); err != nil {
			break
		}
	}
	require.Error(s.t, err, "Postgres still had room for its log")
}
