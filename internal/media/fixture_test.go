package media

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/diskspace"
	"github.com/streamsuites/streamsuites/internal/media/hls"
	"github.com/streamsuites/streamsuites/internal/sim/framecode"
)

const fps = 30

// epoch is when frame 0 of every test's source was on air.
var epoch = time.Date(2026, 3, 4, 20, 0, 0, 0, time.UTC)

// airtime is when frame n was on air.
func airtime(n int64) time.Time { return epoch.Add(time.Duration(n) * time.Second / fps) }

// encoders keeps tests from starting more FFmpegs than there are processors.
var encoders = make(chan struct{}, 2)

// oneEncoder waits for its turn; call what it returns when FFmpeg is done.
func oneEncoder() (done func()) {
	encoders <- struct{}{}
	return func() { <-encoders }
}

func tools(t testing.TB) Tools {
	t.Helper()
	found, err := LookTools("")
	require.NoError(t, err)
	return found
}

// footage is a source encoded once and used by many tests.
type footage struct {
	name          string
	first         int64 // number of the first frame
	seconds       int
	width, height int
	args          []string // of the encoder
	fmp4, silent  bool

	once     sync.Once
	err      error
	initial  []byte
	segments [][]byte
	starts   []time.Duration // of the segments, and the end of the last one
}

var (
	// ordinary is what a live platform sends: B-frames, closed GOPs of one second.
	ordinary = &footage{name: "ordinary", seconds: 40, width: 320, height: 180}
	// another encoder that went on air at frame 600: other timestamps and size.
	another = &footage{name: "another", first: 600, seconds: 20, width: 480, height: 270, args: []string{"-output_ts_offset", "7000"}}
	// wrapping has timestamps that reach 2³³ ticks in its middle.
	wrapping = &footage{name: "wrapping", seconds: 20, width: 320, height: 180, args: []string{"-output_ts_offset", "95432"}}
	// openGOP has pictures in front of the key frame that refer to the segment before.
	openGOP = &footage{name: "open-gop", seconds: 20, width: 320, height: 180, args: []string{"-x264-params", "repeat-headers=1:open-gop=1:bframes=3:b-adapt=0:keyint=30:min-keyint=30:scenecut=0"}}
	// longGOP is cut into segments that do not begin with key pictures.
	longGOP = &footage{name: "long-gop", seconds: 20, width: 320, height: 180, args: []string{"-g", "150", "-keyint_min", "150", "-hls_flags", "split_by_time"}}
	// silent has no sound.
	silent = &footage{name: "silent", first: 600, seconds: 10, width: 320, height: 180, silent: true}
	// fragmented is fragmented MP4.
	fragmented = &footage{name: "fragmented", seconds: 20, width: 320, height: 180, fmp4: true}
)

var footageDir string

func TestMain(m *testing.M) {
	var err error
	if footageDir, err = os.MkdirTemp("", "media-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(footageDir)
	os.Exit(code)
}

func (f *footage) load(t testing.TB) *footage {
	t.Helper()
	f.once.Do(func() {
		defer oneEncoder()()
		f.err = f.make()
	})
	require.NoError(t, f.err)
	return f
}

// make draws every frame with its number and encodes it. The sound is a beep of
// 100 ms at every full second of the source.
func (f *footage) make() error {
	dir := filepath.Join(footageDir, f.name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	args := []string{"-v", "error", "-nostdin", "-f", "rawvideo", "-pix_fmt", "gray", "-s", fmt.Sprintf("%dx%d", f.width, f.height), "-r", strconv.Itoa(fps), "-i", "pipe:0"}
	if !f.silent {
		args = append(args, "-f", "lavfi", "-i", fmt.Sprintf("aevalsrc='if(lt(mod(t,1),0.1),0.5*sin(2*PI*1000*t),0)':s=48000:d=%d", f.seconds), "-c:a", "aac", "-b:a", "96k")
	}
	args = append(args, "-c:v", "libx264", "-preset", "veryfast", "-g", "30", "-keyint_min", "30", "-sc_threshold", "0", "-bf", "2", "-pix_fmt", "yuv420p", "-threads", "2")
	args = append(args, f.args...)
	args = append(args, "-f", "hls", "-hls_time", "2", "-hls_list_size", "0", "-hls_playlist_type", "vod")
	extension := "ts"
	if f.fmp4 {
		extension = "m4s"
		args = append(args, "-hls_segment_type", "fmp4")
	}
	args = append(args, "-hls_segment_filename", "s%03d."+extension, "list.m3u8")
	cmd := exec.Command("ffmpeg", args...)
	cmd.Dir = dir
	cmd.Stdin = f.frames()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make footage %s: %w: %s", f.name, err, out)
	}
	return f.read(dir, extension)
}

func (f *footage) read(dir, extension string) error {
	names, err := filepath.Glob(filepath.Join(dir, "s*."+extension))
	if err != nil {
		return err
	}
	sort.Strings(names)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		f.segments = append(f.segments, data)
	}
	list, err := os.ReadFile(filepath.Join(dir, "list.m3u8"))
	if err != nil {
		return err
	}
	playlist, err := hls.Parse(list)
	if err != nil {
		return err
	}
	at := time.Duration(0)
	for _, s := range playlist.Media.Segments {
		f.starts = append(f.starts, at)
		at += s.Duration
	}
	f.starts = append(f.starts, at)
	if f.fmp4 {
		f.initial, err = os.ReadFile(filepath.Join(dir, "init.mp4"))
	}
	if err == nil && len(f.segments) != len(f.starts)-1 {
		err = fmt.Errorf("footage %s has %d segments", f.name, len(f.segments))
	}
	return err
}

func (f *footage) frames() io.Reader {
	r, w := io.Pipe()
	go func() {
		picture := make([]byte, f.width*f.height)
		for n := f.first; n < f.first+int64(f.seconds*fps); n++ {
			for i := range picture {
				picture[i] = byte(64 + (i+int(n)*3)%128)
			}
			framecode.WriteFrameNumber(picture, f.width, f.height, n)
			if _, err := w.Write(picture); err != nil {
				return
			}
		}
		w.Close()
	}()
	return r
}

// extension of the footage's segment files.
func (f *footage) extension() string {
	if f.fmp4 {
		return "m4s"
	}
	return "ts"
}

// recording is a capture folder that a test fills itself.
type recording struct {
	t   testing.TB
	dir string
	j   *journal
	s   *sink
}

func newRecording(t testing.TB) *recording {
	t.Helper()
	return newRecordingIn(t, t.TempDir())
}

func newRecordingIn(t testing.TB, dir string) *recording {
	t.Helper()
	j, err := openJournal(dir)
	require.NoError(t, err)
	t.Cleanup(func() { j.close() })
	return &recording{t: t, dir: dir, j: j, s: &sink{
		room: plenty,
		dir:  dir, journal: j, pruner: pruner{journal: j, window: time.Hour}, create: createFile, clock: time.Now,
		held: func(context.Context) ([]Span, error) { return nil, nil }, log: zerolog.Nop(),
	}}
}

// add records segments from…to−1 of f, each at the time its frames were on air.
func (r *recording) add(f *footage, from, to int) *recording {
	r.t.Helper()
	f.load(r.t)
	for i := from; i < to; i++ {
		r.put(f, f.segments[i], Segment{
			Start: airtime(f.first).Add(f.starts[i]), Duration: f.starts[i+1] - f.starts[i], Origin: int64(i), Clock: OriginClock,
			Discontinuity: i == from && r.j.nextSeq() > 1,
		})
	}
	return r
}

func (r *recording) put(f *footage, data []byte, meta Segment) {
	r.t.Helper()
	if f.fmp4 {
		name, err := r.s.initialization(context.Background(), f.initial)
		require.NoError(r.t, err)
		meta.Init = name
	}
	require.NoError(r.t, r.s.put(context.Background(), meta, f.extension(), func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}))
}

// cut cuts the frames from…to−1 into the test's own folder.
func (r *recording) cut(from, to int64) (CutResult, error) {
	r.t.Helper()
	return r.cutSpan(Span{airtime(from), airtime(to)})
}

func (r *recording) cutSpan(span Span) (CutResult, error) {
	r.t.Helper()
	defer oneEncoder()()
	c := &Cutter{Tools: tools(r.t), Log: zerolog.Nop(), Threads: 1}
	return c.Cut(context.Background(), CutRequest{Dir: r.dir, Span: span, Output: filepath.Join(r.t.TempDir(), "abc123.mp4")})
}

// frameNumbers decodes a clip and reads the number in every picture.
func frameNumbers(t testing.TB, path string, width, height int) []int64 {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-v", "error", "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1").Output()
	require.NoError(t, err)
	size := width * height
	require.Zero(t, len(out)%size)
	var numbers []int64
	for ; len(out) > 0; out = out[size:] {
		n, ok := framecode.ReadFrameNumber(out[:size], width, height)
		require.True(t, ok, "picture %d of %s cannot be read", len(numbers), filepath.Base(path))
		numbers = append(numbers, n)
	}
	return numbers
}

// beeps returns where in a clip its beeps begin.
func beeps(t testing.TB, path string) []time.Duration {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-v", "error", "-i", path, "-map", "0:a:0", "-f", "s16le", "-ac", "1", "-ar", "48000", "pipe:1").Output()
	require.NoError(t, err)
	const quiet = 48000 / 50 // samples that have to be silent in front of a beep
	var found []time.Duration
	silence := quiet
	for i := 0; i+1 < len(out); i += 2 {
		level := int(int16(uint16(out[i]) | uint16(out[i+1])<<8))
		if level < 1500 && level > -1500 {
			silence++
			continue
		}
		if silence >= quiet {
			found = append(found, time.Duration(i/2)*time.Second/48000)
		}
		silence = 0
	}
	return found
}

// children lists the running processes of FFmpeg whose arguments name dir.
func children(t testing.TB, dir string) []string {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	var found []string
	for _, path := range lines {
		text, err := os.ReadFile(path)
		if err == nil && bytes.Contains(text, []byte(dir)) && strings.Contains(string(text), "ffmpeg") {
			found = append(found, filepath.Base(filepath.Dir(path)))
		}
	}
	return found
}

// rowOf returns from, from+1, … to−1.
func rowOf(from, to int64) []int64 {
	var all []int64
	for n := from; n < to; n++ {
		all = append(all, n)
	}
	return all
}

// plenty is a disk that is never short of room.
func plenty(string) (diskspace.Room, error) {
	return diskspace.Room{Free: 1 << 40, Total: 1 << 41}, nil
}
