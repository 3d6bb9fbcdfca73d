package media

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/streamsuites/streamsuites/internal/process"
)

// maxDescription bounds what FFprobe may say about one file, in bytes.
const maxDescription = 1 << 20

// description asks what a file or source holds.
type description struct {
	input        string
	dir          string
	extra        []string // further options, in front of the input
	secrets      []string
	unprivileged bool
	registry     *process.Registry
}

// mediaInfo is what FFprobe says about a file.
type mediaInfo struct {
	Streams []streamInfo `json:"streams"`
	Format  struct {
		Name     string `json:"format_name"`
		Duration string `json:"duration"` // decimal seconds
		BitRate  string `json:"bit_rate"` // bits per second
	} `json:"format"`
}

type streamInfo struct {
	Type      string `json:"codec_type"`
	Codec     string `json:"codec_name"`
	Profile   string `json:"profile,omitempty"`
	Width     int    `json:"width,omitempty"`
	Height    int    `json:"height,omitempty"`
	PixFmt    string `json:"pix_fmt,omitempty"`
	FrameRate string `json:"avg_frame_rate,omitempty"`
	Rate      string `json:"sample_rate,omitempty"`
	Channels  int    `json:"channels,omitempty"`
	Duration  string `json:"duration,omitempty"`
	Packets   string `json:"nb_read_packets,omitempty"`
}

// first returns the first stream of a type.
func (m mediaInfo) first(kind string) (streamInfo, bool) {
	for _, s := range m.Streams {
		if s.Type == kind {
			return s, true
		}
	}
	return streamInfo{}, false
}

// describe runs FFprobe.
func (t Tools) describe(ctx context.Context, d description) (mediaInfo, error) {
	out := tail{limit: maxDescription}
	complaints := tail{secrets: d.secrets}
	args := append([]string{"-v", "error", "-print_format", "json", "-show_format", "-show_streams"}, d.extra...)
	err := run(ctx, job{
		Name: "ffprobe", Path: t.FFprobe, Args: append(args, d.input), Dir: d.dir,
		Stdout: &out, Stderr: &complaints, Unprivileged: d.unprivileged, Registry: d.registry, Background: true,
	})
	if isStartError(err) {
		return mediaInfo{}, missingTool("ffprobe", err)
	}
	if ctx.Err() != nil {
		return mediaInfo{}, context.Cause(ctx)
	}
	if err != nil {
		return mediaInfo{}, fmt.Errorf("FFprobe cannot read it: %w", complaints.explain(err))
	}
	var info mediaInfo
	if err := json.Unmarshal(out.bytes(), &info); err != nil {
		return mediaInfo{}, errors.New("FFprobe's answer cannot be read")
	}
	return info, nil
}
