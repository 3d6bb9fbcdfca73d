package manage

import "github.com/streamsuites/streamsuites/internal/definition"

// remove takes a trigger away. What a file says can be brought back by Reset.
func (k clerk) remove(o Order) (Result, error) {
	e, err := k.find(o.Name)
	if err != nil {
		return Result{}, err
	}
	if e.Source == BuiltIn {
		if managing[e.ID] {
			return Result{}, refuse("%s manages commands and cannot be removed", k.title(e))
		}
		return Result{}, refuse("%s is built in and cannot be removed: cmd disable %s switches it off", k.title(e), k.title(e))
	}
	result := Result{
		Reply:    k.title(e) + " was removed",
		Overlays: []Overlay{{TriggerID: e.ID, Drop: e.Source == Chat}},
		Changes:  []Change{{Subject: e.ID, Action: action(Remove), Before: e.Definition.JSON()}},
	}
	if e.Source == File {
		result.Reply += ": cmd reset brings it back"
	}
	return result, nil
}

// reset takes away what was laid over a built-in's or a file's trigger, also its
// removal. A command of the same name that was created since gives way.
func (k clerk) reset(o Order) (Result, error) {
	name := k.plain(o.Name)
	_, taken := k.ByName(name)
	for _, gone := range k.Removed() {
		// An alias of something that was removed is nobody's while another has it.
		own := k.plain(gone.Definition.Command) == name
		if gone.ID == o.Name || own || !taken && k.named(gone.Definition, name) {
			return k.bringBack(gone, name)
		}
	}
	e, err := k.find(o.Name)
	switch {
	case err != nil:
		return Result{}, err
	case e.Source == Chat:
		return Result{}, refuse("%s was made in chat and has nothing to go back to", k.title(e))
	case e.Overlay == nil:
		return Result{Reply: k.title(e) + " was never changed"}, nil
	}
	d, err := definition.Parse(e.Base)
	if err != nil {
		return Result{}, refuse("what the file says of %s cannot be read", k.title(e))
	}
	for _, own := range names(d) {
		if err := k.free(k.plain(own), e.ID); err != nil {
			return Result{}, err
		}
	}
	if enabled(d) && !enabled(e.Definition) && e.Source != BuiltIn {
		if err := k.roomForOne(); err != nil {
			return Result{}, err
		}
	}
	return Result{
		Reply:    k.title(e) + " is as it was before all changes",
		Overlays: []Overlay{{TriggerID: e.ID, Drop: true}},
		Changes:  []Change{{Subject: e.ID, Action: action(Reset), Before: e.Definition.JSON(), After: d.JSON()}},
	}, nil
}

// bringBack undoes a removal.
func (k clerk) bringBack(gone Entry, name string) (Result, error) {
	result := Result{
		Reply:    k.title(gone) + " is back",
		Overlays: []Overlay{{TriggerID: gone.ID, Drop: true}},
		Changes:  []Change{{Subject: gone.ID, Action: action(Reset), After: gone.Definition.JSON()}},
	}
	replaced := ""
	if e, taken := k.ByName(name); taken && e.Source == Chat && k.plain(e.Definition.Command) == name {
		replaced = e.ID
		result.Reply += " in place of the one made in chat"
		result.Overlays = append(result.Overlays, Overlay{TriggerID: e.ID, Drop: true})
		result.Changes = append(result.Changes, Change{Subject: e.ID, Action: action(Remove), Before: e.Definition.JSON()})
	} else if enabled(gone.Definition) {
		if err := k.roomForOne(); err != nil {
			return Result{}, err
		}
	}
	for _, own := range names(gone.Definition) {
		if err := k.free(k.plain(own), replaced); err != nil {
			return Result{}, err
		}
	}
	return result, nil
}
