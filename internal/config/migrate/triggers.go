package migrate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/definition/imports"
)

// drafts turns the dashboard's drafts of triggers into triggers.
func (f *folder) drafts() error {
	for _, name := range bothFiles("triggers") {
		data, err := f.read(name)
		if err != nil {
			return err
		}
		var form struct {
			Schema string `json:"schema"`
		}
		if json.Unmarshal(data, &form) != nil || form.Schema != imports.DraftsSchema {
			continue
		}
		data, ok, err := f.readable("trigger_drafts", name)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		var file imports.DraftsFile
		if err := json.Unmarshal(data, &file); err != nil {
			return fmt.Errorf("read the drafts in %s: %w", name, err)
		}
		definitions, remarks := file.Definitions()
		target := object{}
		target.set("triggers", asJSON(definitions))
		done, err := f.becomes("triggers", name, target, "triggers instead of the dashboard's drafts")
		if err != nil {
			return err
		}
		for _, r := range remarks {
			if done {
				f.why[name] = append(f.why[name], fmt.Sprintf("the draft %q: %s", r.Name, r.Text))
			}
		}
	}
	return nil
}

// olderAnswers turns the answers of chat_behaviour.json into triggers, of every
// creator who is on Rumble.
func (f *folder) olderAnswers() error {
	const old = "chat_behaviour.json"
	data, ok, err := f.readable("chat_behaviour", old)
	if !ok || err != nil {
		return err
	}
	var added []definition.Definition
	var who []string
	for i := range f.config.Creators {
		creator := &f.config.Creators[i]
		if !creator.On(chat.Rumble) {
			continue
		}
		triggers, err := config.OlderTriggers(data, creator.ID)
		if err != nil {
			return err
		}
		added, who = append(added, triggers...), append(who, creator.ID)
	}
	if len(who) == 0 {
		f.leave("%s stays as it is: no creator is on Rumble, so nobody knows whose triggers its answers become", old)
		return nil
	}
	if len(added) > 0 {
		done, err := f.addTriggers(added, "the answers of "+old+" as triggers of "+strings.Join(who, ", "))
		if !done || err != nil {
			return err
		}
	}
	f.change(old, nil, "its answers are triggers; nothing else of it has an effect")
	return nil
}

// addTriggers adds triggers to the file of triggers that is in force, and reports
// whether it could.
func (f *folder) addTriggers(more []definition.Definition, why string) (bool, error) {
	files := bothFiles("triggers")
	name := files[0]
	data, err := f.read(name)
	if data == nil && err == nil {
		name = files[1]
		data, err = f.read(name)
	}
	if err != nil {
		return false, err
	}
	var root object
	var entries []json.RawMessage
	if data != nil {
		data, ok, err := f.readable("triggers", name)
		if !ok || err != nil {
			return false, err
		}
		if err := json.Unmarshal(data, &root); err != nil {
			return false, fmt.Errorf("read %s: %w", name, err)
		}
		if err := json.Unmarshal(root.values["triggers"], &entries); err != nil {
			return false, fmt.Errorf("read the triggers of %s: %w", name, err)
		}
	}
	root.set("triggers", append(entries, missing(entries, more)...))
	return f.becomes("triggers", name, root, why)
}

// missing are the triggers that are not among the entries yet.
func missing(entries []json.RawMessage, more []definition.Definition) []json.RawMessage {
	taken := map[string]bool{}
	for _, e := range entries {
		if d, err := definition.Parse(e); err == nil {
			taken[d.CreatorID+"\x00"+d.ID] = true
		}
	}
	return asJSON(slices.DeleteFunc(more, func(d definition.Definition) bool { return taken[d.CreatorID+"\x00"+d.ID] }))
}

func asJSON(definitions []definition.Definition) []json.RawMessage {
	entries := []json.RawMessage{}
	for _, d := range definitions {
		entries = append(entries, d.JSON())
	}
	return entries
}
