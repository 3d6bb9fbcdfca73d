package media

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// recipe names the way in which clips are encoded. A clip that was made in
// another way is made again when it is asked for.
const recipe = "x264-veryfast-crf20-aac160-1"

// sidecar is the metadata beside a clip.
type sidecar struct {
	ClipID       string     `json:"clip_id"`
	Recipe       string     `json:"recipe"`
	Start        time.Time  `json:"start"` // what was asked for
	End          time.Time  `json:"end"`
	FirstFrame   time.Time  `json:"first_frame_at"` // wall clock of the source
	LastFrameEnd time.Time  `json:"last_frame_end_at"`
	Duration     float64    `json:"duration_seconds"`
	Frames       int64      `json:"frames"`
	Width        int        `json:"width"`
	Height       int        `json:"height"`
	VideoCodec   string     `json:"video_codec"`
	AudioCodec   string     `json:"audio_codec,omitempty"`
	Bytes        int64      `json:"bytes"`
	SHA256       string     `json:"sha256"`
	Thumbnail    string     `json:"thumbnail"`
	FFmpeg       float64    `json:"ffmpeg_seconds"`
	Gaps         []clip.Gap `json:"gaps"`
	Parts        int        `json:"parts"` // of uninterrupted recording that it is joined from
	Probe        mediaInfo  `json:"ffprobe"`
}

func (w *workshop) sidecar(p cutPlan, r CutResult, info mediaInfo) sidecar {
	gaps := r.Gaps
	if gaps == nil {
		gaps = []clip.Gap{}
	}
	return sidecar{
		ClipID: clipID(w.req.Output), Recipe: recipe, Start: w.req.Span.Start.UTC(), End: w.req.Span.End.UTC(),
		FirstFrame: p.parts[0].wall.Start.UTC(), LastFrameEnd: p.parts[len(p.parts)-1].wall.End.UTC(),
		Duration: r.Duration.Seconds(), Frames: r.Frames, Width: r.Width, Height: r.Height,
		VideoCodec: r.VideoCodec, AudioCodec: r.AudioCodec, Bytes: r.Bytes, SHA256: r.SHA256,
		Thumbnail: filepath.Base(r.Thumbnail), FFmpeg: r.FFmpegTime.Seconds(), Gaps: gaps, Parts: len(p.parts), Probe: info,
	}
}

// finished returns the clip if it was made from the same span already and its
// files are there.
func finished(req CutRequest) (CutResult, bool) {
	text, err := os.ReadFile(beside(req.Output, ".json"))
	if err != nil {
		return CutResult{}, false
	}
	var s sidecar
	if json.Unmarshal(text, &s) != nil || s.Recipe != recipe || s.ClipID != clipID(req.Output) ||
		!s.Start.Equal(req.Span.Start) || !s.End.Equal(req.Span.End) {
		return CutResult{}, false
	}
	video, err := os.Stat(req.Output)
	if err != nil || video.Size() != s.Bytes {
		return CutResult{}, false
	}
	if _, err := os.Stat(beside(req.Output, ".jpg")); err != nil {
		return CutResult{}, false
	}
	r := CutResult{
		Path: req.Output, Thumbnail: beside(req.Output, ".jpg"), Sidecar: beside(req.Output, ".json"),
		Duration: time.Duration(s.Duration * float64(time.Second)), Frames: s.Frames, Width: s.Width, Height: s.Height,
		VideoCodec: s.VideoCodec, AudioCodec: s.AudioCodec, Bytes: s.Bytes, SHA256: s.SHA256,
		FFmpegTime: time.Duration(s.FFmpeg * float64(time.Second)), Gaps: s.Gaps,
	}
	if len(r.Gaps) == 0 {
		r.Gaps = nil
	}
	return r, true
}
