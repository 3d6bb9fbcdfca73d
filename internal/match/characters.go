package match

import (
	"sync"
	"unicode"
)

const (
	ignorable = -1 << 31 // in place of a distance

	pageBits = 7
	pageSize = 1 << pageBits
	allPages = (unicode.MaxRune + 1) >> pageBits
)

type page [pageSize]int32

// characterTable holds for each character how far away its representative is.
// Nearly all pages are the same one, which holds nothing but zeros.
type characterTable struct {
	index [allPages]uint8
	pages []page
}

// delta is ignorable, or what has to be added to r to fold it.
func (t *characterTable) delta(r rune) int32 {
	if uint32(r) > unicode.MaxRune {
		return 0
	}
	return t.pages[t.index[r>>pageBits]][r&(pageSize-1)]
}

// characters is the table, the same for ever.
var characters = sync.OnceValue(newCharacterTable)

func newCharacterTable() *characterTable {
	flat := map[rune]int32{}
	for _, c := range unicode.CaseRanges {
		for r := rune(c.Lo); r <= rune(c.Hi); r++ {
			if d := representative(r) - r; d != 0 {
				flat[r] = d
			}
		}
	}
	for _, table := range []*unicode.RangeTable{unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point} {
		for r := range charactersOf(table) {
			flat[r] = ignorable
		}
	}
	return packed(flat)
}

// packed stores equal pages once.
func packed(flat map[rune]int32) *characterTable {
	filled := map[int]*page{}
	for r, d := range flat {
		at := int(r >> pageBits)
		if filled[at] == nil {
			filled[at] = new(page)
		}
		filled[at][r&(pageSize-1)] = d
	}
	t := &characterTable{pages: []page{{}}}
	known := map[page]uint8{{}: 0}
	for at, p := range filled {
		n, ok := known[*p]
		if !ok {
			n = uint8(len(t.pages))
			known[*p] = n
			t.pages = append(t.pages, *p)
		}
		t.index[at] = n
	}
	return t
}

// representative is Fold from first principles. An orbit's representative is
// the lower case of its first character where that belongs to the orbit: the
// Turkish İ has a lower case, i, but is no other case of it, nor is it for RE2.
func representative(r rune) rune {
	first := r
	for c := unicode.SimpleFold(r); c != r; c = unicode.SimpleFold(c) {
		first = min(first, c)
	}
	lower := unicode.ToLower(first)
	for c := unicode.SimpleFold(first); ; c = unicode.SimpleFold(c) {
		if c == lower {
			return lower
		}
		if c == first {
			return first
		}
	}
}

// charactersOf walks over the characters of a range table.
func charactersOf(table *unicode.RangeTable) func(yield func(rune) bool) {
	return func(yield func(rune) bool) {
		for _, span := range table.R16 {
			for r := rune(span.Lo); r <= rune(span.Hi); r += rune(span.Stride) {
				if !yield(r) {
					return
				}
			}
		}
		for _, span := range table.R32 {
			for r := rune(span.Lo); r <= rune(span.Hi); r += rune(span.Stride) {
				if !yield(r) {
					return
				}
			}
		}
	}
}
