package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Work on files is done on the host that has them, by whichever worker there is:
// the next one goes on with what one leaves behind that was killed, and with what
// one has in its hands that stands still.
func TestAnEncodeGoesOnWhenItsWorkerDiesOrStandsStill(t *testing.T) {
	t.Parallel()
	s := servers(t)
	db := s.rows()
	startRole(t, s, "ingest")
	first := startRole(t, s, "worker")
	s.awaitRecording(20)

	clip := s.asks(db, "killed", "!clip 20 its worker dies")
	s.encodedBy(clip, first)
	began := time.Now()
	first.kill(t)
	second := startRole(t, s, "worker")
	s.requirePublishedOnce(db, clip)
	t.Logf("published %s after its worker was killed", time.Since(began).Round(time.Second/10))
	require.Empty(t, encodersOf(t, first, clip))
	third := startRole(t, s, "worker")
	s.recordsOn(10 * time.Second)
	clip = s.asks(db, "frozen", "!clip 20 its worker stands still")
	frozen := s.encodedBy(clip, second, third)
	began = time.Now()
	frozen.freeze(t)
	s.requirePublishedOnce(db, clip)
	t.Logf("published %s after its worker was stopped", time.Since(began).Round(time.Second/10))
	made := sha256Of(s, filepath.Join(s.dir, "clips", "output", clip+".mp4"))
	frozen.thaw(t)
	s.eventually(time.Minute, "its encoder is gone", func() bool { return len(encodersOf(t, frozen, clip)) == 0 })
	s.eventually(time.Minute, "its files are gone", func() bool {
		left, err := filepath.Glob(filepath.Join(s.dir, "clips", "output", ".*.cutting"))
		return err == nil && len(left) == 0
	})
	s.requirePublishedOnce(db, clip)
	require.Equal(t, made, sha256Of(s, filepath.Join(s.dir, "clips", "output", clip+".mp4")))

	// Both work on side by side.
	s.recordsOn(time.Second)
	s.requirePublishedOnce(db, s.asks(db, "again", "!clip 5 afterwards"))
	second.stop(t)
	third.stop(t)
}

// recordsOn waits until that much more is recorded.
func (s *standalone) recordsOn(more time.Duration) {
	s.t.Helper()
	s.awaitRecording(1)
	from := s.newestRecorded()
	s.eventually(time.Minute+more, "more is recorded", func() bool { return s.newestRecorded().Sub(from) >= more })
}

// asks asks for a clip in chat and returns its id.
func (s *standalone) asks(db *rows, who, text string) (clipID string) {
	s.t.Helper()
	message := s.say(who, text, "moderator")
	s.eventually(time.Minute, "the request is taken in", func() bool {
		found := list[string](db, `select clip_id from clips where message_id = $1`, message)
		if len(found) == 1 {
			clipID = found[0]
		}
		return clipID != ""
	})
	return clipID
}

// encodersOf are the processes with which a worker encodes a clip.
func encodersOf(t *testing.T, worker *role, clipID string) []string {
	t.Helper()
	var found []string
	processes, err := filepath.Glob("/proc/[0-9]*")
	require.NoError(t, err)
	for _, process := range processes {
		line, lineErr := os.ReadFile(filepath.Join(process, "cmdline"))
		status, statusErr := os.ReadFile(filepath.Join(process, "status"))
		if lineErr != nil || statusErr != nil {
			continue // it has ended
		}
		mine := strings.Contains(string(status), fmt.Sprintf("\nPPid:\t%d\n", worker.cmd.Process.Pid))
		if mine && strings.Contains(string(line), "ffmpeg") && strings.Contains(string(line), clipID) {
			found = append(found, process)
		}
	}
	return found
}

// encodedBy waits until one of the workers encodes the clip.
func (s *standalone) encodedBy(clipID string, workers ...*role) (by *role) {
	s.t.Helper()
	s.eventually(time.Minute, "clip "+clipID+" is encoded", func() bool {
		for _, w := range workers {
			if len(encodersOf(s.t, w, clipID)) > 0 {
				by = w
			}
		}
		return by != nil
	})
	return by
}

// requirePublishedOnce waits until a clip is published and requires that it is
// whole and there once at each destination.
func (s *standalone) requirePublishedOnce(db *rows, clipID string) {
	s.t.Helper()
	s.eventually(4*time.Minute, "clip "+clipID+" is published", func() bool {
		state := one[string](db, `select state from clips where clip_id = $1`, clipID)
		require.NotEqual(s.t, "failed", state, list[string](db, `select reason from clips where clip_id = $1`, clipID))
		return state == "published"
	})
	sum := sha256Of(s, filepath.Join(s.dir, "clips", "output", clipID+".mp4"))
	require.Equal(s.t, sum, one[string](db, `select sha256 from clips where clip_id = $1`, clipID))
	require.Equal(s.t, sum, sha256Of(s, filepath.Join(s.dir, "clips", "published", clipID+".mp4")))
	videos := s.videosOf(clipID)
	require.Len(s.t, videos, 1)
	require.Equal(s.t, sum, videos[0].SHA256)
	left, err := filepath.Glob(filepath.Join(s.dir, "clips", "published", ".*.tmp"))
	require.NoError(s.t, err)
	require.Empty(s.t, left)
}
