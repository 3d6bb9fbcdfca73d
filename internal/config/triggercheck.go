package config

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/match"
	"github.com/streamsuites/streamsuites/internal/template"
)

// wrong returns what is wrong with a trigger. An entry for a built-in one only
// changes some of its fields, so it is judged together with a name.
func wrong(t definition.Definition) []*definition.FieldError {
	if definition.IsBuiltIn(t.ID) {
		t.Type = definition.Command
		if t.Command == "" {
			t.Command = t.ID
		}
	}
	var found []*definition.FieldError
	for _, err := range t.Check() {
		var field *definition.FieldError
		if errors.As(err, &field) {
			found = append(found, field)
		}
	}
	return found
}

// checkTogether reports what is wrong with a creator's triggers taken together:
// names that are taken twice, and more triggers than the creator may have.
func (s *triggerSet) checkTogether(d document) {
	for i := range s.config.Creators {
		creator := &s.config.Creators[i]
		list := slices.DeleteFunc(slices.Clone(s.byCreator[creator.ID]), func(t definition.Definition) bool {
			return !isOn(t.Enabled) || len(wrong(t)) > 0
		})
		if len(list) == 0 {
			continue
		}
		s.checkNames(d, creator, list)
		s.checkNumber(d, creator, list)
	}
}

func isOn(enabled *bool) bool { return enabled == nil || *enabled }

func (s *triggerSet) checkNumber(d document, creator *Creator, list []definition.Definition) {
	limits := s.config.TriggerLimits(creator)
	if !limits.Enabled {
		s.add(Problem{File: d.file, Path: trigger(list[0]), Found: fmt.Sprintf("%d triggers of %s", len(list), creator.ID), Allowed: "none in the tier " + creator.Tier,
			Remedy: "they are switched off", Severity: Info, Kind: Advice})
		return
	}
	list = slices.DeleteFunc(slices.Clone(list), func(t definition.Definition) bool { return definition.IsBuiltIn(t.ID) })
	for n, t := range list {
		if n >= limits.Max {
			s.add(Problem{File: d.file, Path: trigger(t), Found: fmt.Sprintf("trigger number %d", n+1), Allowed: fmt.Sprintf("at most %d for %s", limits.Max, creator.ID),
				Remedy: "this trigger is switched off", Severity: Warning, Kind: Invalid})
		}
	}
}

// checkNames reports names of commands that never run, because another one comes
// first.
func (s *triggerSet) checkNames(d document, creator *Creator, list []definition.Definition) {
	commands := withBuiltIn(list)
	slices.SortStableFunc(commands, func(a, b definition.Definition) int { return cmp.Compare(b.Priority, a.Priority) })
	taken := map[string]string{} // id of the trigger, by name
	prefix := first(creator.Chat.Prefix, "!")
	for _, t := range commands {
		if t.Type != definition.Command || t.Match == definition.RegexIs {
			continue
		}
		for _, name := range append([]string{t.Command}, t.Aliases...) {
			key := match.Name(strings.TrimPrefix(name, prefix))
			other, ok := taken[key]
			switch {
			case ok && other != t.ID:
				s.add(Problem{File: d.file, Path: trigger(t), Found: "the name " + quoteShort(name) + ", which " + quoteShort(other) + " has", Allowed: "each name once for a creator",
					Remedy: quoteShort(other) + " answers to it", Severity: Warning, Kind: Advice})
			case isOn(t.StopOnMatch) && len(t.Platforms) == 0:
				taken[key] = t.ID
			}
		}
	}
}

// withBuiltIn puts the built-in commands before those of the files, with the
// fields that a file gives them.
func withBuiltIn(list []definition.Definition) []definition.Definition {
	var all []definition.Definition
	for _, id := range definition.BuiltIns() {
		t := definition.Definition{ID: id, Type: definition.Command, Command: id}
		for _, own := range list {
			if own.ID == id {
				t.Command, t.Aliases, t.Priority, t.Platforms = first(own.Command, id), own.Aliases, own.Priority, own.Platforms
			}
		}
		all = append(all, t)
	}
	for _, t := range list {
		if !definition.IsBuiltIn(t.ID) {
			all = append(all, t)
		}
	}
	return all
}

// checkVariables reports what is written like a variable and is none.
func (s *triggerSet) checkVariables(d document, t definition.Definition) {
	for field, text := range t.Templates() {
		for _, name := range template.Parse(text).Unknown() {
			s.add(Problem{File: d.file, Path: trigger(t) + "." + field, Found: "$(" + shorten(name) + ")", Allowed: "a variable that is known",
				Remedy: "it stays as it stands", Severity: Warning, Kind: Advice})
		}
	}
}

// olderAnswers is chat_behaviour.json.
type olderAnswers struct {
	Gap      float64 `json:"send_cooldown_seconds"`
	Triggers []struct {
		Match    string   `json:"match"`
		Mode     string   `json:"match_mode"`
		Response string   `json:"response"`
		Cooldown *float64 `json:"cooldown_seconds"`
		Enabled  *bool    `json:"enabled"`
		Notes    string   `json:"notes"`
	} `json:"triggers"`
}

// OlderTriggers returns the triggers that a chat_behaviour.json gives a creator.
// The error says what of it cannot be read.
func OlderTriggers(data []byte, creatorID string) ([]definition.Definition, error) {
	file := olderAnswers{Gap: olderGap}
	if err := json.Unmarshal(bytes.TrimPrefix(data, bom), &file); err != nil {
		return nil, fmt.Errorf("read the older answers: %w", err)
	}
	return file.triggers(creatorID), nil
}

// olderGap is the cooldown of older answers, in seconds, where the file has none.
const olderGap = 0.75

func (f olderAnswers) triggers(creatorID string) []definition.Definition {
	var all []definition.Definition
	for n, a := range f.Triggers {
		gap := or(a.Cooldown, f.Gap)
		t := definition.Definition{
			ID: fmt.Sprintf("chat_behaviour:%d", n+1), CreatorID: creatorID, Type: definition.Keyword, Keywords: []string{strings.TrimSpace(a.Match)},
			Match: definition.Exact, Platforms: []chat.Platform{chat.Rumble}, CooldownGlobal: &gap, Enabled: a.Enabled,
			Responses: []string{strings.TrimSpace(a.Response)}, Description: a.Notes,
		}
		if a.Mode == "contains_icase" {
			t.Match = definition.Contains
		}
		all = append(all, t)
	}
	return all
}

// addOlder adds the answers of the older responder, which knew Rumble only, to
// the triggers of every creator who is there.
func (s *triggerSet) addOlder(d document) {
	file := olderAnswers{Gap: olderGap}
	if !s.decode(d, &file) {
		return
	}
	for i := range s.config.Creators {
		creator := &s.config.Creators[i]
		if !creator.Enabled || !creator.On(chat.Rumble) {
			continue
		}
		for _, t := range file.triggers(creator.ID) {
			if s.take(d, t) {
				s.judge(d, t, json.RawMessage("{}"))
			}
		}
	}
}
