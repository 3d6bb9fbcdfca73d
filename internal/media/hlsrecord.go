package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/media/hls"
)

// Bounds of what is fetched.
const (
	maxSegmentBytes = 128 << 20
	maxInitBytes    = 1 << 20
	playlistTimeout = 10 * time.Second
	minTimeout      = 10 * time.Second // of a segment
	maxTimeout      = time.Minute
	tries           = 3 // for each playlist and segment
	maxLost         = 3 // segments in a row, before the address is asked for again
	minPoll         = 250 * time.Millisecond
	maxPoll         = 30 * time.Second
	minStall        = 12 * time.Second
)

// hlsConnection follows one playlist.
type hlsConnection struct {
	r        *Recorder
	fetch    fetcher
	address  *url.URL
	timeline *timeline
	rhythm   rhythm
	renewal  *renewal
	reason   string // of a gap in front of the first segment

	media    *url.URL          // of the media playlist
	initials map[string]string // file names of initialization sections by address and range
	stored   int
	lost     int // segments in a row that could not be had
	broken   bool
}

// record implements connection.
func (c *hlsConnection) record(ctx context.Context) (int, error) {
	ctx, stop := context.WithCancel(ctx) // of what goes on beside it
	defer c.renewal.drain()
	defer stop()
	err := c.follow(ctx)
	return c.stored, err
}

func (c *hlsConnection) follow(ctx context.Context) error {
	lastNew := c.r.cfg.Clock()
	for {
		if address := c.renewal.next(ctx); address != nil {
			c.move(address)
		}
		began := c.r.cfg.Clock()
		playlist, err := c.load(ctx)
		if err != nil {
			return err
		}
		items := c.timeline.fresh(playlist, began)
		for _, i := range items {
			if err := c.take(ctx, i, playlist.TargetDuration); err != nil {
				return err
			}
		}
		if playlist.Ended {
			return errEnded
		}
		now := c.r.cfg.Clock()
		if len(items) > 0 {
			lastNew = now
		} else if now.Sub(lastNew) >= c.stallAfter(playlist) {
			return errStalled
		}
		if err := c.r.cfg.Wait(ctx, c.rhythm.next(playlist, items, began)-now.Sub(began)); err != nil {
			return err
		}
	}
}

// move goes on with another address of the same stream. Its playlist may count its
// segments in another way.
func (c *hlsConnection) move(address *url.URL) {
	last, any := c.r.sink.journal.ix.last()
	c.address, c.media, c.reason = address, nil, GapStall
	c.timeline = newTimeline(last, any, c.r.cfg.Window)
	c.r.cfg.Log.Info().Msg("goes on with another address before the old one expires")
}

// pollAfter is when a playlist is due again, counted from the last request: a
// target duration if it had something new, half of one if not (RFC 8216 §6.3.4).
func pollAfter(p *hls.Media, changed bool) time.Duration {
	d := p.TargetDuration
	if !changed {
		d /= 2
	}
	return min(max(d, minPoll), maxPoll)
}

func (c *hlsConnection) stallAfter(p *hls.Media) time.Duration {
	if c.r.cfg.StallAfter > 0 {
		return c.r.cfg.StallAfter
	}
	return max(minStall, 3*p.TargetDuration)
}

// load gets the media playlist, choosing the variant first.
func (c *hlsConnection) load(ctx context.Context) (*hls.Media, error) {
	if c.media == nil {
		c.media = c.address
	}
	playlist, base, err := c.playlist(ctx, c.media)
	if err != nil {
		return nil, err
	}
	if playlist.Master != nil {
		if c.media, err = c.choose(playlist.Master, base); err != nil {
			return nil, err
		}
		if playlist, base, err = c.playlist(ctx, c.media); err != nil {
			return nil, err
		}
	}
	switch {
	case playlist.Media == nil:
		return nil, &UnsupportedError{What: "its variants lead to further lists of variants"}
	case playlist.Media.IFramesOnly:
		return nil, &UnsupportedError{What: "it holds key frames only"}
	}
	c.media = base
	return playlist.Media, nil
}

func (c *hlsConnection) choose(m *hls.Master, base *url.URL) (*url.URL, error) {
	variant, ok := m.Best(c.r.cfg.MaxBandwidth)
	if !ok {
		return nil, &UnsupportedError{What: "it offers no variant"}
	}
	if m.SeparateAudio(variant) {
		c.r.cfg.Log.Warn().Msg("the source keeps sound apart from the picture: it is recorded without sound")
	}
	c.r.cfg.Log.Info().Int64("bandwidth", variant.Bandwidth).Int("width", variant.Width).Int("height", variant.Height).
		Msg("chose the variant to record")
	return follow(base, variant.URI)
}

// playlist gets and parses one playlist; what may pass is tried again.
func (c *hlsConnection) playlist(ctx context.Context, from *url.URL) (hls.Playlist, *url.URL, error) {
	for n := 1; ; n++ {
		playlist, base, err := c.tryPlaylist(ctx, from)
		if err == nil || n == tries || final(err) || ctx.Err() != nil {
			return playlist, base, err
		}
		if err := c.r.cfg.Wait(ctx, c.r.backoff(n-1)); err != nil {
			return hls.Playlist{}, nil, err
		}
	}
}

// final tells whether asking the same address again is of no use.
func final(err error) bool {
	return refused(err) || gone(err) || errors.Is(err, errNoPlaylist) || errors.Is(err, errTooLong)
}

func (c *hlsConnection) tryPlaylist(ctx context.Context, from *url.URL) (hls.Playlist, *url.URL, error) {
	var body bytes.Buffer
	base, err := c.fetch.get(ctx, request{url: from, limit: hls.MaxBytes, timeout: playlistTimeout}, &body)
	text := bytes.TrimPrefix(body.Bytes(), []byte("\xef\xbb\xbf"))
	if body.Len() > 0 && !bytes.HasPrefix(text, []byte("#EXTM3U")) && !strings.HasSuffix(from.Path, ".m3u8") {
		return hls.Playlist{}, nil, errNoPlaylist
	}
	if err != nil {
		return hls.Playlist{}, nil, fmt.Errorf("get the playlist: %w", err)
	}
	playlist, err := hls.Parse(body.Bytes())
	return playlist, base, err
}

// take records one segment, or why it is missing. It returns an error if the
// connection is of no use any more.
func (c *hlsConnection) take(ctx context.Context, i item, target time.Duration) error {
	if i.Key != nil {
		return &UnsupportedError{What: "its segments are encrypted (" + i.Key.Method + ")"}
	}
	if err := c.missed(i); err != nil {
		return err
	}
	if i.Gap {
		return c.lose(i, GapMissing)
	}
	err := c.retry(ctx, target, func() error { return c.store(ctx, i, target) })
	switch {
	case err == nil:
		c.stored++
		c.lost, c.broken = 0, false
		c.timeline.done(i)
		c.r.tell(StateRecording, nil)
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, errDiskFull):
		c.r.tell(StateRecording, err)
		return c.lose(i, GapDiskFull)
	case isFolderError(err), c.expired(i, err):
		return err
	}
	c.r.tell(StateRecording, fmt.Errorf("a segment could not be had: %w", err))
	if lose := c.lose(i, GapMissing); lose != nil {
		return lose
	}
	if c.lost++; c.lost >= maxLost {
		return fmt.Errorf("%d segments in a row could not be had: %w", c.lost, err)
	}
	return nil
}

// maxDoubts is how often a segment that is refused makes us ask for another address:
// a refusal may pass as well.
const maxDoubts = 2

// expired tells whether a segment could not be had because the address has
// expired, so that it may be had by another one. A segment of which that was
// believed twice is just missing.
func (c *hlsConnection) expired(i item, err error) bool {
	if !refused(err) && !(gone(err) && c.lost > 0) {
		return false
	}
	if !c.r.doubted.Equal(i.start) {
		c.r.doubted, c.r.doubts = i.start, 0
	}
	c.r.doubts++
	return c.r.doubts <= maxDoubts
}

// missed records what lies between the last segment and this one.
func (c *hlsConnection) missed(i item) error {
	end := c.timeline.end
	if end.IsZero() || i.start.Sub(end) <= seam {
		return nil
	}
	reason := GapStall
	switch {
	case i.first:
		reason = c.reason
	case i.Sequence > c.timeline.sequence+1:
		reason = GapMissing
	}
	return c.r.sink.journal.addGap(end, i.start, reason)
}

// lose records that a segment is missing.
func (c *hlsConnection) lose(i item, reason string) error {
	c.broken = true
	c.timeline.done(i)
	return ignoreFull(c.r.sink.journal.addGap(i.start, i.end(), reason))
}

// ignoreFull lets a recording go on when there is no room to write down that
// something is missing: the index then shows a hole without a reason.
func ignoreFull(err error) error {
	if durable.DiskFull(err) {
		return nil
	}
	return err
}

// retry tries up to three times what may pass, within about a target duration so
// that the next segments are not lost meanwhile.
func (c *hlsConnection) retry(ctx context.Context, target time.Duration, try func() error) error {
	for n := 1; ; n++ {
		err := try()
		if err == nil || n == tries || ctx.Err() != nil || refused(err) || errors.Is(err, errDiskFull) || errors.Is(err, errTooLong) || isFolderError(err) {
			return err
		}
		pause := min(max(target/4, 100*time.Millisecond), 2*time.Second)
		if err := c.r.cfg.Wait(ctx, pause); err != nil {
			return err
		}
	}
}

// store fetches one segment into the buffer.
func (c *hlsConnection) store(ctx context.Context, i item, target time.Duration) error {
	from, err := follow(c.media, i.URI)
	if err != nil {
		return err
	}
	meta := Segment{
		Start: i.start, Duration: i.Duration, Origin: i.Sequence, Clock: i.clock,
		Discontinuity: c.breaks(i),
	}
	extension := "ts"
	timeout := min(max(3*target, minTimeout), maxTimeout)
	if i.Map != nil {
		extension = "m4s"
		if meta.Init, err = c.initialization(ctx, i.Map, timeout); err != nil {
			return err
		}
	}
	get := request{url: from, part: i.Range, limit: maxSegmentBytes, timeout: timeout}
	return c.r.sink.put(ctx, meta, extension, func(w io.Writer) error {
		_, err := c.fetch.get(ctx, get, w)
		return err
	})
}

// breaks tells whether the segment does not simply go on where the last recorded
// one ends.
func (c *hlsConnection) breaks(i item) bool {
	last, any := c.r.sink.journal.ix.last()
	if !any {
		return false
	}
	joins := last.Origin+1 == i.Sequence && i.start.Sub(last.End()).Abs() <= seam
	return i.Discontinuity || c.broken || !joins
}

// initialization returns the file of an initialization section.
func (c *hlsConnection) initialization(ctx context.Context, m *hls.Map, timeout time.Duration) (string, error) {
	key := m.URI
	if m.Range != nil {
		key = fmt.Sprintf("%s#%d@%d", m.URI, m.Range.Length, m.Range.Offset)
	}
	if name, known := c.initials[key]; known && c.r.sink.has(name) {
		return name, nil
	}
	from, err := follow(c.media, m.URI)
	if err != nil {
		return "", err
	}
	var data bytes.Buffer
	if _, err := c.fetch.get(ctx, request{url: from, part: m.Range, limit: maxInitBytes, timeout: timeout}, &data); err != nil {
		return "", fmt.Errorf("get the initialization section: %w", err)
	}
	if data.Len() == 0 {
		return "", errEmpty
	}
	name, err := c.r.sink.initialization(ctx, data.Bytes())
	if err == nil {
		c.initials[key] = name
	}
	return name, err
}
