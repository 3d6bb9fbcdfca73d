package match

import (
	"unicode"
	"unicode/utf8"
)

// Find looks for all words in one pass over text and puts the owners of those
// that occur into hits, in place of what hits held before. Overlapping words are
// all found. It allocates nothing once hits has grown to the set's owners.
//
// Bytes that are no UTF-8 count as U+FFFD, as for regexp.
func (w *Words) Find(text string, hits *Hits) {
	hits.begin(w.owners)
	a := &w.auto
	next, shift, accepting := a.next, a.shift&15, uint(a.accepting)
	at := uint(0)
	for i := 0; i < len(text); {
		b := text[i]
		if b < utf8.RuneSelf {
			i++
			at = uint(next[at<<shift|uint(a.class[b])])
			if at >= accepting {
				w.report(text, i, at, hits)
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		d := w.characters.delta(r)
		if d == ignorable {
			continue
		}
		at = a.step(at, r+d)
		if at >= accepting {
			w.report(text, i, at, hits)
		}
	}
}

// step reads a folded character. Only its last byte can end a stem, as stems
// are whole characters.
func (a *automaton) step(at uint, folded rune) uint {
	var encoded [utf8.UTFMax]byte
	n := utf8.EncodeRune(encoded[:], folded)
	for _, b := range encoded[:n] {
		at = uint(a.next[at<<a.shift|uint(a.class[b])])
	}
	return at
}

// report adds the owners of the words whose stems end at byte end of text.
func (w *Words) report(text string, end int, at uint, hits *Hits) {
	for at != 0 {
		e := &w.auto.ends[at-uint(w.auto.accepting)]
		stem := place{first: -1, end: end}
		for _, n := range w.auto.entries[e.from:e.to] {
			if known := &w.entries[n]; !hits.Has(int(known.owner)) && known.standsAt(text, &stem) {
				hits.add(known.owner)
			}
		}
		at = uint(e.shorter)
	}
}

// place is where a stem was found. Where it begins is worked out when somebody
// asks for it, once for all words that begin with the stem.
type place struct {
	first, end int
	inside     bool // a word leads up to it
}

func (p *place) begin(text string, characters int32) {
	if p.first < 0 {
		p.first = skipBack(text, p.end, int(characters))
		p.inside = leadsUp(text, p.first)
	}
}

// standsAt reports whether the word is there as its owner wants it.
func (e *entry) standsAt(text string, stem *place) bool {
	if !e.part || e.caseSensitive {
		stem.begin(text, e.stem)
	}
	if !e.part && e.opens && stem.inside {
		return false
	}
	last, ok := skipTail(text, stem.end, e.tail)
	if !ok || !e.part && !e.endsAt(text, last) {
		return false
	}
	return !e.caseSensitive || spells(text[stem.first:last], e.exact)
}

// endsAt reports whether no word goes on behind byte end. A mark belongs to what
// stands before it, whatever that is.
func (e *entry) endsAt(text string, end int) bool {
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if !Ignorable(r) {
			return !inWord(r) || !e.closes && !unicode.IsMark(r)
		}
		end += size
	}
	return true
}

// leadsUp reports whether a word stands right before byte first.
func leadsUp(text string, first int) bool {
	for first > 0 {
		r, size := utf8.DecodeLastRuneInString(text[:first])
		if !Ignorable(r) {
			return inWord(r)
		}
		first -= size
	}
	return false
}

// skipTail reads the folded tail from byte at of text; false when something else
// stands there.
func skipTail(text string, at int, tail string) (end int, ok bool) {
	for tail != "" {
		if at >= len(text) {
			return 0, false
		}
		r, size := utf8.DecodeRuneInString(text[at:])
		at += size
		if Ignorable(r) {
			continue
		}
		want, n := utf8.DecodeRuneInString(tail)
		if Fold(r) != want {
			return 0, false
		}
		tail = tail[n:]
	}
	return at, true
}

// skipBack goes back over visible characters from byte end of text, to where the
// first of them begins.
func skipBack(text string, end, visible int) int {
	for visible > 0 && end > 0 {
		r, size := utf8.DecodeLastRuneInString(text[:end])
		end -= size
		if !Ignorable(r) {
			visible--
		}
	}
	return end
}

// spells reports whether text is exact but for ignorable characters.
func spells(text, exact string) bool {
	for _, r := range text {
		if Ignorable(r) {
			continue
		}
		want, size := utf8.DecodeRuneInString(exact)
		if size == 0 || r != want {
			return false
		}
		exact = exact[size:]
	}
	return exact == ""
}
