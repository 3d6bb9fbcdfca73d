package media

import (
	"cmp"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
)

const (
	// leap is by how much timestamps and wall clock may part between two
	// neighbouring segments that are said to belong together.
	leap = 500 * time.Millisecond
	// maxReels bounds how many separate pieces one clip is joined from: each takes
	// a decoder.
	maxReels = 32
	// frameGuess is a picture's duration where there is only one.
	frameGuess = time.Second / 30
)

// reel is a row of segments whose timestamps go on from one to the next, so that
// they can be read as one input.
type reel []Segment

// group splits segments into reels as far as the index tells.
func group(segments []Segment) []reel {
	var reels []reel
	for i, s := range segments {
		if i == 0 || breaksAfter(segments[i-1], s) {
			reels = append(reels, nil)
		}
		reels[len(reels)-1] = append(reels[len(reels)-1], s)
	}
	return reels
}

func breaksAfter(before, s Segment) bool {
	return s.Discontinuity || s.Seq != before.Seq+1 || s.Init != before.Init ||
		s.Start.Sub(before.End()).Abs() > leap
}

// part is what a clip takes from one reel: the pictures from first to last, by
// timestamp.
type part struct {
	reel        reel
	stretch     stretch
	first, last time.Duration // timestamps of the first and the last picture
	frames      int64         // from first to last, both included
	interval    time.Duration // between two pictures
	wall        Span          // from the first picture to the end of the last one
}

// length is how long the part lasts in the clip.
func (p part) length() time.Duration { return p.last - p.first + p.interval }

// picture is a frame with its place in wall-clock time.
type picture struct {
	at   time.Duration
	wall time.Time
}

// pictures places every frame of a reel that can be decoded. A segment's wall
// clock belongs to its first sample (RFC 8216 §4.3.2.6), which is the first in
// the file: packagers take its timestamp for the segment's, also where pictures
// that are shown earlier follow it. bad is the index of a segment without
// any picture, −1 if there is none; split is the index of the first segment
// whose timestamps do not go on as its wall clock does, 0 if all of them do.
func pictures(r reel, s stretch) (all []picture, bad, split int) {
	of := assign(r, s)
	origin := make([]time.Duration, len(r))
	seen := make([]bool, len(r))
	for i, f := range s.frames {
		if n := of[i]; !seen[n] {
			origin[n], seen[n] = f.at, true
		}
	}
	for n := range r {
		if !seen[n] {
			return nil, n, 0
		}
		if n == 0 {
			continue
		}
		clock, stamps := r[n].Start.Sub(r[n-1].Start), origin[n]-origin[n-1]
		if stamps <= 0 || (clock-stamps).Abs() > leap {
			return nil, -1, n
		}
	}
	key := slices.IndexFunc(s.frames, func(f frame) bool { return f.key })
	if key < 0 {
		return nil, 0, 0
	}
	for i, f := range s.frames {
		// What is shown before the first key picture refers to pictures that are
		// not there.
		if i < key || f.at < s.frames[key].at {
			continue
		}
		n := of[i]
		if r[n].Clock == ArrivalClock {
			// Arrival tells the time only roughly. One segment's has to do for the
			// whole reel, so that no picture is left out or shown twice between two.
			n = len(r) - 1
		}
		all = append(all, picture{at: f.at, wall: r[n].Start.Add(f.at - origin[n])})
	}
	slices.SortFunc(all, func(a, b picture) int { return cmp.Compare(a.at, b.at) })
	return all, -1, 0
}

// assign tells for every frame which segment of the reel it is in.
func assign(r reel, s stretch) []int {
	frames := s.frames
	ends := make([]int64, len(r))
	end := s.head
	for i := range r {
		end += r[i].Bytes
		ends[i] = end
	}
	of := make([]int, len(frames))
	current := 0
	for i, f := range frames {
		if f.position >= 0 {
			n, _ := slices.BinarySearchFunc(ends, f.position, func(end, position int64) int {
				return cmp.Compare(end, position+1)
			})
			current = min(n, len(r)-1)
		}
		of[i] = current
	}
	return of
}

// interval is the usual distance of two pictures.
func interval(all []picture) time.Duration {
	distances := make([]time.Duration, 0, len(all))
	for i := 1; i < len(all); i++ {
		if d := all[i].at - all[i-1].at; d > 0 {
			distances = append(distances, d)
		}
	}
	if len(distances) == 0 {
		return frameGuess
	}
	slices.Sort(distances)
	return distances[len(distances)/2]
}

// choose takes from a reel the pictures that were on air in span: each picture is
// the one nearest to a point of the span's grid, so that both ends are right
// within half a picture. It reports false if there is none.
func choose(r reel, s stretch, all []picture, span Span) (part, bool) {
	p := part{reel: r, stretch: s, interval: interval(all)}
	half := p.interval / 2
	low, high := span.Start.Add(-half), span.End.Add(-half)
	first := slices.IndexFunc(all, func(f picture) bool { return !f.wall.Before(low) })
	last := -1
	for i, f := range all {
		if f.wall.Before(high) {
			last = i
		}
	}
	if first < 0 || last < first {
		return part{}, false
	}
	p.first, p.last, p.frames = all[first].at, all[last].at, int64(last-first+1)
	p.wall = Span{all[first].wall, all[last].wall.Add(p.interval)}
	return p, true
}

// missing compares the parts with what was asked for. known are gaps whose
// reasons the index knows.
func missing(span Span, parts []part, known []clip.Gap) []clip.Gap {
	held := make([]Span, 0, len(parts))
	for _, p := range parts {
		slack := p.interval
		held = append(held, Span{p.wall.Start.Add(-slack), p.wall.End.Add(slack)})
	}
	var gaps []clip.Gap
	for _, hole := range holes(span, held) {
		gaps = append(gaps, clip.Gap{Start: hole.Start, End: hole.End, Reason: likeliest(hole, known)})
	}
	return gaps
}

// likeliest is the reason of the known gap that shares most of a hole.
func likeliest(hole Span, known []clip.Gap) string {
	best, reason := time.Duration(0), GapMissing
	for _, g := range known {
		if shared, ok := hole.overlap(g.Start, g.End); ok && shared.Length() > best {
			best, reason = shared.Length(), g.Reason
		}
	}
	return reason
}
