package media

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// runRecorder records with the real clock until enough says so.
func runRecorder(t *testing.T, cfg RecorderConfig, enough func(Progress) bool) (*Index, error) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	cfg.Log, cfg.Tools = zerolog.Nop(), tools(t)
	cfg.OnProgress = func(p Progress) {
		if enough(p) {
			cancel(errEnough)
		}
	}
	r, err := NewRecorder(cfg)
	require.NoError(t, err)
	err = r.Run(ctx)
	ix, openErr := OpenIndex(cfg.Dir)
	require.NoError(t, openErr)
	return ix, err
}

func resolves(address string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return address, nil }
}

func TestAFileIsPlayedInRealTimeToItsEnd(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "stream.ts")
	require.NoError(t, os.WriteFile(file, bytes.Join(ordinary.load(t).segments[:2], nil), 0o644))
	dir := t.TempDir()
	began := time.Now()
	ix, err := runRecorder(t, RecorderConfig{Dir: dir, Resolve: resolves(file)}, func(Progress) bool { return false })
	require.NoError(t, err)
	segments := ix.Segments()
	require.NotEmpty(t, segments)
	require.Greater(t, time.Since(began), 3*time.Second)
	require.WithinDuration(t, time.Now(), segments[len(segments)-1].End(), time.Second)
	require.Equal(t, ArrivalClock, segments[0].Clock)
	require.True(t, ix.Cover(Span{began, began.Add(time.Hour)}).Done)

	defer oneEncoder()()
	middle := segments[0].Start.Add(time.Second)
	cut, err := (&Cutter{Tools: tools(t), Threads: 1}).Cut(t.Context(), CutRequest{
		Dir: dir, Span: Span{middle, middle.Add(2 * time.Second)}, Output: filepath.Join(t.TempDir(), "abc123.mp4"),
	})
	require.NoError(t, err)
	numbers := frameNumbers(t, cut.Path, 320, 180)
	require.Equal(t, rowOf(numbers[0], numbers[0]+60), numbers)
}

func TestAFileThatMPEGTSCannotHoldIsEncoded(t *testing.T) {
	t.Parallel()
	if out, err := exec.Command("ffmpeg", "-hide_banner", "-encoders").Output(); err != nil || !bytes.Contains(out, []byte("libvpx ")) {
		require.NoError(t, err)
		return // nothing here can make such a file
	}
	file := filepath.Join(t.TempDir(), "stream.webm")
	out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=30", "-t", "3", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", file).CombinedOutput()
	require.NoError(t, err, string(out))
	ix, err := runRecorder(t, RecorderConfig{Dir: t.TempDir(), Resolve: resolves(file)}, func(Progress) bool { return false })
	require.NoError(t, err)
	info, err := tools(t).describe(t.Context(), description{input: filepath.Join(ix.dir, ix.Segments()[0].File)})
	require.NoError(t, err)
	video, ok := info.first("video")
	require.True(t, ok)
	require.Equal(t, "h264", video.Codec)
}

// listen serves each connection with what it is given, and closes it.
func listen(t *testing.T, serve ...[]byte) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if n < len(serve) {
				c.Write(serve[n])
			}
			c.Close()
		}
	}()
	return "tcp://" + l.Addr().String()
}

func TestALiveSourceThatBreaksOffIsConnectedToAgain(t *testing.T) {
	t.Parallel()
	first := bytes.Join(ordinary.load(t).segments[:2], nil)
	second := bytes.Join(another.load(t).segments[:2], nil)
	resolved := 0
	address := listen(t, first, second)
	var errs []string
	ix, err := runRecorder(t, RecorderConfig{
		Dir:     t.TempDir(),
		Rand:    func() float64 { return 0 },
		Resolve: func(context.Context) (string, error) { resolved++; return address, nil },
	}, func(p Progress) bool {
		errs = append(errs, p.Err)
		return resolved >= 2 && p.Segments >= 4 && p.State == StateStalled
	})
	require.ErrorIs(t, err, errEnough)
	require.Contains(t, errs, "the source has ended")
	breaks := 0
	for _, s := range ix.Segments() {
		if s.Discontinuity {
			breaks++
		}
	}
	require.GreaterOrEqual(t, breaks, 1)
	require.Empty(t, children(t, ix.dir))
}

func TestALiveSourceThatGoesSilentIsStalledAndItsEndIsKept(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	data := bytes.Join(ordinary.load(t).segments[:6], nil)
	silent := make(chan struct{})
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		c.Write(data)
		<-silent
	}()
	t.Cleanup(func() { close(silent) })
	ix, err := runRecorder(t, RecorderConfig{
		Dir: t.TempDir(), Resolve: resolves("tcp://" + l.Addr().String()), StallAfter: 2 * time.Second,
	}, func(p Progress) bool { return p.Err == errStalled.Error() })
	require.ErrorIs(t, err, errEnough)
	last, _ := ix.last()
	require.GreaterOrEqual(t, len(ix.Segments()), 5, "the last segment is completed when FFmpeg is told to end")
	require.NotZero(t, last.Bytes)
	leftovers, err := filepath.Glob(filepath.Join(ix.dir, "work-*"))
	require.NoError(t, err)
	require.Empty(t, leftovers)
}

func TestStreamKeysAreNotTold(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	l.Close() // nobody listens there
	var told string
	_, err = runRecorder(t, RecorderConfig{Dir: t.TempDir(), Resolve: resolves("rtmp://" + address + "/live/sk_live_secretkey")},
		func(p Progress) bool { told = p.Err; return p.State == StateStalled })
	require.ErrorIs(t, err, errEnough)
	require.Contains(t, told, "FFmpeg cannot read the source")
	require.NotContains(t, told, "secretkey")
}

func TestWithoutFFmpegSuchASourceCannotBeRecorded(t *testing.T) {
	t.Parallel()
	r, err := NewRecorder(RecorderConfig{Dir: t.TempDir(), Resolve: resolves("rtmp://127.0.0.1:1/live/key"), Tools: Tools{FFmpeg: "/nowhere/ffmpeg"}})
	require.NoError(t, err)
	var tool *ToolError
	require.ErrorAs(t, r.Run(t.Context()), &tool)
	require.Contains(t, tool.Error(), "install it with")
}

func TestRowsOfFFmpegsListAreReadStrictly(t *testing.T) {
	t.Parallel()
	p, ok := parsePiece("work-1-0.ts,0.000000,2.002000")
	require.True(t, ok)
	require.Equal(t, piece{file: "work-1-0.ts", end: 2002 * time.Millisecond}, p)
	for _, bad := range []string{"", "work-1-0.ts", "/etc/passwd,0,2", "../work-1-0.ts,0,2", "work-1-0.ts,NaN,2", "work-1-0.ts,3,2", "work-1-0.ts,0,1e300", "work-1-0.ts,0,9000", `"`} {
		_, ok := parsePiece(bad)
		require.False(t, ok, bad)
	}
}

func TestOverHTTPFFmpegReadsWhatIsNoPlaylist(t *testing.T) {
	t.Parallel()
	o := newOrigin(t)
	data := bytes.Join(ordinary.load(t).segments[:2], nil)
	o.body = func(int) []byte { return data }
	var ended error
	_, err := runRecorder(t, RecorderConfig{Dir: t.TempDir(), Resolve: resolves(o.server.URL + "/seg1.ts?token=")}, func(p Progress) bool {
		if p.Err != "" {
			ended = errors.New(p.Err)
		}
		return p.Segments >= 2 && ended != nil
	})
	require.ErrorIs(t, err, errEnough)
	require.EqualError(t, ended, "the source has ended")
}
