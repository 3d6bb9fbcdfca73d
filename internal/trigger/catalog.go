package trigger

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/manage"
)

// catalog shows an order what there is.
type catalog struct{ *attempt }

// Prefix implements manage.Catalog.
func (c catalog) Prefix() string { return c.rules.settings.Prefix }

// ByName implements manage.Catalog.
func (c catalog) ByName(name string) (manage.Entry, bool) {
	rules := c.rules
	for i := range rules.rules {
		for _, known := range rules.rules[i].look.names {
			if known == name {
				return rules.entry(rules.rules[i].id), true
			}
		}
	}
	return manage.Entry{}, false
}

// List implements manage.Catalog.
func (c catalog) List() []manage.Entry {
	list := make([]manage.Entry, 0, len(c.rules.rules))
	for i := range c.rules.rules {
		list = append(list, c.rules.entry(c.rules.rules[i].id))
	}
	return list
}

// Removed implements manage.Catalog.
func (c catalog) Removed() []manage.Entry {
	var list []manage.Entry
	for i := range c.rules.layers {
		if l := &c.rules.layers[i]; l.removed {
			list = append(list, l.entry())
		}
	}
	return list
}

// Counter implements manage.Catalog.
func (c catalog) Counter(name string) (int64, bool) {
	_, known := c.state.Counters[name]
	return c.counter(name), known
}

// Uses implements manage.Catalog.
func (c catalog) Uses(triggerID string) int64 { return c.state.Uses(triggerID, "").Total }

// Paused implements manage.Catalog.
func (c catalog) Paused() bool { return c.state.Paused }

// Room implements manage.Catalog.
func (c catalog) Room() (left int, limited bool) {
	most := c.rules.settings.MaxTriggers
	if most == 0 {
		return 0, false
	}
	for _, info := range c.rules.Triggers() {
		if info.Enabled && info.Source != BuiltIn {
			most--
		}
	}
	return max(most, 0), true
}

// MinCooldown implements manage.Catalog.
func (c catalog) MinCooldown() time.Duration { return c.rules.settings.MinCooldown }

// Check implements manage.Catalog.
func (c catalog) Check(d definition.Definition) error {
	_, problems := compileRule(&layered{id: d.ID, def: d, source: FromChat}, &c.rules.settings)
	if len(problems) > 0 {
		return errors.New(strings.Join(problems, "; "))
	}
	return nil
}

func (r *Rules) entry(id string) manage.Entry {
	for i := range r.layers {
		if r.layers[i].id == id {
			return r.layers[i].entry()
		}
	}
	return manage.Entry{}
}

func (l *layered) entry() manage.Entry {
	source := manage.Chat
	switch l.source {
	case BuiltIn:
		source = manage.BuiltIn
	case FromFile:
		source = manage.File
	}
	entry := manage.Entry{ID: l.id, Definition: l.def, Overlay: clone(l.overlay), Source: source}
	if l.source != FromChat {
		entry.Base = l.below.JSON()
	}
	return entry
}

func clone(raw json.RawMessage) json.RawMessage { return append(json.RawMessage(nil), raw...) }
