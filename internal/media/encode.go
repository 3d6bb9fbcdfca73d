package media

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// sampleRate of a clip's sound, in hertz.
const sampleRate = 48000

// even makes a size that 4:2:0 video can have.
func even(n int) int { return max(n&^1, 2) }

// maxWidth bounds what an odd aspect ratio can stretch a picture to.
const maxWidth = 8192

// frameSize is the size of the clip: that of the first part with square pixels.
func (p cutPlan) frameSize() (width, height int) {
	s := p.parts[0].stretch
	width = s.width * s.aspectNum / s.aspectDen
	if width < 2 || width > max(maxWidth, s.width) {
		width = s.width
	}
	return even(width), even(s.height)
}

func (p cutPlan) hasAudio() bool {
	for _, part := range p.parts {
		if part.stretch.audio {
			return true
		}
	}
	return false
}

// filters is FFmpeg's filter graph: it takes from every input exactly the
// pictures and the sound of its part, puts both on one time line from 0 and
// joins the parts.
func (p cutPlan) filters() string {
	width, height := p.frameSize()
	audio := p.hasAudio()
	var graph, joined strings.Builder
	for i, part := range p.parts {
		// Half a picture's distance around the outer pictures makes the choice
		// independent of rounding.
		half := part.interval / 2
		fmt.Fprintf(&graph, "[%d:v:0]trim=start=%s:end=%s,setpts='round(PTS-%s/TB)',"+
			"scale=%d:%d:force_original_aspect_ratio=decrease:force_divisible_by=2,pad=%d:%d:-1:-1,setsar=1,format=yuv420p[v%d];",
			i, inputSeconds(part.first-half), inputSeconds(part.last+half), inputSeconds(part.first), width, height, width, height, i)
		fmt.Fprintf(&joined, "[v%d]", i)
		if audio {
			graph.WriteString(part.sound(i))
			fmt.Fprintf(&joined, "[a%d]", i)
		}
	}
	sound, outputs := 0, "[v]"
	if audio {
		sound, outputs = 1, "[v][a]"
	}
	fmt.Fprintf(&graph, "%sconcat=n=%d:v=1:a=%d%s", joined.String(), len(p.parts), sound, outputs)
	return graph.String()
}

// sound takes the part's sound, as long as its pictures: silence where there is
// none.
func (p part) sound(i int) string {
	length := inputSeconds(p.length())
	if !p.stretch.audio {
		return fmt.Sprintf("anullsrc=r=%d:cl=stereo,atrim=end=%s[a%d];", sampleRate, length, i)
	}
	return fmt.Sprintf("[%d:a:0]atrim=start=%s:end=%s,asetpts='round(PTS-%s/TB)',aresample=%d:async=1:first_pts=0,"+
		"aformat=sample_fmts=fltp:channel_layouts=stereo,apad=whole_dur=%s,atrim=end=%s[a%d];",
		i, inputSeconds(p.first), inputSeconds(p.first+p.length()), inputSeconds(p.first), sampleRate, length, length, i)
}

func inputSeconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', 6, 64)
}

// encodeArgs are FFmpeg's arguments that make the clip at path.
func (w *workshop) encodeArgs(p cutPlan, path string, timing []string) []string {
	args := []string{"-hide_banner", "-nostdin", "-loglevel", "warning", "-nostats", "-progress", "pipe:1", "-stats_period", "0.5", "-copyts"}
	for _, part := range p.parts {
		args = append(args, "-threads", "1")
		args = append(args, part.reel.input(w.prefix)...)
	}
	threads := strconv.Itoa(w.threads)
	args = append(args, "-filter_complex_threads", threads, "-filter_complex", p.filters(), "-map", "[v]")
	if p.hasAudio() {
		args = append(args, "-map", "[a]", "-c:a", "aac", "-b:a", "160k", "-ar", strconv.Itoa(sampleRate))
	}
	args = append(args, "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p", "-threads", threads)
	args = append(args, timing...)
	return append(args, "-map_metadata", "-1", "-map_chapters", "-1", "-movflags", "+faststart", "-f", "mp4", "-y", path)
}

// keepTimestamps are the options that keep every picture at its own time,
// however irregular, instead of rounding to a guessed frame rate.
func keepTimestamps(v Version) []string {
	mode := "-fps_mode"
	if !v.atLeast(5, 1) {
		mode = "-vsync"
	}
	return []string{mode, "vfr", "-enc_time_base:v", "1:90000"}
}

// encode runs FFmpeg and tells about its progress from the caller's goroutine: an
// observer that blocks must not block FFmpeg, and one that ends must end it.
func (w *workshop) encode(ctx context.Context, p cutPlan, path string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	latest := make(chan CutProgress, 1)
	progress := &progressReader{total: p.length(), frames: p.frames(), tell: func(now CutProgress) {
		select {
		case <-latest:
		default:
		}
		latest <- now
	}}
	ended := make(chan error, 1)
	go func() {
		ended <- w.run(ctx, w.tools.FFmpeg, w.encodeArgs(p, path, keepTimestamps(w.version)), progress)
	}()
	for {
		select {
		case now := <-latest:
			w.req.OnProgress(now)
		case err := <-ended:
			select {
			case now := <-latest:
				w.req.OnProgress(now)
			default:
			}
			return err
		}
	}
}
