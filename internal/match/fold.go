package match

import (
	"unicode"
	"unicode/utf8"
)

// Fold gives the representative of the characters that are the same but for
// their case: the one that stands for r's orbit of simple foldings (Unicode,
// CaseFolding.txt, status C and S), as RE2's (?i) has it. Representatives are
// lower case where the orbit has a lower case: 'k' stands for k, K and the
// Kelvin sign.
func Fold(r rune) rune {
	if r < utf8.RuneSelf {
		return foldASCII(r)
	}
	if d := characters().delta(r); d != ignorable {
		return r + d
	}
	return r
}

// Ignorable reports characters that show nothing by themselves: zero-width
// ones, format characters (Cf), variation selectors, fillers and the other
// default-ignorable code points (Unicode, DerivedCoreProperties.txt), among them
// U+034F and those from U+E0000 on, which chat clients append to messages so
// that a repeated one is not refused.
func Ignorable(r rune) bool {
	return r >= utf8.RuneSelf && characters().delta(r) == ignorable
}

func foldASCII(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + ('a' - 'A')
	}
	return r
}

// inWord reports characters that words are made of.
func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}
