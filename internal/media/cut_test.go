package media

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAClipHoldsExactlyTheFramesOfItsSpan(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 20)
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		from := random.Int64N(900)
		to := from + 60 + random.Int64N(240)
		// Anything but the grid of frames: up to a third of a frame beside it.
		beside := time.Duration(random.Int64N(int64(time.Second/fps)*2/3)) - time.Second/fps/3
		t.Run("", func(t *testing.T) {
			t.Parallel()
			mine := &recording{t: t, dir: r.dir, j: r.j, s: r.s}
			clip, err := mine.cutSpan(Span{airtime(from).Add(beside), airtime(to).Add(beside)})
			require.NoError(t, err)
			require.Equal(t, rowOf(from, to), frameNumbers(t, clip.Path, 320, 180))
			require.EqualValues(t, to-from, clip.Frames)
			require.Empty(t, clip.Gaps)
		})
	}
}

func TestSoundStaysWithThePicture(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 20)
	clip, err := r.cut(95, 335) // 3.1667 s … 11.1667 s
	require.NoError(t, err)
	requireBeeps(t, clip.Path, 833*time.Millisecond, 8)
}

// requireBeeps wants n beeps a second apart, the first one at first.
func requireBeeps(t *testing.T, path string, first time.Duration, n int) {
	t.Helper()
	found := beeps(t, path)
	require.Len(t, found, n)
	for i, at := range found {
		require.InDelta(t, (first + time.Duration(i)*time.Second).Seconds(), at.Seconds(), 0.02, "beep %d", i)
	}
}

func TestCutsOfDifficultSources(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		source   *footage
		from, to int64
		first    time.Duration // of its beeps
		beeps    int
	}{
		{"timestamps that wrap around in the middle of the clip", wrapping, 100, 400, 667 * time.Millisecond, 10},
		{"fragmented MP4 with an initialization section", fragmented, 77, 301, 433 * time.Millisecond, 8},
		{"open groups of pictures", openGOP, 130, 370, 667 * time.Millisecond, 8},
		{"a first picture that refers to the segment before", openGOP, 120, 200, 0, 3},
		{"segments that do not begin with a key picture", longGOP, 225, 465, 500 * time.Millisecond, 8},
		{"the whole recording, from its first frame to its last", ordinary, 0, 1200, 0, 40},
		{"a clip within a single segment", ordinary, 125, 170, 833 * time.Millisecond, 1},
		{"a single picture", ordinary, 611, 612, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRecording(t).add(c.source, 0, len(c.source.load(t).segments))
			clip, err := r.cut(c.from, c.to)
			require.NoError(t, err)
			require.Equal(t, rowOf(c.from, c.to), frameNumbers(t, clip.Path, 320, 180))
			if c.beeps > 0 {
				requireBeeps(t, clip.Path, c.first, c.beeps)
			}
		})
	}
}

func TestAClipGoesAcrossADiscontinuityToAnEncoderWithOtherTimestampsAndSize(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 5, 10).add(another, 0, 5)
	clip, err := r.cut(500, 700)
	require.NoError(t, err)
	require.Equal(t, 320, clip.Width)
	require.Equal(t, rowOf(500, 700), frameNumbers(t, clip.Path, 320, 180))
	requireBeeps(t, clip.Path, 333*time.Millisecond, 7)
	require.Empty(t, clip.Gaps)
}

func TestABreakInTimestampsThatTheSourceDoesNotTellIsFound(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 5, 10)
	another.load(t)
	for i := range 5 {
		r.put(another, another.segments[i], Segment{
			Start: airtime(600 + int64(i*60)), Duration: 2 * time.Second, Origin: int64(10 + i), Clock: OriginClock,
		})
	}
	clip, err := r.cut(500, 700)
	require.NoError(t, err)
	require.Equal(t, rowOf(500, 700), frameNumbers(t, clip.Path, 320, 180))
}

func TestAGapIsLeftOutAndTold(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 5)
	require.NoError(t, r.j.addGap(airtime(300), airtime(360), GapStall))
	r.add(ordinary, 6, 15)
	clip, err := r.cut(150, 750) // 2 s of 20 s are missing
	require.NoError(t, err)
	require.Equal(t, append(rowOf(150, 300), rowOf(360, 750)...), frameNumbers(t, clip.Path, 320, 180))
	require.Len(t, clip.Gaps, 1)
	require.Equal(t, GapStall, clip.Gaps[0].Reason)
	require.WithinDuration(t, airtime(300), clip.Gaps[0].Start, time.Second/fps)
	require.WithinDuration(t, airtime(360), clip.Gaps[0].End, time.Second/fps)
	requireBeeps(t, clip.Path, 0, 18)
}

func TestPartsWithoutSoundAreSilentInAClipWithSound(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 5, 10).add(silent, 0, 5)
	clip, err := r.cut(510, 690)
	require.NoError(t, err)
	require.Equal(t, "aac", clip.AudioCodec)
	require.Equal(t, rowOf(510, 690), frameNumbers(t, clip.Path, 320, 180))
	requireBeeps(t, clip.Path, 0, 3)

	r = newRecording(t).add(silent, 0, 5)
	clip, err = r.cut(610, 700)
	require.NoError(t, err)
	require.Empty(t, clip.AudioCodec)
}

func TestAClipHasItsMetadataAndAPicture(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 5)
	clip, err := r.cut(31, 211)
	require.NoError(t, err)
	require.Equal(t, "h264", clip.VideoCodec)
	require.Equal(t, "aac", clip.AudioCodec)
	require.InDelta(t, 6, clip.Duration.Seconds(), 0.05)

	var meta sidecar
	text, err := os.ReadFile(clip.Sidecar)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &meta))
	require.Equal(t, "abc123", meta.ClipID)
	require.Equal(t, clip.SHA256, meta.SHA256)
	require.EqualValues(t, 180, meta.Frames)
	require.NotContains(t, string(text), r.dir)
	video, ok := meta.Probe.first("video")
	require.True(t, ok)
	require.Equal(t, "yuv420p", video.PixFmt)

	picture, err := tools(t).describe(t.Context(), description{input: clip.Thumbnail})
	require.NoError(t, err)
	require.Equal(t, "mjpeg", picture.Streams[0].Codec)
	require.Equal(t, 320, picture.Streams[0].Width)
	require.Equal(t, []string{"moov", "mdat"}, boxes(t, clip.Path), "players want the index first")
}

// boxes lists moov and mdat in the order of the file.
func boxes(t *testing.T, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var found []string
	for len(data) >= 8 {
		size := int(data[0])<<24 | int(data[1])<<16 | int(data[2])<<8 | int(data[3])
		if name := string(data[4:8]); name == "moov" || name == "mdat" {
			found = append(found, name)
		}
		require.GreaterOrEqual(t, size, 8)
		data = data[min(size, len(data)):]
	}
	return found
}

func TestAFinishedClipIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 5)
	output := t.TempDir() + "/abc123.mp4"
	c := &Cutter{Tools: tools(t), Threads: 1}
	defer oneEncoder()()
	first, err := c.Cut(t.Context(), CutRequest{Dir: r.dir, Span: Span{airtime(30), airtime(120)}, Output: output})
	require.NoError(t, err)

	idle := &Cutter{Tools: Tools{FFmpeg: "/nowhere/ffmpeg", FFprobe: "/nowhere/ffprobe"}}
	again, err := idle.Cut(t.Context(), CutRequest{Dir: r.dir, Span: Span{airtime(30), airtime(120)}, Output: output})
	require.NoError(t, err)
	require.Equal(t, first, again)

	other, err := c.Cut(t.Context(), CutRequest{Dir: r.dir, Span: Span{airtime(30), airtime(90)}, Output: output})
	require.NoError(t, err)
	require.EqualValues(t, 60, other.Frames, "another span is another clip")
}
