package match

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxNameBytes bounds a command's name without its prefix, in bytes of its
// normalised form; it is definition.MaxNameBytes.
const MaxNameBytes = 48

// maxWrittenName bounds what is looked at to normalise a name: invisible
// characters count for nothing in a name, but are not read without end.
const maxWrittenName = 8 * MaxNameBytes

// Name normalises the name or alias of a command, so that names that look the
// same are the same: compatibility forms are replaced (NFKC, Unicode Standard
// Annex 15), ignorable characters dropped, case folded. Whether the result is
// short enough to be a name, at most MaxNameBytes, is for the caller to check.
func Name(text string) string { return string(normalised(nil, text)) }

// AppendName appends the normalised form of word to dst. It reports false, and
// appends nothing, when nothing is left of it or when it is longer than
// MaxNameBytes. A word of ASCII, and any that is normalised, allocates nothing if
// dst has room.
func AppendName(dst []byte, word string) ([]byte, bool) {
	if word == "" || len(word) > maxWrittenName {
		return dst, false
	}
	for i := range len(word) {
		if word[i] >= utf8.RuneSelf {
			return appendForeignName(dst, word)
		}
	}
	if len(word) > MaxNameBytes {
		return dst, false
	}
	for i := range len(word) {
		dst = append(dst, byte(foldASCII(rune(word[i]))))
	}
	return dst, true
}

func appendForeignName(dst []byte, word string) ([]byte, bool) {
	// What dst has room for needs no memory of its own.
	name := normalised(dst[len(dst):], word)
	if len(name) == 0 || len(name) > MaxNameBytes {
		return dst, false
	}
	return append(dst, name...), true
}

// normalised folds until nothing changes any more: dropping a character can
// bring two together that are composed, and composing can give a character that
// has another case. The rounds are bounded lest two tables that disagree tie up
// the caller.
func normalised(room []byte, word string) []byte {
	name := appendFolded(room, word)
	for range 8 {
		if norm.NFKC.IsNormal(name) {
			break
		}
		name = appendFoldedBytes(nil, norm.NFKC.Bytes(name))
	}
	return name
}

// appendFolded appends text folded and without ignorable characters. Bytes that
// are no UTF-8 become U+FFFD, as regexp reads them.
func appendFolded(dst []byte, text string) []byte {
	for _, r := range text {
		dst = appendFoldedRune(dst, r)
	}
	return dst
}

func appendFoldedBytes(dst, text []byte) []byte {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		dst, text = appendFoldedRune(dst, r), text[n:]
	}
	return dst
}

func appendFoldedRune(dst []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		return append(dst, byte(foldASCII(r)))
	}
	if d := characters().delta(r); d != ignorable {
		return utf8.AppendRune(dst, r+d)
	}
	return dst
}
