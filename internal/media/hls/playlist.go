package hls

import (
	"fmt"
	"strings"
	"time"
)

// Bounds of what is accepted; live playlists stay far below them.
const (
	// MaxBytes is the longest playlist in bytes.
	MaxBytes = 4 << 20
	// MaxSegments is the most segments or variants in one playlist.
	MaxSegments = 50_000
	// MaxDuration is the longest segment or target duration.
	MaxDuration = time.Hour
)

// Playlist is a parsed playlist: exactly one of its fields is set.
type Playlist struct {
	Master *Master
	Media  *Media
}

// Master lists the variants of one presentation.
type Master struct {
	Variants   []Variant
	Renditions []Rendition
}

// Variant is one EXT-X-STREAM-INF.
type Variant struct {
	URI           string
	Bandwidth     int64 // peak bits per second; 0 if not told
	Width, Height int   // 0 if not told
	FrameRate     float64
	Codecs        []string
	Audio         string // group of separate audio renditions, if any
}

// Rendition is one EXT-X-MEDIA.
type Rendition struct {
	Type, GroupID, Name string
	URI                 string // empty: the media is in the variant itself
	Default             bool
}

// Media is a media playlist.
type Media struct {
	TargetDuration        time.Duration
	Sequence              int64 // of the first segment
	DiscontinuitySequence int64
	Ended                 bool // EXT-X-ENDLIST: nothing will be added
	IFramesOnly           bool
	Segments              []Segment
}

// Segment is one media segment.
type Segment struct {
	URI           string
	Sequence      int64
	Duration      time.Duration
	Discontinuity bool      // timestamps or format may break before it
	DateTime      time.Time // wall clock of its first sample; zero without a tag of its own
	Range         *Range    // nil: the whole resource
	Map           *Map      // nil: needs no initialization section
	Key           *Key      // nil: not encrypted
	Gap           bool      // EXT-X-GAP: listed, but not available
}

// Range is a part of a resource in bytes.
type Range struct{ Offset, Length int64 }

// Map is a media initialization section (EXT-X-MAP).
type Map struct {
	URI   string
	Range *Range
}

// Key says how segments are encrypted.
type Key struct{ Method, URI, KeyFormat string }

// SyntaxError says that a playlist breaks the format.
type SyntaxError struct {
	Line   int // counted from 1; 0 for the playlist as a whole
	Reason string
}

// Error implements error. It quotes nothing of the playlist: addresses in it
// can be secret.
func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return "playlist: " + e.Reason
	}
	return fmt.Sprintf("playlist line %d: %s", e.Line, e.Reason)
}

// Best returns the variant to record: the highest bandwidth that does not
// exceed maxBandwidth (0: no limit), or the lowest of all if every one exceeds
// it. Variants whose sound comes as a separate rendition, and those without a
// picture, are taken only if there are no others. It reports false if there is
// no variant.
func (m *Master) Best(maxBandwidth int64) (Variant, bool) {
	found := false
	var best Variant
	for _, v := range m.Variants {
		if !found || m.better(v, best, maxBandwidth) {
			best, found = v, true
		}
	}
	return best, found
}

func (m *Master) better(a, b Variant, limit int64) bool {
	if pa, pb := a.hasPicture(), b.hasPicture(); pa != pb {
		return pa
	}
	if sa, sb := m.SeparateAudio(a), m.SeparateAudio(b); sa != sb {
		return sb
	}
	overA, overB := limit > 0 && a.Bandwidth > limit, limit > 0 && b.Bandwidth > limit
	switch {
	case overA != overB:
		return overB
	case overA:
		return a.Bandwidth < b.Bandwidth
	default:
		return a.Bandwidth > b.Bandwidth
	}
}

// SeparateAudio tells whether the variant's sound is in a playlist of its own.
func (m *Master) SeparateAudio(v Variant) bool {
	if v.Audio == "" {
		return false
	}
	for _, r := range m.Renditions {
		if r.Type == "AUDIO" && r.GroupID == v.Audio && r.URI == "" {
			return false
		}
	}
	for _, r := range m.Renditions {
		if r.Type == "AUDIO" && r.GroupID == v.Audio {
			return true
		}
	}
	return false
}

// audioCodecs are the prefixes of codec names (RFC 6381) without a picture.
var audioCodecs = []string{"mp4a", "ac-3", "ec-3", "opus", "flac", "alac", "mp3"}

func (v Variant) hasPicture() bool {
	if v.Width > 0 || len(v.Codecs) == 0 {
		return true
	}
	for _, codec := range v.Codecs {
		if !isAudio(codec) {
			return true
		}
	}
	return false
}

func isAudio(codec string) bool {
	for _, prefix := range audioCodecs {
		if strings.HasPrefix(strings.ToLower(codec), prefix) {
			return true
		}
	}
	return false
}
