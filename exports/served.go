package exports

import "slices"

// Find returns the document that readers mean by a name below the state root,
// which is its own name or one of its further ones, and for whom it is meant. It
// reports false for names that this version writes nothing under.
func Find(name string) (file string, v Visibility, known bool) {
	if v, known := VisibilityOf(name); known {
		return name, v, true
	}
	all := catalog()
	if i := slices.IndexFunc(all, func(k kind) bool { return slices.Contains(k.also, name) }); i >= 0 {
		return all[i].file, all[i].visibility, true
	}
	return "", "", false
}
