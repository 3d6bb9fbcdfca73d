package imports

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// DraftsSchema is what the dashboard's drafts call themselves.
const DraftsSchema = "streamsuites.triggers.admin.v1"

// DraftsFile is the document that the dashboard's trigger editor gives an operator.
type DraftsFile struct {
	Schema   string          `json:"schema"`
	Actions  []DraftAction   `json:"actions"`
	Creators []DraftsCreator `json:"creators"`
}

// DraftAction is an entry of the editor's list of actions.
type DraftAction struct {
	ID          string `json:"id"`
	Label       string `json:"label"`
	Description string `json:"description"`
}

// DraftsCreator is a creator's drafts.
type DraftsCreator struct {
	CreatorID string  `json:"creator_id"`
	Triggers  []Draft `json:"triggers"`
}

// Draft is one trigger as the editor knows it.
type Draft struct {
	ID      string `json:"id"`
	Match   string `json:"match"`
	Mode    string `json:"match_mode"` // equals_icase or contains_icase
	Action  string `json:"action"`     // id of a DraftAction
	Enabled bool   `json:"enabled"`
	Notes   string `json:"notes"`
}

// Definitions turns all drafts into definitions, with remarks about those whose
// action is none that exists here: they are switched off.
func (f DraftsFile) Definitions() ([]definition.Definition, []Remark) {
	im := &importer{taken: map[string]bool{}}
	for _, creator := range f.Creators {
		for _, draft := range creator.Triggers {
			im.Definitions = append(im.Definitions, im.draft(f, creator.CreatorID, draft))
		}
	}
	return im.Definitions, im.Remarks
}

func (im *importer) drafts(data []byte) error {
	im.Format = Drafts
	var f DraftsFile
	if err := json.Unmarshal(data, &f); err != nil {
		return fmt.Errorf("read the drafts: %w", err)
	}
	for _, creator := range f.Creators {
		if im.creator != "" && creator.CreatorID != im.creator {
			im.remark("", "the drafts of %s are left out", creator.CreatorID)
			continue
		}
		if len(im.Definitions)+len(creator.Triggers) > maxCommands {
			return fmt.Errorf("the file holds more than %d triggers", maxCommands)
		}
		for _, draft := range creator.Triggers {
			im.Definitions = append(im.Definitions, im.draft(f, creator.CreatorID, draft))
		}
	}
	return nil
}

func (im *importer) draft(f DraftsFile, creatorID string, draft Draft) definition.Definition {
	d := definition.Definition{
		ID: im.id(creatorID, draft.ID), CreatorID: creatorID, Type: definition.Keyword,
		Keywords: []string{strings.TrimSpace(draft.Match)}, Match: definition.Exact,
		Enabled: &draft.Enabled, Description: shortened(draft.Notes),
	}
	if draft.Mode == "contains_icase" {
		d.Match = definition.Contains
	}
	actions, ok := f.action(draft.Action, d.ID)
	if !ok {
		off := false
		d.Enabled = &off
		im.remark(draft.ID, "switched off: there is no action %q here, only clip, ping and counter", draft.Action)
	}
	d.Actions = actions
	return d
}

// action says what an entry of the editor's list does. The list only names ids
// and describes them to people, so it is the id that counts.
func (f DraftsFile) action(id, triggerID string) ([]definition.Action, bool) {
	listed := slices.ContainsFunc(f.Actions, func(a DraftAction) bool { return a.ID == id })
	if len(f.Actions) > 0 && !listed {
		return nil, false
	}
	switch strings.ToLower(strings.NewReplacer("-", "_", ".", "_", ":", "_").Replace(id)) {
	case "clip", "create_clip", "clip_create", "enqueue_clip_job":
		return []definition.Action{{Type: definition.DoClip}}, true
	case "ping":
		return []definition.Action{{Type: definition.DoReply, Text: "pong"}}, true
	case "counter", "count":
		return []definition.Action{{Type: definition.DoCounter, Counter: triggerID, Add: 1}}, true
	}
	return nil, false
}

// shortened cuts a text to what a description may hold.
func shortened(text string) string {
	const most = 200 // characters, of at most two bytes on the average
	if r := []rune(strings.TrimSpace(text)); len(r) > most {
		return string(r[:most]) + "…"
	}
	return strings.TrimSpace(text)
}
