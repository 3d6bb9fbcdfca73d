package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
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
		taken := map[string]string{} // id of the trigger, by name
		on := 0
		limits := s.config.TriggerLimits(creator)
		for _, t := range s.byCreator[creator.ID] {
			off := t.Enabled != nil && !*t.Enabled
			if off || len(wrong(t)) > 0 {
				continue
			}
			s.checkNames(d, creator, t, taken)
			if definition.IsBuiltIn(t.ID) {
				continue
			}
			if on++; on > limits.Max {
				s.add(Problem{File: d.file, Path: trigger(t), Found: fmt.Sprintf("trigger number %d", on), Allowed: fmt.Sprintf("at most %d for %s", limits.Max, creator.ID),
					Remedy: "this trigger is switched off", Severity: Warning, Kind: Invalid})
			}
		}
	}
}

// checkNames reports names of a command that an earlier one has.
func (s *triggerSet) checkNames(d document, creator *Creator, t definition.Definition, taken map[string]string) {
	if t.Type != definition.Command || t.Match == definition.RegexIs {
		return
	}
	for _, name := range append([]string{t.Command}, t.Aliases...) {
		key := strings.TrimPrefix(strings.ToLower(name), strings.ToLower(first(creator.Chat.Prefix, "!")))
		if other, ok := taken[key]; ok && other != t.ID {
			s.add(Problem{File: d.file, Path: trigger(t), Found: "the name " + quoteShort(name) + ", which " + quoteShort(other) + " has", Allowed: "each name once for a creator",
				Remedy: "this trigger is switched off", Severity: Warning, Kind: Invalid})
			continue
		}
		taken[key] = t.ID
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

// addOlder adds the answers of the older responder, which knew Rumble only, to
// the triggers of every creator who is there.
func (s *triggerSet) addOlder(d document) {
	file := olderAnswers{Gap: 0.75}
	if !s.decode(d, &file) {
		return
	}
	for i := range s.config.Creators {
		creator := &s.config.Creators[i]
		if !creator.Enabled || !creator.On(chat.Rumble) {
			continue
		}
		for n, a := range file.Triggers {
			gap := or(a.Cooldown, file.Gap)
			t := definition.Definition{
				ID: fmt.Sprintf("chat_behaviour:%d", n+1), CreatorID: creator.ID, Type: definition.Keyword, Keywords: []string{strings.TrimSpace(a.Match)},
				Match: definition.Exact, Platforms: []chat.Platform{chat.Rumble}, CooldownGlobal: &gap, Enabled: a.Enabled,
				Responses: []string{strings.TrimSpace(a.Response)}, Description: a.Notes,
			}
			if a.Mode == "contains_icase" {
				t.Match = definition.Contains
			}
			if s.take(d, t) {
				s.judge(d, t, json.RawMessage("{}"))
			}
		}
	}
}
