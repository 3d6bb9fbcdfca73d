package media

import (
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// seam is how far two neighbours may lie apart without anything missing between
// them: sources round durations and clocks.
const seam = 100 * time.Millisecond

// Cover returns what the index holds of span.
func (ix *Index) Cover(span Span) Coverage {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	c := Coverage{Expired: ix.expired}
	c.Oldest, c.Newest = ix.bounds()
	c.Done = ix.ended || len(ix.segments) > 0 && !c.Newest.Before(span.End)
	held := make([]Span, 0, len(ix.segments))
	for _, s := range ix.segments {
		if part, ok := span.overlap(s.Start, s.End()); ok {
			c.Segments = append(c.Segments, s)
			held = append(held, part)
		}
	}
	for _, hole := range holes(span, held) {
		c.Gaps = append(c.Gaps, clip.Gap{Start: hole.Start, End: hole.End, Reason: ix.reason(hole, c)})
	}
	c.Covered = span.Length()
	for _, g := range c.Gaps {
		c.Covered -= g.End.Sub(g.Start)
	}
	return c
}

// holes returns the parts of span longer than a seam that none of parts holds.
func holes(span Span, parts []Span) []Span {
	slices.SortFunc(parts, func(a, b Span) int { return a.Start.Compare(b.Start) })
	var found []Span
	at := span.Start
	for _, p := range parts {
		if p.Start.Sub(at) > seam {
			found = append(found, Span{at, p.Start})
		}
		if p.End.After(at) {
			at = p.End
		}
	}
	if span.End.Sub(at) > seam {
		found = append(found, Span{at, span.End})
	}
	return found
}

// reason says why a hole is there: the recorded gap that shares most of it, or
// else what its place tells.
func (ix *Index) reason(hole Span, c Coverage) string {
	best, reason := time.Duration(0), ""
	for _, g := range ix.gaps {
		if part, ok := hole.overlap(g.Start, g.End); ok && part.Length() > best {
			best, reason = part.Length(), g.Reason
		}
	}
	switch {
	case reason != "":
		return reason
	case hole.Start.Before(c.Expired):
		return GapExpired
	case len(ix.segments) == 0 || !hole.End.After(c.Oldest) || !hole.Start.Before(c.Newest):
		return GapUnrecorded
	default:
		return GapMissing
	}
}
