package match

import "golang.org/x/text/unicode/norm"

// forms gives text and, where they differ, its composed and its decomposed form
// (Unicode Standard Annex 15): é is one character or two, and a chat that was
// typed on another system must not hide a word by that.
func forms(text string) []string {
	all := []string{text}
	if norm.NFC.IsNormalString(text) && norm.NFD.IsNormalString(text) {
		return all
	}
	for _, form := range []string{norm.NFC.String(text), norm.NFD.String(text)} {
		if form != text && form != all[len(all)-1] {
			all = append(all, form)
		}
	}
	return all
}
