package hls

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grafov/m3u8"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
	"github.com/streamsuites/streamsuites/internal/sim/framecode"
)

// fastClock runs a given number of times faster than the machine's.
type fastClock struct {
	begin  time.Time
	factor time.Duration
}

func (c fastClock) Now() time.Time { return c.begin.Add(time.Since(c.begin) * c.factor) }
func (c fastClock) After(d time.Duration) <-chan time.Time {
	return time.After(d / c.factor)
}

// rig is an origin under test behind a real HTTP server.
type rig struct {
	*Origin
	url    string
	cancel context.CancelFunc
	ended  chan struct{}
}

func start(t *testing.T, dir string, clock Clock) *rig {
	t.Helper()
	ffmpeg, err := exec.LookPath("ffmpeg")
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(dir, 0o700))
	switches, err := faults.Open(filepath.Join(dir, "faults.json"), Targets()...)
	require.NoError(t, err)
	origin, err := Open(Options{Dir: filepath.Join(dir, "hls"), FFmpeg: ffmpeg, Faults: switches, Clock: clock, Log: zerolog.New(zerolog.NewTestWriter(t))})
	require.NoError(t, err)
	server := httptest.NewServer(origin.Handler())
	ctx, cancel := context.WithCancel(context.Background())
	r := &rig{Origin: origin, url: server.URL, cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(r.ended)
		_ = origin.Run(ctx)
	}()
	t.Cleanup(func() {
		r.stop()
		server.CloseClientConnections()
		server.Close()
	})
	return r
}

func (r *rig) stop() {
	r.cancel()
	<-r.ended
}

func (r *rig) get(t *testing.T, path string) (int, []byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+path, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, body, err
}

// playlistOnce waits until the playlist is as wanted.
func (r *rig) playlistOnce(t *testing.T, wanted func(*m3u8.MediaPlaylist, string) bool) (*m3u8.MediaPlaylist, string) {
	t.Helper()
	var list *m3u8.MediaPlaylist
	var text string
	require.Eventually(t, func() bool {
		status, body, err := r.get(t, PlaylistPath)
		if err != nil || status != http.StatusOK {
			return false
		}
		list, text = parse(t, body), string(body)
		return wanted(list, text)
	}, 60*time.Second, 20*time.Millisecond)
	return list, text
}

func full(list *m3u8.MediaPlaylist, _ string) bool {
	return len(list.GetAllSegments()) == windowSegments
}

func (r *rig) segmentOf(t *testing.T, uri string) string {
	t.Helper()
	status, body, err := r.get(t, "/live/"+uri)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	path := filepath.Join(t.TempDir(), "segment.ts")
	require.NoError(t, os.WriteFile(path, body, 0o600))
	return path
}

// frameNumbers decodes a file of the origin's size and reads every frame's number.
func frameNumbers(t *testing.T, path string) []int64 {
	t.Helper()
	return numbersOf(t, path, Width, Height)
}

func numbersOf(t *testing.T, path string, width, height int) []int64 {
	t.Helper()
	raw, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-pix_fmt", "gray", "-f", "rawvideo", "-").Output()
	require.NoError(t, err)
	var numbers []int64
	for size := width * height; len(raw) >= size; raw = raw[size:] {
		n, ok := framecode.ReadFrameNumber(raw[:size], width, height)
		require.True(t, ok, "frame %d of %s", len(numbers), path)
		numbers = append(numbers, n)
	}
	return numbers
}

func consecutive(from int64, count int64) []int64 {
	numbers := make([]int64, count)
	for i := range numbers {
		numbers[i] = from + int64(i)
	}
	return numbers
}

func TestAFreshOriginIsLiveWithAFullWindowOfRealVideo(t *testing.T) {
	t.Parallel()
	r := start(t, t.TempDir(), WallClock{})
	list, _ := r.playlistOnce(t, full)
	for _, i := range []int{0, 4, 9} {
		entry := list.GetAllSegments()[i]
		path := r.segmentOf(t, entry.URI)
		first := int64(entry.ProgramDateTime.Sub(r.Epoch()) * FramesPerSecond / time.Second)
		require.Equal(t, consecutive(first, framesPerSlot), frameNumbers(t, path))
	}
	probe, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-show_streams", "-of", "json",
		r.segmentOf(t, list.GetAllSegments()[3].URI)).Output()
	require.NoError(t, err)
	var found struct {
		Streams []struct {
			Codec  string `json:"codec_name"`
			Width  int    `json:"width"`
			Height int    `json:"height"`
		} `json:"streams"`
	}
	require.NoError(t, json.Unmarshal(probe, &found))
	require.Len(t, found.Streams, 2)
	require.Equal(t, "h264", found.Streams[0].Codec)
	require.Equal(t, []int{Width, Height}, []int{found.Streams[0].Width, found.Streams[0].Height})
	require.Equal(t, "aac", found.Streams[1].Codec)
}

func TestAnFFmpegClientReadsFramesWithoutAMissingOne(t *testing.T) {
	t.Parallel()
	r := start(t, t.TempDir(), WallClock{})
	r.playlistOnce(t, full)
	out := filepath.Join(t.TempDir(), "read.ts")
	command := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-live_start_index", "0", "-i", r.url+MasterPath, "-t", "12", "-c", "copy", out)
	output, err := command.CombinedOutput()
	require.NoError(t, err, string(output))
	numbers := frameNumbers(t, out)
	require.GreaterOrEqual(t, len(numbers), 12*FramesPerSecond-1)
	require.Equal(t, consecutive(numbers[0], int64(len(numbers))), numbers)

	cut := filepath.Join(t.TempDir(), "cut.mp4")
	output, err = exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", out, "-an",
		"-vf", "trim=start_frame=105:end_frame=165,setpts=PTS-STARTPTS,scale=426:240", "-fps_mode", "passthrough",
		"-c:v", "libx264", "-preset", "ultrafast", "-crf", "38", cut).CombinedOutput()
	require.NoError(t, err, string(output))
	require.Equal(t, consecutive(numbers[0]+105, 60), numbersOf(t, cut, 426, 240), "small and coarse, but every frame is known")
}

func TestMinutesOfPlaylistsStayValid(t *testing.T) {
	t.Parallel()
	r := start(t, t.TempDir(), fastClock{time.Now(), 10})
	var sequence uint64
	times := map[string]time.Time{}
	r.playlistOnce(t, func(list *m3u8.MediaPlaylist, text string) bool {
		require.GreaterOrEqual(t, list.SeqNo, sequence)
		require.NotContains(t, text, "ENDLIST")
		sequence = list.SeqNo
		var before time.Time
		for _, entry := range list.GetAllSegments() {
			if !before.IsZero() {
				require.Equal(t, SegmentDuration, entry.ProgramDateTime.Sub(before))
			}
			before = entry.ProgramDateTime
			if known, ok := times[entry.URI]; ok {
				require.Equal(t, known, entry.ProgramDateTime)
			}
			times[entry.URI] = entry.ProgramDateTime
		}
		return sequence >= 60 // two minutes beyond the first window
	})
	files, err := filepath.Glob(filepath.Join(r.options.Dir, "*.ts"))
	require.NoError(t, err)
	require.LessOrEqual(t, len(files), windowSegments+graceSlots+2, "old segments are removed")
}

func TestARestartedOriginGoesOnWithTheRightFrames(t *testing.T) {
	t.Parallel()
	dir, clock := t.TempDir(), fastClock{time.Now(), 4}
	first := start(t, dir, clock)
	before, _ := first.playlistOnce(t, full)
	first.stop()
	second := start(t, dir, clock)
	require.Equal(t, first.Epoch(), second.Epoch())
	known := before.GetAllSegments()[windowSegments-1].SeqId
	list, text := second.playlistOnce(t, func(list *m3u8.MediaPlaylist, text string) bool {
		return strings.Contains(text, "#EXT-X-DISCONTINUITY\n")
	})
	require.GreaterOrEqual(t, list.SeqNo, before.SeqNo, text)
	for _, entry := range list.GetAllSegments() {
		if entry.SeqId > known && entry.Discontinuity {
			firstFrame := int64(entry.ProgramDateTime.Sub(second.Epoch()) * FramesPerSecond / time.Second)
			require.Equal(t, consecutive(firstFrame, framesPerSlot), frameNumbers(t, second.segmentOf(t, entry.URI)))
			return
		}
	}
	require.Fail(t, "no segment after the restart is marked", text)
}

func TestTheEndOfABroadcastIsWrittenAndANewOneBegins(t *testing.T) {
	t.Parallel()
	r := start(t, t.TempDir(), fastClock{time.Now(), 4})
	before, _ := r.playlistOnce(t, full)
	require.NoError(t, r.Live(false))
	require.NoError(t, r.Live(false))
	_, body, err := r.get(t, PlaylistPath)
	require.NoError(t, err)
	require.True(t, parse(t, body).Closed)

	require.NoError(t, r.Live(true))
	after, text := r.playlistOnce(t, func(list *m3u8.MediaPlaylist, _ string) bool { return true })
	require.False(t, after.Closed)
	require.GreaterOrEqual(t, after.SeqNo, before.SeqNo+windowSegments)
	require.Contains(t, text, "#EXT-X-DISCONTINUITY\n")
}

func FuzzSlotOf(f *testing.F) {
	f.Add("segment-000000042.ts,84.0,86.0")
	f.Add("segment-99999999999999999999.ts")
	f.Fuzz(func(t *testing.T, line string) {
		if slot, ok := completedSlot(line); ok {
			require.GreaterOrEqual(t, slot, int64(0))
		}
	})
}
