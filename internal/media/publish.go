package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/process"
)

// make encodes the clip, looks whether it is what was planned, and publishes it
// with its picture and metadata.
func (w *workshop) make(ctx context.Context, p cutPlan) (CutResult, error) {
	video, err := w.temporary("mp4")
	if err != nil {
		return CutResult{}, err
	}
	defer os.Remove(video)
	picture, err := w.temporary("jpg")
	if err != nil {
		return CutResult{}, err
	}
	defer os.Remove(picture)

	if err := w.encode(ctx, p, video); err != nil {
		return CutResult{}, err
	}
	result, info, err := w.inspect(ctx, p, video)
	if err != nil {
		return CutResult{}, err
	}
	if err := w.thumbnail(ctx, video, result.Duration, picture); err != nil {
		return CutResult{}, err
	}
	if result.Bytes, result.SHA256, err = settle(video); err != nil {
		return CutResult{}, err
	}
	if _, _, err := settle(picture); err != nil {
		return CutResult{}, err
	}
	result.FFmpegTime = w.spent
	return result, w.publish(ctx, p, result, info, video, picture)
}

// publish moves the files to their names. The metadata comes last: a clip is
// finished when they are there. Each file is moved from a name that the next
// attempt's sweep removes, so one that stood still meanwhile ends here or at any
// of the moves.
func (w *workshop) publish(ctx context.Context, p cutPlan, result CutResult, info mediaInfo, video, picture string) error {
	meta, err := json.MarshalIndent(w.sidecar(p, result, info), "", "  ")
	if err != nil {
		return fmt.Errorf("write the clip's metadata: %w", err)
	}
	sidecar, err := w.temporary("json")
	if err != nil {
		return err
	}
	defer os.Remove(sidecar)
	if err := durable.WriteFile(sidecar, append(meta, '\n'), 0o644); err != nil {
		return fmt.Errorf("store the clip's metadata: %w", err)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if _, err := os.Stat(w.mark); errors.Is(err, os.ErrNotExist) {
		return errSuperseded
	}
	if err := durable.Rename(picture, result.Thumbnail); err != nil {
		return fmt.Errorf("store the clip's picture: %w", err)
	}
	if err := durable.Rename(video, result.Path); err != nil {
		return fmt.Errorf("store the clip: %w", err)
	}
	if err := durable.Rename(sidecar, result.Sidecar); err != nil {
		return fmt.Errorf("store the clip's metadata: %w", err)
	}
	return nil
}

// temporary creates an empty file beside the output that FFmpeg may write, also
// as another user.
func (w *workshop) temporary(extension string) (string, error) {
	pattern := "." + clipID(w.req.Output) + ".*." + extension + cutSuffix
	file, err := os.CreateTemp(filepath.Dir(w.req.Output), pattern)
	if err != nil {
		return "", fmt.Errorf("create the clip's file: %w", err)
	}
	if err := file.Close(); err != nil {
		return "", fmt.Errorf("create the clip's file: %w", err)
	}
	if account, err := process.Unprivileged(); err == nil && account != nil {
		if err := os.Chown(file.Name(), int(account.UID), int(account.GID)); err != nil {
			w.privileged = true
		}
	}
	return file.Name(), nil
}

// settle takes a finished file back from the user that wrote it, flushes it and
// sums it up.
func settle(path string) (size int64, sum string, err error) {
	if account, err := process.Unprivileged(); err == nil && account != nil {
		if err := os.Chown(path, os.Geteuid(), os.Getegid()); err != nil {
			return 0, "", fmt.Errorf("take over the clip's file: %w", err)
		}
	}
	if err := os.Chmod(path, 0o644); err != nil {
		return 0, "", fmt.Errorf("open the clip's file to readers: %w", err)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, "", fmt.Errorf("open the clip's file: %w", err)
	}
	defer file.Close()
	hash := sha256.New()
	if size, err = io.Copy(hash, file); err != nil {
		return 0, "", fmt.Errorf("read the clip's file: %w", err)
	}
	if err := file.Sync(); err != nil {
		return 0, "", fmt.Errorf("flush the clip's file: %w", err)
	}
	return size, hex.EncodeToString(hash.Sum(nil)), nil
}

// tolerated is how many pictures of a short clip may be lost to damage on the
// way; of a long one, it is a fiftieth.
const tolerated = 2

// inspect looks at the encoded clip: it has to hold the planned pictures. Fewer
// mean that part of the recording could not be decoded.
func (w *workshop) inspect(ctx context.Context, p cutPlan, path string) (CutResult, mediaInfo, error) {
	out := tail{limit: maxDescription}
	args := []string{"-v", "error", "-print_format", "json", "-show_format", "-show_streams", "-count_packets", "-f", "mov", "-i", path}
	if err := w.run(ctx, w.tools.FFprobe, args, &out); err != nil {
		return CutResult{}, mediaInfo{}, err
	}
	var info mediaInfo
	if err := json.Unmarshal(out.bytes(), &info); err != nil {
		return CutResult{}, mediaInfo{}, fmt.Errorf("read what FFprobe says about the clip: %w", err)
	}
	video, ok := info.first("video")
	if !ok {
		return CutResult{}, mediaInfo{}, corrupt(fmt.Errorf("nothing could be decoded"))
	}
	frames, err := strconv.ParseInt(video.Packets, 10, 64)
	if err != nil {
		return CutResult{}, mediaInfo{}, fmt.Errorf("count the clip's pictures: %w", err)
	}
	if planned := p.frames(); frames != planned {
		lost := fmt.Errorf("%d of %d pictures could be decoded", frames, planned)
		if planned-frames > max(tolerated, planned/50) {
			return CutResult{}, mediaInfo{}, corrupt(lost)
		}
		w.log.Warn().Err(lost).Msg("the recording of the clip is slightly damaged")
	}
	audio, _ := info.first("audio")
	return CutResult{
		Path: w.req.Output, Thumbnail: beside(w.req.Output, ".jpg"), Sidecar: beside(w.req.Output, ".json"),
		Duration: decimalSeconds(info.Format.Duration), Frames: frames, Width: video.Width, Height: video.Height,
		VideoCodec: video.Codec, AudioCodec: audio.Codec, Gaps: p.gaps,
	}, info, nil
}

func decimalSeconds(text string) time.Duration {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f < 0 || f > 1e6 {
		return 0
	}
	return time.Duration(f * float64(time.Second))
}

// Size of a clip's picture at most.
const (
	thumbnailWidth  = 1280
	thumbnailHeight = 720
)

// thumbnail takes the picture at a third of the clip, where something happens
// more often than at its beginning.
func (w *workshop) thumbnail(ctx context.Context, video string, length time.Duration, path string) error {
	scale := fmt.Sprintf("scale=w='min(%d,iw)':h='min(%d,ih)':force_original_aspect_ratio=decrease", thumbnailWidth, thumbnailHeight)
	return w.run(ctx, w.tools.FFmpeg, []string{
		"-hide_banner", "-nostdin", "-loglevel", "error", "-ss", inputSeconds(length / 3), "-f", "mov", "-i", video,
		"-frames:v", "1", "-vf", scale, "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "3", "-f", "image2", "-update", "1", "-y", path,
	}, nil)
}
