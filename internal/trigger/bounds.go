package trigger

// bounds is how many triggers of a kind there may still be.
type bounds struct {
	triggers int
	limited  bool
	scans    int
}

// take counts a trigger in; it says why there is no room for it.
func (b *bounds) take(r *rule) (no string) {
	if !r.enabled || r.unfit {
		return ""
	}
	counted := b.limited && r.layer.source != BuiltIn
	switch {
	case counted && b.triggers == 0:
		return "as many triggers are switched on as may be: left out"
	case r.look.scan && b.scans <= 0:
		return "a pattern without a text of three characters that every match holds has to look at every message, and there are as many of them as may be: left out"
	}
	if counted {
		b.triggers--
	}
	if r.look.scan {
		b.scans--
	}
	return ""
}
