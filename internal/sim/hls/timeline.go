package hls

import (
	"bytes"
	"fmt"
	"time"
)

// Segments are cut on a grid of slots: slot k holds the frames from
// k×framesPerSlot on.
const (
	SegmentDuration = 2 * time.Second
	framesPerSlot   = FramesPerSecond * int64(SegmentDuration/time.Second)

	// windowSegments is how many segments the playlist shows.
	windowSegments = 10
	window         = windowSegments * SegmentDuration
	// graceSlots is for how many slots more a segment that left the playlist
	// can still be fetched.
	graceSlots = 20
)

// segment is one entry of the playlist.
type segment struct {
	Slot          int64 `json:"slot"`
	Discontinuity bool  `json:"discontinuity,omitempty"`
}

// timeline is what the playlist is made of, and what outlives the process.
type timeline struct {
	Epoch time.Time `json:"epoch"` // when frame 0 was shown
	// First is the media sequence number of Segments[0], Discontinuities the
	// number of discontinuities that left the playlist before it.
	First           int64     `json:"media_sequence"`
	Discontinuities int64     `json:"discontinuity_sequence"`
	Segments        []segment `json:"segments"`
	Newest          int64     `json:"newest"` // newest slot that was ever whole, -1 for none
	Ended           bool      `json:"ended"`
}

// at is when a slot's first frame is shown.
func (t *timeline) at(slot int64) time.Time {
	return t.Epoch.Add(time.Duration(slot) * SegmentDuration)
}

// frameAt is the newest frame that is due at that time.
func (t *timeline) frameAt(now time.Time) int64 {
	return int64(now.Sub(t.Epoch)) * FramesPerSecond / int64(time.Second)
}

// shownAt is when a frame is shown.
func (t *timeline) shownAt(frame int64) time.Time {
	return t.Epoch.Add(time.Duration(frame) * time.Second / FramesPerSecond)
}

// oldest is the first slot in the playlist, or the newest slot ever if there is
// none.
func (t *timeline) oldest() int64 {
	if len(t.Segments) == 0 {
		return t.Newest
	}
	return t.Segments[0].Slot
}

// stale reports whether everything in the playlist is older than its window.
func (t *timeline) stale(now time.Time) bool {
	return len(t.Segments) > 0 && now.Sub(t.at(t.Newest+1)) > window
}

// resume is the slot to encode next: where the timeline stopped, or now if that
// is later; a timeline without segments begins a whole window ago.
func (t *timeline) resume(now time.Time) int64 {
	current := t.frameAt(now) / framesPerSlot
	if len(t.Segments) == 0 {
		current -= windowSegments
	}
	return max(current, t.Newest+1, 0)
}

// add puts a finished segment at the end of the playlist and takes the oldest
// ones out.
func (t *timeline) add(next segment) {
	t.Segments = append(t.Segments, next)
	for len(t.Segments) > windowSegments {
		t.removeFirst()
	}
}

// clear empties the playlist; sequence numbers go on.
func (t *timeline) clear() {
	for len(t.Segments) > 0 {
		t.removeFirst()
	}
}

func (t *timeline) removeFirst() {
	if t.Segments[0].Discontinuity {
		t.Discontinuities++
	}
	t.First++
	t.Segments = t.Segments[1:]
}

// started reports whether there ever was a segment.
func (t *timeline) started() bool { return t.First > 0 || len(t.Segments) > 0 }

func segmentName(slot int64) string { return fmt.Sprintf("segment-%09d.ts", slot) }

// playlist writes the media playlist.
func (t *timeline) playlist() []byte {
	var b bytes.Buffer
	b.WriteString("#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n")
	fmt.Fprintf(&b, "#EXT-X-TARGETDURATION:%d\n", SegmentDuration/time.Second)
	fmt.Fprintf(&b, "#EXT-X-MEDIA-SEQUENCE:%d\n", t.First)
	fmt.Fprintf(&b, "#EXT-X-DISCONTINUITY-SEQUENCE:%d\n", t.Discontinuities)
	for _, s := range t.Segments {
		if s.Discontinuity {
			b.WriteString("#EXT-X-DISCONTINUITY\n")
		}
		fmt.Fprintf(&b, "#EXT-X-PROGRAM-DATE-TIME:%s\n", t.at(s.Slot).UTC().Format("2006-01-02T15:04:05.000Z"))
		fmt.Fprintf(&b, "#EXTINF:%.3f,\n%s\n", SegmentDuration.Seconds(), segmentName(s.Slot))
	}
	if t.Ended {
		b.WriteString(endList)
	}
	return b.Bytes()
}

const endList = "#EXT-X-ENDLIST\n"

// master writes the multivariant playlist with its one rendition.
func master() []byte {
	return fmt.Appendf(nil, "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n"+
		"#EXT-X-STREAM-INF:BANDWIDTH=2500000,RESOLUTION=%dx%d,FRAME-RATE=%d.000,CODECS=\"avc1.42c01e,mp4a.40.2\"\nindex.m3u8\n",
		Width, Height, FramesPerSecond)
}
