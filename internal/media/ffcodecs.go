package media

import (
	"context"
	"slices"
	"time"
)

// probeTimeout bounds the look at a source before it is recorded.
const probeTimeout = 20 * time.Second

// transportCodecs are those that MPEG-TS can hold, by FFmpeg's names.
var transportCodecs = []string{
	"h264", "hevc", "mpeg2video", "mpeg1video",
	"aac", "mp3", "mp2", "ac3", "eac3", "opus",
}

var (
	copyCodecs   = []string{"-c", "copy"}
	encodeCodecs = []string{
		"-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p",
		"-force_key_frames", "expr:gte(t,n_forced*2)", "-threads", "2", "-c:a", "aac", "-b:a", "160k",
	}
)

// codecs decides whether the source can be stored as it is. Only files and HTTP
// are looked at: they hold anything, and looking twice does no harm. A second
// connection to an RTMP or SRT address may be refused, or take the only one.
func (c *ffmpegConnection) codecs(ctx context.Context) ([]string, error) {
	if _, isHTTP := httpAddress(c.address); !isHTTP && !isRegularFile(c.address) {
		return copyCodecs, nil
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	found, err := c.r.cfg.Tools.describe(ctx, description{input: c.address, secrets: secretsOf(c.address), unprivileged: !c.r.privileged, registry: c.r.cfg.Registry})
	if err != nil {
		return nil, c.denied(err, err)
	}
	for _, s := range found.Streams {
		known := s.Type == "video" || s.Type == "audio"
		if known && !slices.Contains(transportCodecs, s.Codec) {
			return encodeCodecs, nil
		}
	}
	return copyCodecs, nil
}
