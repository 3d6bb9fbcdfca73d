package media

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/process"
)

const (
	// pieceSeconds is the length of recorded segments; they get longer where the
	// source's key frames lie further apart.
	pieceSeconds = "2"
	// ffmpegStall is how long FFmpeg may go without completing a segment.
	ffmpegStall = 30 * time.Second
	// finishGrace is how long FFmpeg may take to complete its last segment.
	finishGrace = 5 * time.Second
	// secondInterrupt is when FFmpeg is asked again to end.
	secondInterrupt = 500 * time.Millisecond
	// maxLag is how far arrival may leave the source's timestamps before the
	// source is believed to have paused or skipped.
	maxLag = 1500 * time.Millisecond
)

// ffmpegConnection lets FFmpeg record from an address, for what is not HLS. Times
// are those of arrival.
type ffmpegConnection struct {
	r       *Recorder
	address string
	reason  string // of a gap in front of the first segment

	stored int
	anchor time.Time // wall clock of timestamp 0; zero before the first segment
}

// ffmpeg makes a connection that FFmpeg reads. FFmpeg works in the capture
// folder, so the name of a file must not depend on where this process works.
func (r *Recorder) ffmpeg(address, reason string) connection {
	if isRegularFile(address) {
		if path, err := filepath.Abs(strings.TrimPrefix(address, "file:")); err == nil {
			address = path
		}
	}
	return &ffmpegConnection{r: r, address: address, reason: reason}
}

// record implements connection.
func (c *ffmpegConnection) record(ctx context.Context) (int, error) {
	err := c.run(ctx)
	return c.stored, err
}

func (c *ffmpegConnection) run(ctx context.Context) error {
	if err := c.r.sink.journal.ix.sweep(); err != nil {
		return err
	}
	complaints := &tail{secrets: secretsOf(c.address)}
	reader, writer := io.Pipe()
	codecs, err := c.codecs(ctx)
	if err != nil {
		return err
	}
	child, err := start(ctx, job{
		Name: "ffmpeg-capture", Path: c.r.cfg.Tools.FFmpeg, Args: c.args(codecs), Stdout: writer, Stderr: complaints,
		Unprivileged: !c.r.privileged, Registry: c.r.cfg.Registry,
	})
	if err != nil {
		return c.denied(err, missingTool("ffmpeg", err))
	}
	rows := make(chan piece)
	go scanPieces(reader, rows)
	go func() {
		<-child.Done()
		writer.Close()
	}()
	cause := c.consume(ctx, child, rows)
	// Whatever made it end, the rest of its output has to be taken.
	for range rows {
	}
	err = errors.Join(c.outcome(cause, child.Err(), complaints), c.r.sink.journal.ix.sweep())
	if errors.Is(err, errDiskFull) {
		_, squeezed := c.r.sink.squeeze(context.WithoutCancel(ctx))
		return errors.Join(err, squeezed)
	}
	return err
}

// outcome says why the connection ended: cause if it was ended here, or what
// FFmpeg said.
func (c *ffmpegConnection) outcome(cause, exit error, complaints *tail) error {
	switch {
	case cause != nil:
		return cause
	case exit == nil && isRegularFile(c.address):
		return errFinished
	case exit == nil:
		return errors.New("the source has ended")
	case noRoom(complaints.String()):
		return errDiskFull
	default:
		explained := complaints.explain(exit)
		return c.denied(explained, fmt.Errorf("FFmpeg cannot read the source: %w", explained))
	}
}

// denied notes when FFmpeg had no right to the files as another user, and then
// says so in place of outcome: the next connection runs it as this process's.
func (c *ffmpegConnection) denied(err, outcome error) error {
	if c.r.privileged || !deniesAccess(err, err.Error()) {
		return outcome
	}
	c.r.privileged = true
	return errors.New("FFmpeg could not write the recording as another user; it will run with this process's rights")
}

// consume stores completed segments until FFmpeg ends, which is nil, or has to
// be ended.
func (c *ffmpegConnection) consume(ctx context.Context, child *process.Child, rows <-chan piece) error {
	stall := c.r.cfg.StallAfter
	if stall <= 0 {
		stall = ffmpegStall
	}
	for {
		waiting, cancel := context.WithCancel(ctx)
		idle := make(chan error, 1)
		go func() { idle <- c.r.cfg.Wait(waiting, stall) }()
		var p piece
		var more bool
		var cause error
		select {
		case p, more = <-rows:
		case cause = <-idle:
			if cause == nil {
				cause = errStalled
			}
		}
		cancel()
		switch {
		case cause != nil:
			return c.finish(ctx, child, rows, cause)
		case !more:
			return nil
		}
		if err := c.take(ctx, p); err != nil {
			return c.finish(ctx, child, rows, err)
		}
	}
}

// finish ends FFmpeg, lets it complete the segment that it is writing, and
// returns cause.
func (c *ffmpegConnection) finish(ctx context.Context, child *process.Child, rows <-chan piece, cause error) error {
	ctx = context.WithoutCancel(ctx)
	stopped := make(chan error, 1)
	go func() { stopped <- interrupt(ctx, child) }()
	for p := range rows {
		if err := c.take(ctx, p); err != nil {
			c.r.cfg.Log.Warn().Err(err).Msg("the end of the recording was not stored")
		}
	}
	return errors.Join(cause, <-stopped)
}

// interrupt asks FFmpeg twice to end: the first time is not noticed while it
// waits for its source.
func interrupt(ctx context.Context, child *process.Child) error {
	_ = child.Signal(os.Interrupt) // Stop tells what cannot be signalled
	timer := time.NewTimer(secondInterrupt)
	defer timer.Stop()
	select {
	case <-child.Done():
	case <-timer.C:
	}
	return child.Stop(ctx, finishGrace)
}

// take stores one completed segment.
func (c *ffmpegConnection) take(ctx context.Context, p piece) error {
	ix := c.r.sink.journal.ix
	last, any := ix.last()
	first := c.anchor.IsZero()
	arrival := c.r.cfg.Clock().Add(-p.end)
	lag := arrival.Sub(c.anchor)
	moved := first || lag.Abs() > maxLag
	if moved {
		c.anchor = arrival
	}
	meta := Segment{
		Start: c.anchor.Add(p.start), Duration: max(p.end-p.start, time.Millisecond), Origin: -1,
		Clock: ArrivalClock, Discontinuity: any && moved,
	}
	if any && moved && meta.Start.Sub(last.End()) > seam {
		reason := GapStall
		if first {
			reason = c.reason
		}
		if err := ignoreFull(c.r.sink.journal.addGap(last.End(), meta.Start, reason)); err != nil {
			return err
		}
	}
	if err := c.r.sink.adopt(ctx, meta, p.file, "ts"); err != nil {
		return err
	}
	c.stored++
	c.r.tell(StateRecording, nil)
	return nil
}

func (c *ffmpegConnection) args(codecs []string) []string {
	args := []string{"-hide_banner", "-nostdin", "-loglevel", "warning"}
	if isRegularFile(c.address) {
		args = append(args, "-re")
	}
	args = append(args, "-i", c.address, "-map", "0:v:0?", "-map", "0:a:0?", "-sn", "-dn")
	args = append(args, codecs...)
	return append(args,
		"-f", "segment", "-segment_time", pieceSeconds, "-segment_format", "mpegts",
		"-segment_list", "pipe:1", "-segment_list_type", "csv",
		filepath.Join(strings.ReplaceAll(c.r.sink.dir, "%", "%%"), fmt.Sprintf("work-%d-%%d.ts", c.r.sink.journal.nextSeq())))
}

// piece is one row of FFmpeg's list of completed segments.
type piece struct {
	file       string
	start, end time.Duration // timestamps, counted from the source's beginning
}

// scanPieces reads the list until it ends and closes rows. Rows that it cannot
// read are left out: the piece then stays without a place in the index.
func scanPieces(list io.Reader, rows chan<- piece) {
	defer close(rows)
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		if p, ok := parsePiece(lines.Text()); ok {
			rows <- p
		}
	}
	_, _ = io.Copy(io.Discard, list)
}

func parsePiece(line string) (piece, bool) {
	fields, err := csv.NewReader(strings.NewReader(line)).Read()
	if err != nil || len(fields) != 3 || !workName.MatchString(fields[0]) {
		return piece{}, false
	}
	start, okStart := timestamp(fields[1])
	end, okEnd := timestamp(fields[2])
	if !okStart || !okEnd || end < start || end-start > maxSegmentDuration {
		return piece{}, false
	}
	return piece{file: fields[0], start: start, end: end}, true
}

// timestamp reads seconds; 33 bits at 90 kHz are 26 hours, and files may be longer.
func timestamp(text string) (time.Duration, bool) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > 1e7 {
		return 0, false
	}
	return time.Duration(math.Round(f*1e6)) * time.Microsecond, true
}

// isRegularFile tells whether an address is a file, which is played in real time
// and ends.
func isRegularFile(address string) bool {
	info, err := os.Stat(strings.TrimPrefix(address, "file:"))
	return err == nil && info.Mode().IsRegular()
}

// secretsOf lists the parts of an address that FFmpeg may repeat alone in its
// complaints, stream keys above all.
func secretsOf(address string) []string {
	secrets := []string{address}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return append(secrets, filepath.Dir(address))
	}
	parts := append(strings.Split(u.Path, "/"), u.RawQuery)
	if password, ok := u.User.Password(); ok {
		parts = append(parts, password)
	}
	for _, part := range parts {
		if len(part) > 3 {
			secrets = append(secrets, part)
		}
	}
	return secrets
}
