package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fault turns one of the simulators' switches; times -1 strikes until cleared.
func (s *standalone) fault(target, kind string, times int) {
	s.t.Helper()
	s.post("/faults", map[string]any{"target": target, "kind": kind, "times": times}, nil)
}

// struck waits until a fault has struck as often as it was told to.
func (s *standalone) struck(target string) {
	s.t.Helper()
	s.eventually(time.Minute, target+" has failed", func() bool { return !s.armed(target) })
}

// hears waits until chat is read and answered: a ping every few seconds, because
// pings have a cooldown and chat that nobody reads is not repeated.
func (s *standalone) hears(who string) {
	s.t.Helper()
	var asked []string
	var last time.Time
	s.eventually(90*time.Second, "a ping is answered", func() bool {
		if time.Since(last) > 6*time.Second {
			asked, last = append(asked, s.say(fmt.Sprintf("%s%d", who, len(asked)), "!ping")), time.Now()
		}
		return slices.ContainsFunc(s.messages(), func(m message) bool {
			return slices.Contains(asked, m.ReplyTo) && strings.Contains(m.Text, "pong")
		})
	})
}

// publishes asks for a clip in chat and waits until it is published.
func (s *standalone) publishes(who, text string) exported {
	s.t.Helper()
	s.say(who, text)
	clip, _ := s.follow(who, 2*time.Minute)
	require.Equal(s.t, "published", clip.State, "%s: %s", who, clip.LastError)
	return clip
}

func (s *standalone) clipOf(who string) (exported, bool) {
	for _, c := range s.exportedClips() {
		if c.RequestedBy == "twitch:"+who {
			return c, true
		}
	}
	return exported{}, false
}

// answers are the replies to a message, in their order.
func (s *standalone) answers(id string) []string {
	s.t.Helper()
	var texts []string
	for _, m := range s.messages() {
		if m.ReplyTo == id {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

// encoder waits for the process that encodes a clip.
func (s *standalone) encoder(clipID string) (pid int) {
	s.t.Helper()
	s.eventually(time.Minute, "clip "+clipID+" is encoded", func() bool {
		pids := s.encoders(clipID)
		if len(pids) > 0 {
			pid = pids[0]
		}
		return pid != 0
	})
	return pid
}

// One runtime meets all of this, one after the other, and still works.
func TestTheRuntimeOutlivesWhatItsSurroundingsDo(t *testing.T) {
	t.Parallel()
	s := start(t, filepath.Join(t.TempDir(), "a state, größer"), "--demo")
	s.awaitRecording(10)
	for _, c := range []struct {
		name string
		run  func(*testing.T, *standalone)
	}{
		{"lines come twice, in another order, and broken", spoiltLines},
		{"the chat's server closes or moves", lostChat},
		{"a refused login is mended by a refreshed token", refusedOnce},
		{"nobody can say who is live", helixFails},
		{"the video comes with holes", videoFails},
		{"the video is damaged where a clip lies", videoDamaged},
		{"requests are out of bounds, or hostile", hostileRequests},
		{"there are more requests than a creator may have at once", manyRequests},
		{"the encoder is killed", encoderKilled},
		{"the destination is withdrawn", destinationWithdrawn},
		{"the folder of clips is withdrawn", outputWithdrawn},
		{"the stream ends and another begins", streamEnds},
		{"a clip's life is in the log and in the figures", clipObserved},
		{"the login is refused for good", refusedForGood},
	} {
		t.Run(c.name, func(t *testing.T) {
			here := *s
			here.t = t
			c.run(t, &here)
		})
	}
	require.Empty(t, s.stderr.String(), "the terminal stays clean")
	requireNoSecrets(t, s)
}

func spoiltLines(t *testing.T, s *standalone) {
	s.fault("twitch.irc", "malformed", 3)
	s.struck("twitch.irc")
	for _, kind := range []string{"duplicate", "reorder"} {
		s.fault("twitch.irc", kind, -1)
		asked := s.say("spoilt_"+kind, "!clip 5 "+kind)
		clip, _ := s.follow("spoilt_"+kind, time.Minute)
		s.fault("twitch.irc", "none", 0)
		require.Equal(t, "published", clip.State, clip.LastError)
		s.eventually(10*time.Second, "both answers are there", func() bool { return len(s.answers(asked)) >= 2 })
		require.Len(t, s.answers(asked), 2)
	}
}

func lostChat(_ *testing.T, s *standalone) {
	s.post("/twitch/disconnect", map[string]any{}, nil)
	s.hears("cut")
	s.fault("twitch.irc", "reconnect", 1)
	s.struck("twitch.irc")
	s.hears("moved")
}

func refusedOnce(_ *testing.T, s *standalone) {
	s.fault("twitch.login", "auth_failed", 1)
	s.post("/twitch/disconnect", map[string]any{}, nil)
	s.struck("twitch.login")
	s.hears("refused")
}

func helixFails(_ *testing.T, s *standalone) {
	for _, kind := range []string{"401", "429", "500", "truncate", "malformed"} {
		s.fault("twitch.helix", kind, 1)
		s.struck("twitch.helix")
	}
	s.fault("twitch.helix", "hang", -1)
	s.publishes("nohelix", "!clip 5 nobody knows who is live")
	s.fault("twitch.helix", "none", 0)
}

// videoFails asks for a clip across each fault; the cutter bridges what is
// missing.
func videoFails(t *testing.T, s *standalone) {
	faults := []struct {
		target, kind string
		times        int
	}{
		{"hls.segment", "403", 2},
		{"hls.segment", "truncate", 1},
		{"hls.segment", "discontinuity", 1},
		{"hls.playlist", "500", 3},
	}
	for _, f := range faults {
		s.fault(f.target, f.kind, f.times)
		s.struck(f.target)
		s.say("video"+f.kind, "!clip 8 across "+f.kind)
	}
	for _, f := range faults {
		clip, _ := s.follow("video"+f.kind, 2*time.Minute)
		require.Equal(t, "published", clip.State, "%s: %s", f.kind, clip.LastError)
	}
}

func videoDamaged(t *testing.T, s *standalone) {
	s.fault("hls.segment", "corrupt", -1)
	s.say("damaged", "!clip 5 damaged")
	clip, _ := s.follow("damaged", time.Minute)
	s.fault("hls.segment", "none", 0)
	require.Equal(t, "failed", clip.State)
	require.NotContains(t, clip.LastError, "defect", "the creator reads what happened")
	require.Greater(t, len(clip.LastError), 20)
	// What is whole again can be cut again.
	newest := time.Now()
	s.eventually(time.Minute, "whole video is recorded", func() bool { return s.newestRecorded().After(newest.Add(6 * time.Second)) })
}

// newestRecorded is up to when the running capture has recorded.
func (s *standalone) newestRecorded() (newest time.Time) {
	s.t.Helper()
	var status struct {
		Captures []struct {
			State  string    `json:"state"`
			Newest time.Time `json:"newest_at"`
		} `json:"captures"`
	}
	require.NoError(s.t, json.Unmarshal([]byte(s.cli("status", "--output", "json")), &status))
	for _, c := range status.Captures {
		if c.State == "recording" && c.Newest.After(newest) {
			newest = c.Newest
		}
	}
	return newest
}

func hostileRequests(t *testing.T, s *standalone) {
	low := s.say("nothing", "!clip -5 \u202eevil\u202c 🦦\u200b <script>[abc123]")
	long := s.say("wordy", "!clip 5 "+strings.Repeat("🦦", 400))
	clip, _ := s.follow("nothing", time.Minute)
	require.Equal(t, "published", clip.State, clip.LastError)
	for _, r := range clip.Title {
		require.NotContains(t, "\u202e\u202c\u200b<>", string(r))
	}
	require.Contains(t, s.answers(low)[0], "shortest")
	clip, _ = s.follow("wordy", time.Minute)
	require.Equal(t, "published", clip.State, clip.LastError)
	require.LessOrEqual(t, len([]rune(clip.Title)), 120)
	require.NotEmpty(t, s.answers(long))
}

func manyRequests(t *testing.T, s *standalone) {
	for n := range 8 {
		s.say("crowd"+strconv.Itoa(n), "!clip 5 crowd")
	}
	asked := 0
	s.eventually(10*time.Second, "those that may are known", func() bool {
		asked = 0
		for n := range 8 {
			if _, found := s.clipOf("crowd" + strconv.Itoa(n)); found {
				asked++
			}
		}
		return asked >= 4
	})
	for n := range 8 {
		if _, found := s.clipOf("crowd" + strconv.Itoa(n)); found {
			clip, _ := s.follow("crowd"+strconv.Itoa(n), 2*time.Minute)
			require.Equal(t, "published", clip.State, clip.LastError)
		}
	}
	require.InDelta(t, 5, asked, 1, "the tier allows five at once; one may have been the demo's own")
}

func encoderKilled(t *testing.T, s *standalone) {
	// Short enough not to reach back to where the video was damaged.
	s.say("killer", "!clip 15 its encoder dies")
	s.eventually(20*time.Second, "the clip is known", func() bool { _, found := s.clipOf("killer"); return found })
	known, _ := s.clipOf("killer")
	require.NoError(t, syscall.Kill(s.encoder(known.ClipID), syscall.SIGKILL))
	clip, _ := s.follow("killer", 2*time.Minute)
	require.Equal(t, "published", clip.State, clip.LastError)
}

// withdrawn puts a file where a folder was; root may write everywhere, but not
// into a file.
func withdrawn(t *testing.T, folder string) (restore func()) {
	t.Helper()
	require.NoError(t, os.Rename(folder, folder+".away"))
	require.NoError(t, os.WriteFile(folder, nil, 0o600))
	return func() {
		require.NoError(t, os.Remove(folder))
		require.NoError(t, os.Rename(folder+".away", folder))
	}
}

func destinationWithdrawn(t *testing.T, s *standalone) {
	restore := withdrawn(t, filepath.Join(s.dir, "clips", "published"))
	s.say("nowhere", "!clip 5 nowhere to go")
	s.eventually(time.Minute, "the upload has failed once", func() bool {
		c, _ := s.clipOf("nowhere")
		return c.State == "uploading" && strings.Contains(s.log(), "clip was handed to its destination") &&
			strings.Contains(s.linesOf(c.ClipID), `"level":"warn"`)
	})
	restore()
	clip, _ := s.follow("nowhere", time.Minute)
	require.Equal(t, "published", clip.State, clip.LastError)
}

func outputWithdrawn(t *testing.T, s *standalone) {
	restore := withdrawn(t, filepath.Join(s.dir, "clips", "output"))
	s.say("noroom", "!clip 5 no folder")
	clip, _ := s.follow("noroom", 2*time.Minute)
	restore()
	require.Equal(t, "failed", clip.State)
	require.Contains(t, clip.LastError, "folder")
}

func streamEnds(t *testing.T, s *standalone) {
	live := func() bool { return strings.Contains(s.cli("status"), "no live streams") }
	s.broadcasts(false)
	s.eventually(90*time.Second, "the stream is over", live)
	s.say("toolate", "!clip 5 too late")
	s.hears("still")
	_, found := s.clipOf("toolate")
	require.False(t, found, "there is nothing to clip")
	s.broadcasts(true)
	s.eventually(90*time.Second, "the next stream is live", func() bool { return !live() })
	s.awaitRecording(8)
	s.publishes("intime", "!clip 5 the next stream")
}

func (s *standalone) log() string {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, "logs", "standalone.log"))
	require.NoError(s.t, err)
	return string(text)
}

// linesOf are the lines of the log about a clip, found as the documentation says.
func (s *standalone) linesOf(clipID string) string {
	s.t.Helper()
	var found []string
	for line := range strings.Lines(s.log()) {
		if strings.Contains(line, `"clip":"`+clipID+`"`) {
			found = append(found, line)
		}
	}
	return strings.Join(found, "")
}

func clipObserved(t *testing.T, s *standalone) {
	const words = "words that only chat may hold"
	s.say("observer", "so "+words)
	clip := s.publishes("watched", "!clip 5 A title")
	s.eventually(10*time.Second, "the result is said", func() bool {
		return strings.Contains(s.linesOf(clip.ClipID), "result:"+clip.ClipID+":published")
	})
	life := s.linesOf(clip.ClipID)
	for _, step := range []string{
		"clip was asked for", `"what":"ack:`, `"state":"encoding"`, "clip was cut", `"state":"encoded"`, `"state":"uploading"`,
		"clip was handed to its destination", `"state":"published"`,
	} {
		require.Contains(t, life, step)
	}
	require.NotContains(t, s.log(), words)

	response, err := http.Get(s.addr.HTTP + "/metrics")
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	figures := map[string]float64{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		figures[name], _ = strconv.ParseFloat(value, 64)
	}
	for _, name := range []string{
		`streamsuites_clips_state_changes_total{state="queued"}`, `streamsuites_clips_state_changes_total{state="published"}`,
		`streamsuites_clips_failures_total{code="encode_failed"}`,
		"streamsuites_clips_encode_seconds_count", "streamsuites_clips_ffmpeg_seconds_sum", "streamsuites_clips_encoded_media_seconds_total",
		"streamsuites_clips_request_to_published_seconds_count", `streamsuites_clips_uploaded_bytes_total{destination="folder"}`,
		`streamsuites_clips_upload_seconds_count{destination="folder",outcome="ok"}`,
		"streamsuites_ingest_messages_total", "streamsuites_ingest_gaps_total", "streamsuites_lane_lag_seconds_count",
		"streamsuites_committer_messages_total", "streamsuites_export_generation",
	} {
		require.Positive(t, figures[name], name)
	}
	require.Contains(t, string(text), "\ntemporal_")
}

func refusedForGood(t *testing.T, s *standalone) {
	s.fault("twitch.login", "auth_failed", -1)
	s.post("/twitch/disconnect", map[string]any{}, nil)
	s.eventually(90*time.Second, "status says that a login is needed", func() bool { return strings.Contains(s.cli("status"), "needs_login") })
	s.eventually(30*time.Second, "so does the snapshot", func() bool {
		text, err := os.ReadFile(filepath.Join(s.dir, "runtime", "exports", "runtime_snapshot.json"))
		return err == nil && strings.Contains(string(text), "refused the login")
	})
	require.Contains(t, s.stdout.String(), "needs a login")
	require.Contains(t, s.cli("clips", "request", "--seconds", "5", "--title", "Without chat", "--wait"), "published")
	s.fault("twitch.login", "none", 0)
}
