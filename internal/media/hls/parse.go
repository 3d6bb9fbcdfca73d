package hls

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
)

// Parse reads a playlist. Tags that it does not know are ignored, as RFC 8216
// §6.3.1 demands. Every error is a *SyntaxError.
func Parse(data []byte) (Playlist, error) {
	if len(data) > MaxBytes {
		return Playlist{}, &SyntaxError{Reason: "longer than any live playlist"}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	p := parser{}
	for number := 1; len(data) > 0; number++ {
		raw, rest, _ := bytes.Cut(data, []byte("\n"))
		data = rest
		line := strings.TrimSpace(string(raw))
		if number == 1 && line != "#EXTM3U" {
			return Playlist{}, &SyntaxError{Line: 1, Reason: "does not begin with #EXTM3U"}
		}
		if reason := p.line(line); reason != "" {
			return Playlist{}, &SyntaxError{Line: number, Reason: reason}
		}
	}
	playlist, reason := p.finish()
	if reason != "" {
		return Playlist{}, &SyntaxError{Reason: reason}
	}
	return playlist, nil
}

// parser collects what the lines say. Its methods return why a line is wrong,
// or nothing.
type parser struct {
	media    Media
	master   Master
	isMedia  bool
	isMaster bool
	target   bool
	total    time.Duration // of all segments, bounded so that times cannot overflow

	next      Segment  // what the tags so far say about the next segment
	hasInf    bool     // EXTINF was seen for it
	pending   *Variant // EXT-X-STREAM-INF whose URI is still to come
	rangeOpen bool     // next.Range continues where the last one ended
	key       *Key     // in force until replaced
	initial   *Map     // in force until replaced
}

func (p *parser) line(line string) string {
	switch {
	case line == "":
		return ""
	case !strings.HasPrefix(line, "#"):
		return p.uri(line)
	case !strings.HasPrefix(line, "#EXT"):
		return ""
	}
	tag, value, _ := strings.Cut(line, ":")
	if read, ok := masterTags[tag]; ok {
		p.isMaster = true
		return read(p, value)
	}
	if read, ok := mediaTags[tag]; ok {
		p.isMedia = true
		return read(p, value)
	}
	return ""
}

func (p *parser) uri(uri string) string {
	switch {
	case p.pending != nil:
		p.pending.URI = uri
		p.master.Variants = append(p.master.Variants, *p.pending)
		p.pending = nil
		return tooMany(len(p.master.Variants))
	case p.hasInf:
		return p.segment(uri)
	default:
		return "an address without EXTINF or EXT-X-STREAM-INF before it"
	}
}

func (p *parser) segment(uri string) string {
	s := p.next
	s.URI, s.Key, s.Map = uri, p.key, p.initial
	if p.rangeOpen {
		if len(p.media.Segments) == 0 {
			return "a byte range without an offset has nothing to continue"
		}
		last := p.media.Segments[len(p.media.Segments)-1]
		if last.Range == nil || last.URI != uri {
			return "a byte range without an offset has nothing to continue"
		}
		end := last.Range.Offset + last.Range.Length
		if end > math.MaxInt64-s.Range.Length {
			return "a byte range is out of bounds"
		}
		s.Range.Offset = end
	}
	p.media.Segments = append(p.media.Segments, s)
	p.next, p.hasInf, p.rangeOpen = Segment{}, false, false
	if p.total += s.Duration; p.total > 30*24*time.Hour {
		return "longer than a month"
	}
	return tooMany(len(p.media.Segments))
}

func (p *parser) finish() (Playlist, string) {
	switch {
	case p.isMaster && p.isMedia:
		return Playlist{}, "has tags of both kinds of playlist"
	case p.isMaster:
		if p.pending != nil {
			return Playlist{}, "ends before the address of its last variant"
		}
		return Playlist{Master: &p.master}, ""
	case p.hasInf:
		return Playlist{}, "ends before the address of its last segment"
	case !p.target:
		return Playlist{}, "has no EXT-X-TARGETDURATION"
	}
	if p.media.Sequence > math.MaxInt64-int64(len(p.media.Segments)) {
		return Playlist{}, "media sequence is out of bounds"
	}
	for i := range p.media.Segments {
		p.media.Segments[i].Sequence = p.media.Sequence + int64(i)
	}
	return Playlist{Media: &p.media}, ""
}

func tooMany(n int) string {
	if n > MaxSegments {
		return "more entries than any live playlist"
	}
	return ""
}

// seconds reads a decimal number of seconds, rounded to microseconds.
func seconds(text string) (time.Duration, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(f) || f < 0 || f > MaxDuration.Seconds() {
		return 0, false
	}
	return time.Duration(math.Round(f*1e6)) * time.Microsecond, true
}

func number(text string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	return n, err == nil && n >= 0
}

// dateTimeLayouts are ISO 8601 as packagers write it; the RFC asks for a time
// zone. A fraction is accepted by time.Parse behind any seconds.
var dateTimeLayouts = []string{
	"2006-01-02T15:04:05Z07:00",
	"2006-01-02T15:04:05Z0700",
	"2006-01-02T15:04:05Z07",
}

// dateTime returns the zero time for what it cannot read: a segment whose wall
// clock is unknown is still worth recording.
func dateTime(text string) time.Time {
	text = strings.TrimSpace(text)
	for _, layout := range dateTimeLayouts {
		t, err := time.Parse(layout, text)
		if err == nil && t.Year() >= 1970 && t.Year() < 2200 {
			return t.UTC()
		}
	}
	return time.Time{}
}

// byteRange reads "<length>[@<offset>]".
func byteRange(text string) (r *Range, open, ok bool) {
	length, offset, found := strings.Cut(text, "@")
	r = &Range{}
	if r.Length, ok = number(length); !ok || r.Length == 0 {
		return nil, false, false
	}
	if !found {
		return r, true, true
	}
	if r.Offset, ok = number(offset); !ok || r.Offset > math.MaxInt64-r.Length {
		return nil, false, false
	}
	return r, false, true
}
