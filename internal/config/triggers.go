package config

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/definition/imports"
)

// TriggerSource says who wrote the triggers, as the export contract spells it.
type TriggerSource string

// The sources of triggers.
const (
	FromShared    TriggerSource = "shared"    // the section's own file
	FromDashboard TriggerSource = "dashboard" // an override
)

// Triggers returns a creator's triggers in the order of the files, also those
// that are switched off or cannot be used: what is wrong with these was reported,
// and the engine leaves them out. The list is the configuration's own, which
// whoever serves thousands of creators shares: it must not be changed.
func (c *Config) Triggers(creator *Creator) []definition.Definition {
	return c.triggers[creator.ID]
}

// loadTriggers reads the triggers of the creators that run. A file that is there
// and not allowed forbids a start; a trigger that makes no sense is reported and
// the others run.
func (l *loader) loadTriggers(c *Config) []document {
	c.TriggerSource = FromShared
	d := l.openTriggers(filepath.Join("overrides", "triggers.json"), policy{Info, Fatal, Fatal, "mend or remove this file"})
	if d.present {
		c.TriggerSource = FromDashboard
	} else {
		d = l.openTriggers("triggers.json", policy{Warning, Fatal, Fatal, "mend or remove this file"})
	}
	s := &triggerSet{loader: l, config: c, byCreator: map[string][]definition.Definition{}, seen: map[string]bool{}}
	// What is left of a file that forbids a start is looked at as well, so that
	// everything is reported at once.
	if d.name == "trigger_drafts" {
		s.addDrafts(d)
	} else if d.valid {
		s.addFile(d)
	}
	older := l.readOptional("chat_behaviour", "chat_behaviour.json", policy{Info, Warning, Warning, "it adds no triggers"})
	s.addOlder(older)
	s.checkTogether(d)
	for id, list := range s.byCreator {
		s.byCreator[id] = slices.Clone(list) // without room for more
	}
	c.triggers = s.byCreator
	return []document{d, older}
}

// openTriggers reads a file with triggers, which can be the dashboard's drafts.
func (l *loader) openTriggers(file string, p policy) document {
	before := len(l.problems)
	d, object := l.open("triggers", file, p)
	if !d.present && p.missing == Info {
		l.problems = l.problems[:before]
	}
	if !d.present && p.missing == Warning {
		l.problems[len(l.problems)-1].Remedy = "there are only the built-in triggers"
	}
	if object == nil {
		return d
	}
	if object["schema"] == imports.DraftsSchema {
		d.name = "trigger_drafts"
	}
	return l.check(d, object, p)
}

// triggerSet collects the triggers of the creators that run.
type triggerSet struct {
	*loader
	config    *Config
	byCreator map[string][]definition.Definition
	seen      map[string]bool // creator and id
}

func (s *triggerSet) addFile(d document) {
	entries, _ := d.value["triggers"].([]any)
	for i, entry := range entries {
		raw, err := json.Marshal(entry)
		if err != nil {
			continue // values came from JSON; this cannot fail
		}
		parsed, err := definition.Parse(raw)
		if err != nil {
			s.add(Problem{File: d.file, Path: fmt.Sprintf("$.triggers[%d]", i), Found: err.Error(), Allowed: s.schemas.allowed(schemaURN + "triggers#/properties/triggers/items"),
				Remedy: "mend or remove this file", Severity: Fatal, Kind: Invalid})
			continue
		}
		if s.take(d, parsed) {
			s.judge(d, parsed, raw)
		}
	}
}

// take adds a trigger to its creator's, and reports whether it did: creators who
// do not run need none, and an id can be had once.
func (s *triggerSet) take(d document, t definition.Definition) bool {
	creator := s.config.Creator(t.CreatorID)
	if creator == nil {
		s.add(Problem{File: d.file, Path: trigger(t) + ".creator_id", Found: quoteShort(t.CreatorID), Allowed: "the id of a creator in creators.json",
			Remedy: "this trigger is left out", Severity: Info, Kind: Advice})
		return false
	}
	if !creator.Enabled {
		return false
	}
	key := t.CreatorID + "\x00" + t.ID
	if s.seen[key] {
		s.add(Problem{File: d.file, Path: trigger(t), Found: "trigger_id " + quoteShort(t.ID) + " more than once", Allowed: "each trigger_id once for a creator",
			Remedy: "only the first entry is used", Severity: Warning, Kind: Invalid})
		return false
	}
	s.seen[key] = true
	s.byCreator[t.CreatorID] = append(s.byCreator[t.CreatorID], t)
	return true
}

// trigger is the path of a trigger that stays the same when others are added.
func trigger(t definition.Definition) string {
	return fmt.Sprintf("$.triggers[?(@.trigger_id==%s && @.creator_id==%s)]", quoteShort(t.ID), quoteShort(t.CreatorID))
}

func (s *triggerSet) addDrafts(d document) {
	var file imports.DraftsFile
	if !s.decode(d, &file) {
		return
	}
	definitions, remarks := file.Definitions()
	for _, r := range remarks {
		s.add(Problem{File: d.file, Path: "$.creators", Found: "the draft " + quoteShort(r.Name) + ", " + r.Text, Allowed: "the actions clip, ping and counter",
			Remedy: "this trigger is switched off", Severity: Warning, Kind: Invalid})
	}
	for _, t := range definitions {
		if s.take(d, t) {
			s.judge(d, t, t.JSON())
		}
	}
}

// judge reports what is wrong with one trigger.
func (s *triggerSet) judge(d document, t definition.Definition, raw json.RawMessage) {
	path := trigger(t)
	for _, stray := range definition.Strays(raw) {
		p := Problem{File: d.file, Path: path + "." + stray.Path, Found: "an unknown field", Allowed: "the fields of a trigger",
			Remedy: "it is ignored", Severity: Warning, Kind: Advice}
		if stray.Nearest != "" {
			p.Allowed = "perhaps " + stray.Nearest + " was meant"
		}
		s.add(p)
	}
	s.checkVariables(d, t)
	for _, problem := range wrong(t) {
		p := Problem{File: d.file, Path: path, Found: problem.Found, Allowed: problem.Remedy,
			Remedy: "this trigger is switched off", Severity: Warning, Kind: Invalid}
		if problem.Field != "" {
			p.Path += "." + problem.Field
		}
		s.add(p)
	}
}
