package config

import (
	"slices"
	"strconv"
)

// maxRounds bounds how often a document is checked again after something was
// left out of it. Each round leaves out at least one value, and a value is
// required by its parent at most, so few rounds are ever needed.
const maxRounds = 64

// prune leaves out of a document what its schema does not allow, until the rest
// is allowed, and returns the rest together with what was wrong. A list entry or
// object that lacks a required field is left out as a whole. The rest is nil
// when nothing of the document can be used.
func (s *schemaSet) prune(document string, value any) (rest any, wrong []violation) {
	wrong = s.violations(document, value)
	found := wrong
	for range maxRounds {
		if len(found) == 0 {
			return value, wrong
		}
		for i, v := range slices.Backward(found) {
			if len(v.location) == 0 {
				return nil, wrong
			}
			if i+1 < len(found) && slices.Equal(v.location, found[i+1].location) {
				continue // one value can be wrong in two ways
			}
			value = without(value, v.location)
		}
		found = s.violations(document, value)
	}
	return nil, wrong
}

// without returns v without the value at a location. Going through locations
// from the last to the first keeps the list indexes of the others right.
func without(v any, location []string) any {
	token, rest := location[0], location[1:]
	switch t := v.(type) {
	case map[string]any:
		child, ok := t[token]
		switch {
		case !ok:
		case len(rest) == 0:
			delete(t, token)
		default:
			t[token] = without(child, rest)
		}
		return t
	case []any:
		i, err := strconv.Atoi(token)
		if err != nil || i < 0 || i >= len(t) {
			return t
		}
		if len(rest) == 0 {
			return slices.Delete(t, i, i+1)
		}
		t[i] = without(t[i], rest)
		return t
	}
	return v
}
