package manage

import "encoding/json"

// Apply checks an order against what there is and returns what it changes. An
// error is a *UsageError; it changes nothing.
func Apply(o Order, c Catalog, who Who) (Result, error) {
	if !o.ReadOnly() && !who.Manages {
		return Result{}, refuse("only moderators can change that")
	}
	switch o.Verb {
	case Pause, Resume, Toggle:
		return applyPause(o, c)
	default:
		return Result{}, refuse("%s is not something to do", shown(string(o.Verb)))
	}
}

func applyPause(o Order, c Catalog) (Result, error) {
	was := c.Paused()
	paused := o.Verb == Pause || o.Verb == Toggle && !was
	if paused == was {
		return Result{Reply: pauseText[paused] + " already"}, nil
	}
	return Result{
		Reply:  pauseText[paused],
		Paused: &paused,
		Changes: []Change{{
			Subject: "pause", Action: string(pauseVerb[paused]), Before: jsonOf(was), After: jsonOf(paused),
		}},
	}, nil
}

var (
	pauseText = map[bool]string{true: "commands are paused", false: "commands are running"}
	pauseVerb = map[bool]Verb{true: Pause, false: Resume}
)

// jsonOf marshals values of plain types, which cannot fail.
func jsonOf(value any) json.RawMessage {
	raw, _ := json.Marshal(value)
	return raw
}
