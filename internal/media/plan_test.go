package media

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
)

func TestARecordingInTooManyPiecesCannotBeCut(t *testing.T) {
	t.Parallel()
	r := newRecording(t)
	ordinary.load(t)
	for i := range maxReels + 1 {
		r.put(ordinary, ordinary.segments[0], Segment{Start: airtime(int64(60 * i)), Duration: 2 * time.Second, Discontinuity: true, Clock: OriginClock})
	}
	_, err := r.cut(0, int64(60*(maxReels+1)))
	requireFailure(t, err, clip.CaptureGap)
}

func TestOverlappingRecordingsAreNotShownTwice(t *testing.T) {
	t.Parallel()
	// The second encoder's first two seconds are on air while the first still is.
	r := newRecording(t).add(ordinary, 5, 11).add(another, 0, 5)
	clip, err := r.cut(500, 700)
	require.NoError(t, err)
	require.Equal(t, rowOf(500, 700), frameNumbers(t, clip.Path, 320, 180))
}

func TestFoldersMayHaveAnyName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{`it's 100%d \ "a folder"`, "a|b"} {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			cutInFolder(t, filepath.Join(t.TempDir(), name))
		})
	}
}

func cutInFolder(t *testing.T, odd string) {
	require.NoError(t, os.Mkdir(odd, 0o755))
	dir := filepath.Join(odd, "capture")
	file := filepath.Join(odd, "stream.ts")
	require.NoError(t, os.WriteFile(file, bytes.Join(ordinary.load(t).segments[:1], nil), 0o644))
	ix, err := runRecorder(t, RecorderConfig{Dir: dir, Resolve: resolves(file)}, func(Progress) bool { return false })
	require.NoError(t, err)
	start := ix.Segments()[0].Start
	defer oneEncoder()()
	cut, err := (&Cutter{Tools: tools(t), Threads: 1}).Cut(t.Context(), CutRequest{
		Dir: dir, Span: Span{start, start.Add(1500 * time.Millisecond)}, Output: filepath.Join(odd, "abc123.mp4"),
	})
	require.NoError(t, err)
	require.Equal(t, rowOf(0, 45), frameNumbers(t, cut.Path, 320, 180))
	require.NoError(t, sweepOutput(cut.Path))
}

func TestGivenSegmentsAreTheOnesThatAreCut(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 10)
	span := Span{airtime(110), airtime(500)}
	cover := r.j.ix.Cover(span)
	defer oneEncoder()()
	c := &Cutter{Tools: tools(t), Threads: 1}
	cut, err := c.Cut(context.Background(), CutRequest{Dir: r.dir, Segments: cover.Segments[1:], Span: span, Output: filepath.Join(t.TempDir(), "abc123.mp4")})
	require.NoError(t, err)
	require.Equal(t, rowOf(120, 500), frameNumbers(t, cut.Path, 320, 180))
}

func FuzzStretch(f *testing.F) {
	f.Add([]byte("packet|stream_index=0|pts=312000|pos=564|flags=K_\npacket|stream_index=0|pts=315000|pos=5264|flags=__\nstream|index=0|codec_name=h264|codec_type=video|width=320|height=180|sample_aspect_ratio=1:1|time_base=1/90000\nstream|index=1|codec_type=audio\n"), int64(100), int64(6000))
	f.Add([]byte("packet|stream_index=0|pts=9223372036854775807|pos=-1|flags=K_\nstream|index=0|codec_type=video|width=2|height=2|time_base=2147483647/1"), int64(0), int64(1))
	f.Fuzz(func(t *testing.T, listing []byte, first, second int64) {
		s, err := parseStretch(listing)
		if err != nil || !s.video {
			return
		}
		r := reel{
			{Seq: 1, Start: epoch, Duration: 2 * time.Second, Bytes: first & 0xffff},
			{Seq: 2, Start: epoch.Add(2 * time.Second), Duration: 2 * time.Second, Bytes: second & 0xffff},
		}
		all, bad, split := pictures(r, s)
		if bad >= 0 || split > 0 {
			return
		}
		span := Span{epoch.Add(time.Second), epoch.Add(3 * time.Second)}
		if p, ok := choose(r, s, all, span); ok {
			require.Positive(t, p.frames)
			require.Positive(t, p.interval)
			require.GreaterOrEqual(t, p.last, p.first)
			require.NotPanics(t, func() { missing(span, []part{p}, nil) })
			width, height := cutPlan{parts: []part{p}}.frameSize()
			require.Zero(t, width%2+height%2)
		}
	})
}

func FuzzProgress(f *testing.F) {
	f.Add([]byte("frame=10\nout_time_us=333333\nprogress=continue\nframe=20\nout_time_us=N/A\nprogress=end\n"), 7)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		p := &progressReader{total: time.Second, frames: 30, tell: func(c CutProgress) {
			require.GreaterOrEqual(t, c.Fraction, 0.0)
			require.LessOrEqual(t, c.Fraction, 1.0)
		}}
		for size = max(1, size); len(data) > 0; data = data[min(size, len(data)):] {
			_, err := p.Write(data[:min(size, len(data))])
			require.NoError(t, err)
		}
	})
}

func BenchmarkCut(b *testing.B) {
	r := newRecording(b).add(ordinary, 0, 20)
	c := &Cutter{Tools: tools(b)}
	dir := b.TempDir()
	span := Span{airtime(95), airtime(95 + 900)}
	var ffmpeg, all time.Duration
	n := 0
	for b.Loop() {
		n++
		began := time.Now()
		result, err := c.Cut(context.Background(), CutRequest{Dir: r.dir, Span: span, Output: filepath.Join(dir, fmt.Sprintf("abc%03d.mp4", n))})
		require.NoError(b, err)
		ffmpeg += result.FFmpegTime
		all += time.Since(began)
	}
	b.ReportMetric(float64((all-ffmpeg).Milliseconds())/float64(n), "own-ms/op")
	b.ReportMetric(span.Length().Seconds()*float64(n)/all.Seconds(), "x-realtime")
}
