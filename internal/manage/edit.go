package manage

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/template"
)

// add creates a command.
func (k clerk) add(o Order) (Result, error) {
	if o.Options.AliasOf != "" {
		return k.addAsAlias(o)
	}
	name, err := k.name(o.Name)
	if err != nil {
		return Result{}, err
	}
	if err := k.free(name, ""); err != nil {
		return Result{}, err
	}
	d := definition.Definition{
		ID: commandIDs + name, Type: definition.Command, Command: name, Responses: []string{o.Text},
	}
	e := Entry{ID: d.ID, Source: Chat}
	notes := k.set(&d, o.Options)
	notes = append(notes, warnings(o.Text)...)
	if enabled(d) {
		if err := k.roomForOne(); err != nil {
			return Result{}, err
		}
	}
	result, err := k.put(e, d, Add)
	if err != nil {
		return Result{}, err
	}
	result.Changes[0].Before = nil
	k.setUses(&result, d.ID, o.Options.Uses)
	result.Reply = sentence(fmt.Sprintf("%s%s was added", k.Prefix(), name), notes)
	return result, nil
}

// addAsAlias is Nightbot's `-a=!other`: the new name calls the other command.
func (k clerk) addAsAlias(o Order) (Result, error) {
	input := strings.NewReplacer("${", "", "$(", "", "}", "", ")", "").Replace(o.Text)
	rest := o.Options
	rest.AliasOf = ""
	if rest.given() || input != "" && input != "query" && input != "querystring" {
		return Result{}, refuse("-a makes %s another name of a command: it takes neither a text nor other options", shown(o.Name))
	}
	return k.addAliases(Order{Verb: AliasAdd, Name: o.Options.AliasOf, Aliases: []string{o.Name}})
}

// edit replaces what a trigger says. What a built-in one does besides stays.
func (k clerk) edit(o Order) (Result, error) {
	if o.Options.AliasOf != "" {
		return Result{}, refuse("-a goes with cmd add; cmd alias add NAME ALIAS gives a command another name")
	}
	e, err := k.find(o.Name)
	if err != nil {
		return Result{}, err
	}
	if managing[e.ID] {
		return Result{}, refuse("%s manages commands: cmd options and cmd alias change it, its answer stays", k.title(e))
	}
	d := e.Definition
	if err := setText(&d, o.Text); err != nil {
		return Result{}, err
	}
	notes := warnings(o.Text)
	if was := len(e.Definition.Responses); was > 1 {
		notes = append(notes, fmt.Sprintf("this one answer replaces %d", was))
	}
	return k.change(e, d, o, "was changed", notes)
}

// setText puts one answer in the place of those that there are.
func setText(d *definition.Definition, text string) error {
	at := -1
	for i, a := range d.Actions {
		if a.Type != definition.DoReply {
			continue
		}
		if at >= 0 && len(d.Responses) == 0 {
			return refuse("it gives several answers in turn: change them in the file")
		}
		at = i
	}
	if at < 0 || len(d.Responses) > 0 {
		d.Responses = []string{text}
		return nil
	}
	d.Actions = append([]definition.Action(nil), d.Actions...)
	d.Actions[at].Text = text
	return nil
}

// setOptions changes a trigger's guards.
func (k clerk) setOptions(o Order) (Result, error) {
	e, err := k.find(o.Name)
	if err != nil {
		return Result{}, err
	}
	return k.change(e, e.Definition, o, "was changed", nil)
}

// enable switches a trigger on or off.
func (k clerk) enable(o Order) (Result, error) {
	e, err := k.find(o.Name)
	if err != nil {
		return Result{}, err
	}
	on := o.Verb == Enable
	o.Options = Options{Enabled: &on}
	verb := "is switched off"
	if on {
		verb = "is switched on"
	}
	if enabled(e.Definition) == on {
		return Result{Reply: k.title(e) + " " + verb + " already"}, nil
	}
	result, err := k.change(e, e.Definition, o, verb, nil)
	if err == nil {
		result.Reply = k.title(e) + " " + verb
	}
	return result, err
}

// change lays options over an edited definition, checks the whole and puts it in
// force.
func (k clerk) change(e Entry, d definition.Definition, o Order, done string, notes []string) (Result, error) {
	if err := k.guarded(e, o.Options); err != nil {
		return Result{}, err
	}
	notes = append(k.set(&d, o.Options), notes...)
	d = spelledAs(e.Base, d)
	if enabled(d) && !enabled(e.Definition) && e.Source != BuiltIn {
		if err := k.roomForOne(); err != nil {
			return Result{}, err
		}
	}
	var result Result
	if string(d.JSON()) != string(e.Definition.JSON()) {
		var err error
		if result, err = k.put(e, d, o.Verb); err != nil {
			return Result{}, err
		}
	}
	k.setUses(&result, e.ID, o.Options.Uses)
	if len(result.Changes) == 0 {
		return Result{Reply: k.title(e) + " is like that already"}, nil
	}
	result.Reply = sentence(k.title(e)+" "+done, notes)
	return result, nil
}

// put checks a definition and makes the overlay that brings it into force.
func (k clerk) put(e Entry, d definition.Definition, verb Verb) (Result, error) {
	if wrong := d.Check(); len(wrong) > 0 {
		return Result{}, refuse("that is not possible: %s", wrong[0])
	}
	if err := k.Check(d); err != nil {
		return Result{}, refuse("that is not possible: %s", err)
	}
	overlay := Overlay{TriggerID: e.ID, Patch: d.JSON()}
	if e.Base != nil {
		overlay.Patch = definition.Diff(e.Base, d.JSON())
		if string(overlay.Patch) == "{}" {
			overlay = Overlay{TriggerID: e.ID, Drop: true}
		}
	}
	return Result{
		Overlays: []Overlay{overlay},
		Changes:  []Change{{Subject: e.ID, Action: action(verb), Before: e.Definition.JSON(), After: d.JSON()}},
	}, nil
}

// setUses adds a new number of uses to a result.
func (k clerk) setUses(r *Result, id string, total *int64) {
	if total == nil {
		return
	}
	was := k.Uses(id)
	if was == *total {
		return
	}
	r.Uses = append(r.Uses, Use{id, *total})
	r.Changes = append(r.Changes, Change{Subject: id, Action: "count", Before: jsonOf(was), After: jsonOf(*total)})
}

// roomForOne refuses to switch on more triggers than the creator may have.
func (k clerk) roomForOne() error {
	if left, limited := k.Room(); limited && left <= 0 {
		return refuse("there is no room for another trigger: remove one or switch one off first")
	}
	return nil
}

func enabled(d definition.Definition) bool { return d.Enabled == nil || *d.Enabled }

// warnings says which variables of a template nobody knows.
func warnings(text string) []string {
	unknown := template.Parse(text).Unknown()
	switch len(unknown) {
	case 0:
		return nil
	case 1:
		return []string{fmt.Sprintf("$(%s) is not a variable and stays as it stands", unknown[0])}
	default:
		return []string{fmt.Sprintf("$(%s) are not variables and stay as they stand", strings.Join(unknown, "), $("))}
	}
}

// sentence joins what was done and what there is to say about it.
func sentence(done string, notes []string) string {
	if len(notes) == 0 {
		return done
	}
	return done + ": " + strings.Join(notes, "; ")
}

// spelledAs writes what means the same as below in the words that stand there, so
// that a change that was taken back leaves no patch.
func spelledAs(base json.RawMessage, d definition.Definition) definition.Definition {
	b, err := definition.Parse(base)
	if err != nil {
		return d // nothing lies below
	}
	if enabled(b) == enabled(d) {
		d.Enabled = b.Enabled
	}
	if len(b.Roles) == 0 && len(d.Roles) == 0 {
		d.Roles = b.Roles
	}
	if len(b.Platforms) == 0 && len(d.Platforms) == 0 {
		d.Platforms = b.Platforms
	}
	if len(b.Aliases) == 0 && len(d.Aliases) == 0 {
		d.Aliases = b.Aliases
	}
	if b.ReplyMode == definition.AsReply && d.ReplyMode == "" {
		d.ReplyMode = b.ReplyMode
	}
	return d
}
