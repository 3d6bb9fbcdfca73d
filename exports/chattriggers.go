package exports

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// ChatTriggersInput is what admin/chat_triggers.json is made of.
type ChatTriggersInput struct {
	Triggers []CreatorTriggers
	// Fired is when each trigger fired last, by creator and trigger.
	Fired map[string]map[string]time.Time
	Since time.Time
}

type chatTriggersDocument struct {
	Meta     meta             `json:"meta"`
	Triggers []chatTriggerRow `json:"triggers"`
}

type chatTriggerRow struct {
	TriggerID       string   `json:"trigger_id"`
	Creator         string   `json:"creator"`
	CreatorID       string   `json:"creator_id"`
	Type            string   `json:"type"`
	Command         string   `json:"command"`
	Phrase          string   `json:"phrase"`
	Module          string   `json:"module"`
	Enabled         bool     `json:"enabled"`
	CooldownSeconds int32    `json:"cooldown_seconds"`
	Description     string   `json:"description"`
	UpdatedAt       *instant `json:"updated_at"`
	LastFiredAt     *instant `json:"last_fired_at"`
}

// BuildChatTriggers builds admin/chat_triggers.json: every creator's triggers in
// the order in which they are matched. Only what chat or an operator changed has a
// time of change.
func BuildChatTriggers(in ChatTriggersInput) (Document, error) {
	rows := []chatTriggerRow{}
	var changed time.Time
	for _, t := range in.Triggers {
		for _, info := range t.Triggers {
			updated, fired := t.Changed[info.ID], in.Fired[t.Creator.ID][info.ID]
			changed = newest(changed, updated, fired)
			phrase := or(plain(info.Phrase, 300), ident(info.ID))
			rows = append(rows, chatTriggerRow{
				TriggerID: ident(info.ID), Creator: shownName(t.Creator), CreatorID: t.Creator.ID,
				Type: or(plain(string(info.Type), 50), string(definition.Command)), Command: phrase, Phrase: phrase,
				Module: moduleOf(info.Act), Enabled: info.Enabled, CooldownSeconds: wholeSeconds(info.Cooldown),
				Description: plain(info.Description, 300), UpdatedAt: orNull(updated), LastFiredAt: orNull(fired),
			})
		}
	}
	data, err := encodeTwice(FileChatTriggers, "triggers", chatTriggersDocument{
		newMeta(instant(orElse(changed, in.Since)), DashboardOnly, "chat-triggers"), rows,
	})
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileChatTriggers, Visibility: DashboardOnly, Data: data}, nil
}

// moduleOf is the part of the runtime that a trigger belongs to.
func moduleOf(act string) string {
	switch act {
	case actClip:
		return "clips"
	case actCounter:
		return "counters"
	case actManage:
		return "commands"
	}
	return "chat"
}

func buildChatTriggers(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	triggers, err := c.triggers(ctx, s)
	if err != nil {
		return nil, err
	}
	fired, err := c.fired(ctx, triggers)
	if err != nil {
		return nil, err
	}
	in := ChatTriggersInput{triggers, fired, s.Since}
	// It is the largest document, of many megabytes with a thousand creators, and
	// hardly ever changes.
	if !c.remade(FileChatTriggers, in.mark()) {
		return nil, errAsItWas
	}
	doc, err := BuildChatTriggers(in)
	return doc.Data, err
}

// mark changes whenever the document does.
func (in ChatTriggersInput) mark() string {
	sum := sha256.New()
	say := func(what ...any) { _, _ = fmt.Fprintln(sum, what...) } // a hash takes everything
	say(in.Since.UnixNano())
	for _, t := range in.Triggers {
		say(t.Creator.ID, shownName(t.Creator), t.mark)
		fired := in.Fired[t.Creator.ID]
		for _, id := range slices.Sorted(maps.Keys(fired)) {
			say(id, fired[id].UnixNano())
		}
	}
	return string(sum.Sum(nil))
}
