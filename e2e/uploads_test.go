package e2e_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What YouTube answers decides what becomes of an upload, and whatever it
// answers, a clip is one video in the end.
func TestUploadsGoOnFailAndWaitAsYouTubeSays(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "var")
	startSimulators(t, dir)
	s := start(t, dir, "--demo")
	s.awaitRecording(10)
	s.awaitChat()
	for _, c := range []struct {
		name string
		run  func(*testing.T, *standalone)
	}{
		{"what passes is waited out", uploadsGoOn},
		{"what is refused fails with the reason, and is retried", uploadRefused},
		{"an exhausted quota is waited for, until somebody knows better", uploadDeferred},
	} {
		t.Run(c.name, func(t *testing.T) {
			here := *s
			here.t = t
			c.run(t, &here)
			here.calm()
		})
	}
	account := s.audit()
	require.Zero(t, account.failed)
	t.Log(account)
}

func uploadsGoOn(t *testing.T, s *standalone) {
	for _, f := range []struct{ target, kind string }{
		{"youtube.init", "503"},
		{"youtube.upload", "partial"},
		{"youtube.upload", "close"},
		{"youtube.upload", "lost_session"},
		{"youtube.finish", "truncate"},
		{"youtube.finish", "lost_session"}, // the video is there, and only the listing tells
	} {
		s.fault(f.target, f.kind, 1)
		who := strings.TrimPrefix(f.target, "youtube.") + "_" + f.kind
		clip := s.publishes(who, "!clip 5 "+f.kind)
		require.False(t, s.armed(f.target), "%s has struck", f.target)
		require.Len(t, s.videosOf(clip.ClipID), 1, "%s %s", f.target, f.kind)
	}
}

func uploadRefused(t *testing.T, s *standalone) {
	s.fault("youtube.upload", "403", 1)
	s.say("refused", "!clip 5 refused")
	clip, _ := s.follow("refused", 2*time.Minute)
	require.Equal(t, "failed", clip.State)
	require.Contains(t, clip.LastError, "youtube")
	shown := s.shown(clip.ClipID)
	require.Equal(t, "published", shown["folder"].State, "the other destination has it")
	require.Equal(t, "failed", shown["youtube"].State)
	require.NotEmpty(t, shown["youtube"].Reason)
	require.Contains(t, s.cli("clips", "retry", clip.ClipID, "--destination", "youtube"), "round 2")
	s.eventually(2*time.Minute, "the clip is published", func() bool {
		c, _ := s.clipOf("refused")
		return c.State == "published"
	})
	require.Len(t, s.videosOf(clip.ClipID), 1)
}

func uploadDeferred(t *testing.T, s *standalone) {
	s.fault("youtube.init", "quota", -1)
	s.say("waiting", "!clip 5 waiting")
	s.eventually(2*time.Minute, "the upload waits for its quota", func() bool {
		c, found := s.clipOf("waiting")
		return found && s.shown(c.ClipID)["youtube"].State == "deferred"
	})
	clip, _ := s.clipOf("waiting")
	require.Equal(t, "uploading", clip.State, "it is no failure")
	upload := s.shown(clip.ClipID)["youtube"]
	california, err := time.LoadLocation("America/Los_Angeles")
	require.NoError(t, err)
	until := upload.Until.In(california)
	require.Equal(t, "00:00:00", until.Format(time.TimeOnly), "the day of the quota begins at midnight there")
	require.True(t, until.After(time.Now()) && time.Until(until) < 25*time.Hour+time.Minute, until)
	s.fault("youtube.init", "none", 0)
	s.cli("clips", "retry", clip.ClipID)
	s.eventually(2*time.Minute, "the clip is published", func() bool {
		c, _ := s.clipOf("waiting")
		return c.State == "published"
	})
	require.Len(t, s.videosOf(clip.ClipID), 1)
}

// shownUpload is a clip at one destination, as the command shows it.
type shownUpload struct {
	Destination string    `json:"destination"`
	State       string    `json:"state"`
	Reason      string    `json:"reason"`
	Until       time.Time `json:"deferred_until"`
}

// shown is what the command says of a clip's destinations.
func (s *standalone) shown(clipID string) map[string]shownUpload {
	s.t.Helper()
	var clip struct {
		Uploads []shownUpload `json:"uploads"`
	}
	require.NoError(s.t, json.Unmarshal([]byte(s.cli("clips", "show", clipID, "--output", "json")), &clip))
	by := map[string]shownUpload{}
	for _, u := range clip.Uploads {
		by[u.Destination] = u
	}
	return by
}
