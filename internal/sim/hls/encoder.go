package hls

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// encoder is one FFmpeg that turns raw frames into segments. It ends when its
// input does, so it cannot outlive the process that draws.
type encoder struct {
	input    io.WriteCloser
	finished chan struct{}
	err      error
}

// startEncoder starts FFmpeg so that the first frame written opens that slot.
// completed is called with each slot whose file is whole, from one goroutine,
// never after finished is closed.
func startEncoder(ctx context.Context, ffmpeg, dir string, slot int64, completed func(slot int64)) (*encoder, error) {
	cmd := exec.CommandContext(ctx, ffmpeg, encoderArguments(dir, slot)...)
	cmd.WaitDelay = 5 * time.Second
	var complaints tail
	cmd.Stderr = &complaints
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start encoder: %w", err)
	}
	list, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start encoder: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start encoder: %w", err)
	}
	e := &encoder{input: input, finished: make(chan struct{})}
	go func() {
		defer close(e.finished)
		lines := bufio.NewScanner(list)
		for lines.Scan() {
			if done, ok := completedSlot(lines.Text()); ok {
				completed(done)
			}
		}
		if err := cmd.Wait(); err != nil {
			e.err = fmt.Errorf("encode: %w: %s", err, complaints.String())
		}
	}()
	return e, nil
}

func encoderArguments(dir string, slot int64) []string {
	gop := strconv.Itoa(FramesPerSecond)
	return []string{
		"-nostdin", "-hide_banner", "-loglevel", "error",
		"-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", fmt.Sprintf("%dx%d", Width, Height),
		"-framerate", strconv.Itoa(FramesPerSecond), "-i", "pipe:0",
		"-f", "lavfi", "-i", "sine=frequency=330:beep_factor=4:sample_rate=48000",
		"-map", "0:v", "-map", "1:a", "-shortest",
		"-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline",
		"-threads", "1", "-crf", "24", "-g", gop, "-keyint_min", gop, "-sc_threshold", "0",
		"-c:a", "aac", "-b:a", "64k", "-ac", "2",
		"-muxdelay", "0", "-muxpreload", "0",
		"-f", "segment", "-segment_time", strconv.Itoa(int(SegmentDuration / time.Second)),
		"-segment_format", "mpegts", "-segment_start_number", strconv.FormatInt(slot, 10),
		"-segment_list", "pipe:1", "-segment_list_type", "csv",
		filepath.Join(dir, "segment-%09d.ts"),
	}
}

// write hands over one frame.
func (e *encoder) write(frame []byte) error {
	if _, err := e.input.Write(frame); err != nil {
		return fmt.Errorf("write frame to encoder: %w", err)
	}
	return nil
}

// close ends the input and waits until every segment is complete.
func (e *encoder) close() error {
	_ = e.input.Close()
	<-e.finished
	return e.err
}

// completedSlot reads a line of FFmpeg's segment list.
func completedSlot(line string) (slot int64, ok bool) {
	name, _, _ := strings.Cut(line, ",")
	return slotOf(filepath.Base(name))
}

// slotOf reads the slot from a segment's file name.
func slotOf(name string) (slot int64, ok bool) {
	digits, found := strings.CutPrefix(name, "segment-")
	digits, ts := strings.CutSuffix(digits, ".ts")
	if !found || !ts {
		return 0, false
	}
	slot, err := strconv.ParseInt(digits, 10, 64)
	return slot, err == nil && slot >= 0 && segmentName(slot) == name
}

// tail keeps the last words of a process, bounded.
type tail struct{ buffer bytes.Buffer }

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	const bound = 4 << 10
	t.buffer.Write(p)
	if extra := t.buffer.Len() - bound; extra > 0 {
		t.buffer.Next(extra)
	}
	return len(p), nil
}

// String implements fmt.Stringer.
func (t *tail) String() string { return strings.TrimSpace(t.buffer.String()) }
