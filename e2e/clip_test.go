package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/streamsuites/streamsuites/internal/sim/framecode"
)

// awaitLive waits until the runtime has found the simulated stream and records
// it, so that a clip can be cut.
func (s *standalone) awaitRecording(seconds int) {
	s.t.Helper()
	s.eventually(time.Minute, "the capture holds enough", func() bool {
		out := s.cli("status", "--output", "json")
		var status struct {
			Captures []struct {
				State  string    `json:"state"`
				Oldest time.Time `json:"oldest_at"`
				Newest time.Time `json:"newest_at"`
			} `json:"captures"`
		}
		if json.Unmarshal([]byte(out), &status) != nil {
			return false
		}
		return slices.ContainsFunc(status.Captures, func(c struct {
			State  string    `json:"state"`
			Oldest time.Time `json:"oldest_at"`
			Newest time.Time `json:"newest_at"`
		},
		) bool {
			return c.State == "recording" && c.Newest.Sub(c.Oldest) >= time.Duration(seconds)*time.Second
		})
	})
}

// follow watches clips.json until the clip of that requester ends, and returns
// the states that a reader saw.
func (s *standalone) follow(requester string, limit time.Duration) (exported, []string) {
	s.t.Helper()
	var last exported
	var states []string
	s.eventually(limit, "the clip of "+requester+" ended", func() bool {
		for _, c := range s.exportedClips() {
			if c.RequestedBy == "twitch:"+requester {
				last = c
				if len(states) == 0 || states[len(states)-1] != c.State {
					states = append(states, c.State)
				}
			}
		}
		return last.State == "published" || last.State == "failed"
	})
	return last, states
}

func TestAChatMessageBecomesAPublishedClip(t *testing.T) {
	t.Parallel()
	s := start(t, filepath.Join(t.TempDir(), "var"), "--demo")
	s.awaitRecording(14)

	asked := s.say("otterfan", "!clip 8 The Otter <b>Parade</b>")
	clip, states := s.follow("otterfan", 90*time.Second)

	require.Equal(t, "published", clip.State, "last error: %s", clip.LastError)
	require.Equal(t, []string{"queued", "encoding", "encoded", "uploading", "published"}, states)
	require.Contains(t, clip.Title, "The Otter bParade/b")
	require.True(t, strings.HasSuffix(clip.Title, "["+clip.ClipID+"]"))

	t.Run("chat got one acknowledgement and one result, as replies", func(t *testing.T) {
		var replies []message
		s.eventually(10*time.Second, "both replies are in chat", func() bool {
			replies = nil
			for _, m := range s.messages() {
				if m.ReplyTo == asked {
					replies = append(replies, m)
				}
			}
			return len(replies) == 2
		})
		require.Contains(t, replies[0].Text, clip.ClipID)
		require.Contains(t, replies[1].Text, clip.URL)
	})

	file := filepath.Join(s.dir, "clips", "output", clip.ClipID+".mp4")
	t.Run("the file is a streamable H.264 and AAC clip of the requested length", func(t *testing.T) {
		requireStreamable(t, file)
		video, audio, seconds := probe(t, file)
		require.Equal(t, "h264", video)
		require.Equal(t, "aac", audio)
		require.InDelta(t, 8.0, seconds, 0.1)
	})

	t.Run("its first and last frames are those of the requested time", func(t *testing.T) {
		requireFrames(t, s, clip.ClipID, file)
	})

	t.Run("it is served where the export says", func(t *testing.T) {
		response, err := http.Get(clip.URL)
		require.NoError(t, err)
		defer func() { _ = response.Body.Close() }()
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.Equal(t, "video/mp4", response.Header.Get("Content-Type"))
		served, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		cut, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, cut, served)
	})

	t.Run("the dashboard on this machine reads its documents, and nobody else does", func(t *testing.T) {
		requireServed(t, s)
	})

	t.Run("Temporal shows the workflow with its state", func(t *testing.T) {
		requireWorkflow(t, s, clip.ClipID)
	})

	t.Run("the operator's commands show it", func(t *testing.T) {
		var listed []map[string]any
		require.NoError(t, json.Unmarshal([]byte(s.cli("clips", "list", "--output", "json")), &listed))
		i := slices.IndexFunc(listed, func(c map[string]any) bool { return c["clip_id"] == clip.ClipID })
		require.GreaterOrEqual(t, i, 0)
		for _, key := range []string{"state", "creator_id", "title", "url", "requested_by"} {
			require.NotEmpty(t, listed[i][key], key)
		}
		require.Contains(t, s.cli("clips", "show", clip.ClipID), "published")
	})

	t.Run("every document keeps the contract", func(t *testing.T) {
		requireContract(t, filepath.Join(s.dir, "runtime", "exports"))
	})

	t.Run("no secret is in any log", func(t *testing.T) {
		requireNoSecrets(t, s)
	})

	t.Run("ping is answered", func(t *testing.T) {
		asked := s.say("pinger", "!ping")
		s.eventually(10*time.Second, "the answer is in chat", func() bool {
			return slices.ContainsFunc(s.messages(), func(m message) bool { return m.ReplyTo == asked && strings.Contains(m.Text, "pong") })
		})
	})

	t.Run("an operator can ask for a clip", func(t *testing.T) {
		out := s.cli("clips", "request", "--seconds", "5", "--title", "By hand", "--wait", "--output", "json")
		var answer map[string]any
		require.NoError(t, json.Unmarshal([]byte(out), &answer), out)
		require.Equal(t, "published", answer["state"])
	})
}

func requireStreamable(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Less(t, strings.Index(string(data), "moov"), strings.Index(string(data), "mdat"), "the index comes before the media")
}

func probe(t *testing.T, file string) (video, audio string, seconds float64) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format", file).Output()
	require.NoError(t, err)
	var info struct {
		Streams []struct {
			Codec string `json:"codec_name"`
			Type  string `json:"codec_type"`
		}
		Format struct {
			Duration float64 `json:"duration,string"`
		}
	}
	require.NoError(t, json.Unmarshal(out, &info))
	for _, stream := range info.Streams {
		switch stream.Type {
		case "video":
			video = stream.Codec
		case "audio":
			audio = stream.Codec
		}
	}
	return video, audio, info.Format.Duration
}

// requireFrames reads the frame counter out of the pictures and compares it
// with the origin's clock.
func requireFrames(t *testing.T, s *standalone, clipID, file string) {
	t.Helper()
	var shown struct {
		Start time.Time `json:"start_at"`
		End   time.Time `json:"end_at"`
	}
	require.NoError(t, json.Unmarshal([]byte(s.cli("clips", "show", clipID, "--output", "json")), &shown))
	epoch, fps := originClock(t, s)
	frames := frameNumbers(t, file)
	wantFirst := shown.Start.Sub(epoch).Seconds() * fps
	wantLast := shown.End.Sub(epoch).Seconds()*fps - 1
	require.InDelta(t, wantFirst, frames[0], 1, "first frame")
	require.InDelta(t, wantLast, frames[len(frames)-1], 1, "last frame")
	for i := 1; i < len(frames); i++ {
		require.Equal(t, frames[i-1]+1, frames[i], "frame %d follows frame %d", i, i-1)
	}
}

// originClock returns when frame 0 would have been shown, and the frame rate,
// from the origin's own playlist and the first picture of one of its segments.
func originClock(t *testing.T, s *standalone) (epoch time.Time, fps float64) {
	t.Helper()
	playlist, err := http.Get(s.addr.Simulators.HLS)
	require.NoError(t, err)
	defer func() { _ = playlist.Body.Close() }()
	text, err := io.ReadAll(playlist.Body)
	require.NoError(t, err)
	var at time.Time
	var segment string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if value, found := strings.CutPrefix(line, "#EXT-X-PROGRAM-DATE-TIME:"); found {
			at, err = time.Parse(time.RFC3339Nano, value)
			require.NoError(t, err)
		}
		if line != "" && !strings.HasPrefix(line, "#") && !at.IsZero() {
			base, err := url.Parse(s.addr.Simulators.HLS)
			require.NoError(t, err)
			u, err := base.Parse(line)
			require.NoError(t, err)
			segment = u.String()
			break
		}
	}
	require.NotEmpty(t, segment, "the playlist has a segment with a time")
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-select_streams", "v:0",
		"-show_entries", "stream=r_frame_rate", "-of", "csv=p=0", segment).Output()
	require.NoError(t, err)
	var num, den float64
	_, err = fmt.Sscanf(strings.TrimSpace(string(out)), "%f/%f", &num, &den)
	require.NoError(t, err)
	fps = num / den
	first := float64(frameNumbers(t, segment)[0])
	return at.Add(-time.Duration(first / fps * float64(time.Second))), fps
}

// frameNumbers decodes the file and reads every picture's frame counter.
func frameNumbers(t *testing.T, file string) []int64 {
	t.Helper()
	const width, height = framecode.MinWidth, 180
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", file, "-vf", fmt.Sprintf("scale=%d:%d", width, height),
		"-pix_fmt", "gray", "-fps_mode", "passthrough", "-f", "rawvideo", "-").Output()
	require.NoError(t, err)
	require.NotEmpty(t, out)
	var numbers []int64
	for picture := range slices.Chunk(out, width*height) {
		n, ok := framecode.ReadFrameNumber(picture, width, height)
		require.True(t, ok, "frame %d carries no readable number", len(numbers))
		numbers = append(numbers, n)
	}
	return numbers
}

func requireWorkflow(t *testing.T, s *standalone, clipID string) {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: s.addr.Temporal, Namespace: "default"})
	require.NoError(t, err)
	defer c.Close()
	s.eventually(10*time.Second, "the workflow is closed", func() bool {
		described, err := c.DescribeWorkflowExecution(t.Context(), "clip:"+clipID, "")
		require.NoError(t, err)
		return described.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
	})
	described, err := c.DescribeWorkflow(t.Context(), "clip:"+clipID, "")
	require.NoError(t, err)
	state, found := described.TypedSearchAttributes.GetKeyword(temporal.NewSearchAttributeKeyKeyword("ClipState"))
	require.True(t, found)
	require.Equal(t, "published", state)
	summary, err := described.GetStaticSummary()
	require.NoError(t, err)
	require.Contains(t, summary, "otterfan")
}
