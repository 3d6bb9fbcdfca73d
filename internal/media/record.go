package media

import (
	"bytes"
	"encoding/json"
	"regexp"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// indexFile is the name of the index in a capture folder: one JSON object a
// line, only ever appended to, so that a kill at any moment costs the last line
// at most.
const indexFile = "index.jsonl"

// Kinds of index lines.
const (
	kindSegment = "segment" // a segment was stored
	kindGap     = "gap"     // a part of the stream was not
	kindExpired = "expired" // everything up to seq left the buffer
	kindEnded   = "ended"   // the source said that it is over
)

// record is one line of the index.
type record struct {
	Kind    string    `json:"kind"`
	Seq     int64     `json:"seq,omitempty"`
	File    string    `json:"file,omitempty"`
	Init    string    `json:"init,omitempty"`
	Start   time.Time `json:"start,omitzero"`
	End     time.Time `json:"end,omitzero"` // gap, expired
	Micros  int64     `json:"us,omitempty"`
	Break   bool      `json:"break,omitempty"`
	Bytes   int64     `json:"bytes,omitempty"`
	Origin  int64     `json:"origin,omitempty"`
	Clock   Clock     `json:"clock,omitempty"`
	Arrived time.Time `json:"arrived,omitzero"`
	Reason  string    `json:"reason,omitempty"`
}

func segmentRecord(s Segment) record {
	return record{
		Kind: kindSegment, Seq: s.Seq, File: s.File, Init: s.Init, Start: stamp(s.Start), Micros: s.Duration.Microseconds(),
		Break: s.Discontinuity, Bytes: s.Bytes, Origin: s.Origin, Clock: s.Clock, Arrived: stamp(s.Arrived),
	}
}

func gapRecord(g clip.Gap) record {
	return record{Kind: kindGap, Start: stamp(g.Start), End: stamp(g.End), Reason: g.Reason}
}

// stamp makes a time what it will be when it is read back: in UTC, which can
// always be written, and without the reading of a process's own clock.
func stamp(t time.Time) time.Time { return t.Round(0).UTC() }

func (r record) segment() Segment {
	return Segment{
		Seq: r.Seq, File: r.File, Init: r.Init, Start: r.Start, Duration: time.Duration(r.Micros) * time.Microsecond,
		Discontinuity: r.Break, Bytes: r.Bytes, Origin: r.Origin, Clock: r.Clock, Arrived: r.Arrived,
	}
}

func (r record) line() []byte {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // only years beyond 9999 cannot be written, and none gets here
	}
	return append(text, '\n')
}

// Names of the files that a recorder makes; nothing else in an index is
// followed, so that a damaged or foreign index cannot lead out of its folder.
var (
	segmentName = regexp.MustCompile(`^seg-[0-9]{8,19}\.(ts|m4s)$`)
	initName    = regexp.MustCompile(`^init-[0-9a-f]{16}\.mp4$`)
)

// maxSegmentDuration bounds a single segment.
const maxSegmentDuration = time.Hour

func (r record) valid() bool {
	switch r.Kind {
	case kindSegment:
		return r.Seq > 0 && segmentName.MatchString(r.File) && (r.Init == "" || initName.MatchString(r.Init)) &&
			plausible(r.Start) && r.Micros > 0 && r.Micros <= maxSegmentDuration.Microseconds() && r.Bytes > 0
	case kindGap:
		return plausible(r.Start) && plausible(r.End) && r.Start.Before(r.End)
	case kindExpired:
		return r.Seq > 0 && plausible(r.End)
	default:
		return r.Kind == kindEnded
	}
}

// plausible keeps times so that differences of two of them fit a time.Duration.
func plausible(t time.Time) bool { return t.Year() >= 1970 && t.Year() < 2200 }

// scan calls add for every usable line of data, and returns how many bytes end
// in whole lines and how many whole lines were unusable. A last line without its
// line break was torn by a kill, or is being written.
func scan(data []byte, add func(record)) (whole int, damaged int) {
	for {
		length := bytes.IndexByte(data[whole:], '\n')
		if length < 0 {
			return whole, damaged
		}
		line := data[whole : whole+length]
		whole += length + 1
		var r record
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if json.Unmarshal(line, &r) != nil || !r.valid() {
			damaged++
			continue
		}
		add(r)
	}
}
