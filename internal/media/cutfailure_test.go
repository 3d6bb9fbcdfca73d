package media

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// requireFailure wants a failure whose message a creator can read.
func requireFailure(t *testing.T, err error, code clip.Code) *clip.Failure {
	t.Helper()
	var failure *clip.Failure
	require.ErrorAs(t, err, &failure)
	require.Equal(t, code, failure.Code, "%v", err)
	require.Regexp(t, `^[A-Z].*\.$`, failure.Message)
	require.NotContains(t, failure.Message, "/")
	return failure
}

func TestASpanThatCannotBeCutFailsWithAReason(t *testing.T) {
	t.Parallel()
	pruned := func(t *testing.T) *recording {
		r := newRecording(t).add(ordinary, 0, 10)
		_, err := r.s.pruner.deleteThrough(6)
		require.NoError(t, err)
		return r
	}
	for _, c := range []struct {
		name     string
		recorded func(*testing.T) *recording
		from, to int64
		code     clip.Code
	}{
		{"older than the buffer", pruned, 30, 200, clip.TooOld},
		{"mostly older than the buffer", pruned, 200, 500, clip.TooOld},
		{"nothing was recorded", func(t *testing.T) *recording { return newRecording(t) }, 30, 200, clip.NoCapture},
		{"before the recording began", func(t *testing.T) *recording { return newRecording(t).add(ordinary, 5, 10) }, 100, 400, clip.NoCapture},
		{"behind the end of the recording", func(t *testing.T) *recording { return newRecording(t).add(ordinary, 0, 5) }, 400, 700, clip.NoCapture},
		{"more than a fifth is missing", func(t *testing.T) *recording {
			return newRecording(t).add(ordinary, 0, 4).add(ordinary, 7, 10)
		}, 100, 500, clip.CaptureGap},
		{"a span without a length", pruned, 500, 500, clip.Internal},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := c.recorded(t).cut(c.from, c.to)
			requireFailure(t, err, c.code)
		})
	}
}

func TestPartOfTheSpanMayHaveExpired(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 10)
	_, err := r.s.pruner.deleteThrough(2)
	require.NoError(t, err)
	clip, err := r.cut(90, 390) // 1 s of 10 s has expired
	require.NoError(t, err)
	require.Equal(t, rowOf(120, 390), frameNumbers(t, clip.Path, 320, 180))
	require.Len(t, clip.Gaps, 1)
	require.Equal(t, GapExpired, clip.Gaps[0].Reason)
}

func TestASegmentThatExpiresWhileItIsWantedIsMissingNotAnError(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 10)
	segments := r.j.ix.Segments()
	require.NoError(t, os.Remove(filepath.Join(r.dir, segments[0].File)))
	clip, err := r.cut(50, 450)
	require.NoError(t, err)
	require.Equal(t, GapExpired, clip.Gaps[0].Reason)
	require.Equal(t, rowOf(60, 450), frameNumbers(t, clip.Path, 320, 180))
}

func TestADamagedRecordingFailsAsCorruptMedia(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct {
		name   string
		damage func([]byte) []byte
	}{
		{"one segment is noise", func(data []byte) []byte {
			for i := range data {
				data[i] = byte(random.Uint32())
			}
			return data
		}},
		{"one segment is a web page", func([]byte) []byte {
			return bytes.Repeat([]byte("<html><body>Sorry, try again later.</body></html>\n"), 100)
		}},
		{"one segment is zeros", func(data []byte) []byte { return make([]byte, len(data)) }},
		{"one segment is a playlist that leads to a file", func([]byte) []byte {
			return []byte("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")
		}},
	} {
		damaged := c.damage(bytes.Clone(ordinary.load(t).segments[3]))
		for _, all := range []bool{false, true} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				r := newRecording(t)
				for i := range 6 {
					data := ordinary.segments[i]
					if i == 3 || all {
						data = damaged
					}
					r.put(ordinary, data, Segment{Start: airtime(int64(60 * i)), Duration: 2 * time.Second, Clock: OriginClock})
				}
				_, err := r.cut(70, 330)
				requireFailure(t, err, clip.CorruptMedia)
			})
		}
	}
}

func TestAFileThatIsNotWhatWasRecordedIsCorrupt(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 5)
	path := filepath.Join(r.dir, r.j.ix.Segments()[2].File)
	require.NoError(t, os.Truncate(path, 10_000))
	_, err := r.cut(30, 270)
	requireFailure(t, err, clip.CorruptMedia)
}

func TestWithoutFFmpegAClipFailsAsSuch(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 5)
	for _, missing := range []Tools{
		{FFmpeg: filepath.Join(t.TempDir(), "ffmpeg"), FFprobe: tools(t).FFprobe},
		{FFmpeg: tools(t).FFmpeg, FFprobe: filepath.Join(t.TempDir(), "ffprobe")},
	} {
		c := &Cutter{Tools: missing}
		output := filepath.Join(t.TempDir(), "abc123.mp4")
		_, err := c.Cut(t.Context(), CutRequest{Dir: r.dir, Span: Span{airtime(30), airtime(120)}, Output: output})
		requireFailure(t, err, clip.NoFFmpeg)
		requireEmpty(t, filepath.Dir(output))
	}
}

func requireEmpty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
}

// wrapper is a program that stands in for FFmpeg.
func wrapper(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ffmpeg")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755))
	return path
}

func TestAFullDiskFailsAsSuchAndLeavesNothing(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		return // no limits on files
	}
	r := newRecording(t).add(ordinary, 0, 10)
	real := tools(t)
	for name, script := range map[string]string{
		// The limit is real: FFmpeg gets EFBIG from the kernel while it writes.
		"a file may not grow": "trap '' XFSZ\nulimit -f 50\nexec " + real.FFmpeg + " \"$@\"\n",
		"the device is full": "case \"$*\" in *-version*) exec " + real.FFmpeg + " \"$@\";; esac\n" +
			"echo 'av_interleaved_write_frame(): No space left on device' >&2\nexit 1\n",
		"the code of newer versions": "case \"$*\" in *-version*) exec " + real.FFmpeg + " \"$@\";; esac\nexit 228\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer oneEncoder()()
			output := filepath.Join(t.TempDir(), "abc123.mp4")
			c := &Cutter{Tools: Tools{FFmpeg: wrapper(t, script), FFprobe: real.FFprobe}}
			_, err := c.Cut(t.Context(), CutRequest{Dir: r.dir, Span: Span{airtime(0), airtime(600)}, Output: output})
			failure := requireFailure(t, err, clip.DiskFull)
			require.False(t, failure.Final)
			requireEmpty(t, filepath.Dir(output))
		})
	}
}

func TestWhatFFmpegSaysGoesToTheLogAloneAndIsBounded(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 5)
	real := tools(t)
	script := "case \"$*\" in *-version*) exec " + real.FFmpeg + " \"$@\";; esac\n" +
		"i=0; while [ $i -lt 500 ]; do echo 'https://user:pw@example.org/secret/path?token=abc went wrong' >&2; i=$((i+1)); done\nexit 1\n"
	c := &Cutter{Tools: Tools{FFmpeg: wrapper(t, script), FFprobe: real.FFprobe}}
	_, err := c.Cut(t.Context(), CutRequest{Dir: r.dir, Span: Span{airtime(30), airtime(120)}, Output: filepath.Join(t.TempDir(), "abc123.mp4")})
	failure := requireFailure(t, err, clip.EncodeFailed)
	require.NotContains(t, failure.Message, "went wrong")
	require.Contains(t, failure.Err.Error(), "https://example.org/… went wrong")
	require.NotContains(t, failure.Err.Error(), "secret")
	require.NotContains(t, failure.Err.Error(), "token")
	require.Less(t, len(failure.Err.Error()), maxTail+200)
}

func TestACancelledCutLeavesNoProcessAndNoFile(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 20)
	defer oneEncoder()()
	ctx, cancel := context.WithCancelCause(t.Context())
	withdrawn := errors.New("withdrawn")
	output := filepath.Join(t.TempDir(), "abc123.mp4")
	c := &Cutter{Tools: tools(t), Threads: 1}
	seen := 0
	_, err := c.Cut(ctx, CutRequest{Dir: r.dir, Span: Span{airtime(0), airtime(1200)}, Output: output, OnProgress: func(CutProgress) {
		if seen++; seen == 1 {
			require.NotEmpty(t, children(t, filepath.Dir(output)))
			cancel(withdrawn)
		}
	}})
	require.ErrorIs(t, err, withdrawn)
	require.Empty(t, children(t, filepath.Dir(output)))
	requireEmpty(t, filepath.Dir(output))
}

func TestProgressGrowsToTheWhole(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 10)
	defer oneEncoder()()
	var seen []CutProgress
	c := &Cutter{Tools: tools(t), Threads: 1}
	clip, err := c.Cut(t.Context(), CutRequest{
		Dir: r.dir, Span: Span{airtime(10), airtime(500)}, Output: filepath.Join(t.TempDir(), "abc123.mp4"),
		OnProgress: func(p CutProgress) { seen = append(seen, p) },
	})
	require.NoError(t, err)
	require.NotEmpty(t, seen)
	last := seen[len(seen)-1]
	require.Equal(t, 1.0, last.Fraction)
	require.Equal(t, clip.Frames, last.Frame)
	for i := 1; i < len(seen); i++ {
		require.GreaterOrEqual(t, seen[i].Fraction, seen[i-1].Fraction)
	}
}

func TestLeftoversOfAKilledAttemptAreRemoved(t *testing.T) {
	t.Parallel()
	r := newRecording(t).add(ordinary, 0, 5)
	output := filepath.Join(t.TempDir(), "abc123.mp4")
	for _, name := range []string{".abc123.1.mp4.cutting", ".abc123.2.jpg.cutting", ".abc124.1.mp4.cutting"} {
		require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(output), name), nil, 0o600))
	}
	defer oneEncoder()()
	c := &Cutter{Tools: tools(t), Threads: 1}
	_, err := c.Cut(t.Context(), CutRequest{Dir: r.dir, Span: Span{airtime(30), airtime(60)}, Output: output})
	require.NoError(t, err)
	entries, err := os.ReadDir(filepath.Dir(output))
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	require.Equal(t, []string{".abc124.1.mp4.cutting", "abc123.jpg", "abc123.json", "abc123.mp4"}, names)
	info, err := os.Stat(output)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o644), info.Mode().Perm())
}

func TestPathsThatAreNotAbsoluteOrLeadOutOfTheFolderAreRefused(t *testing.T) {
	t.Parallel()
	good := CutRequest{Dir: "/a", Output: "/b/abc123.mp4", Span: Span{airtime(0), airtime(30)}}
	require.NoError(t, good.check())
	for _, change := range []func(*CutRequest){
		func(r *CutRequest) { r.Dir = "a" },
		func(r *CutRequest) { r.Output = "abc123.mp4" },
		func(r *CutRequest) { r.Output = "/b/abc123.mkv" },
		func(r *CutRequest) { r.Span.End = r.Span.Start },
		func(r *CutRequest) {
			r.Segments = []Segment{{Seq: 1, File: "../../etc/passwd", Start: epoch, Duration: time.Second, Bytes: 1}}
		},
	} {
		bad := good
		change(&bad)
		require.Error(t, bad.check())
	}
}

func TestAddressesLoseTheirPathsAndQueries(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"rtmp://live.example/app/key-123: refused":               "rtmp://live.example/… refused",
		"open 'https://u:p@cdn.example:8443/a/b.m3u8?sig=x' now": "open 'https://cdn.example:8443/…' now",
		"nothing to see": "nothing to see",
	} {
		require.Equal(t, want, redactText(text))
	}
	var tail tail
	for range 100 {
		tail.Write([]byte(strings.Repeat("x", 99) + "\n"))
	}
	require.LessOrEqual(t, len(tail.String()), maxTail)
}
