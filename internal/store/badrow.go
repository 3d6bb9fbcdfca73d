package store

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// longestKey is the most bytes that an indexed text may have: Postgres refuses
// longer index entries, at a little less than a third of a page.
const longestKey = 1024

// BadRowError says that a commit held text which Postgres cannot store: invalid
// UTF-8, a NUL, or an identifier too long for an index. Nothing was written;
// without this row the rest can be.
type BadRowError struct {
	CreatorID string
	Key       chat.Key // the message; zero when it is not about one
	Field     string   // what is wrong where, without the text
	Err       error    // what the database said
}

// Error implements error.
func (e *BadRowError) Error() string {
	if e.Key == (chat.Key{}) {
		return fmt.Sprintf("cannot store a row of %s: %s: %v", e.CreatorID, e.Field, e.Err)
	}
	return fmt.Sprintf("cannot store the %s message %q of %s: %s: %v", e.Key.Platform, e.Key.MessageID, e.CreatorID, e.Field, e.Err)
}

// Unwrap returns what the database said.
func (e *BadRowError) Unwrap() error { return e.Err }

// findBadRow returns the first row of the lanes that cannot be stored, or nil. It
// is called only after Postgres refused a commit, because reading every text twice
// would cost more than all the rest.
func findBadRow(lanes []LaneCommit, cause error) *BadRowError {
	for i := range lanes {
		lane := &lanes[i]
		for j := range lane.Events {
			if field := badEvent(&lane.Events[j]); field != "" {
				return &BadRowError{CreatorID: lane.CreatorID, Key: lane.Events[j].Key(), Field: field, Err: cause}
			}
		}
		for _, d := range lane.Decisions {
			if field := firstBad(key("decision trigger", d.TriggerID), text("decision detail", d.Detail), text("decision author", d.Author)); field != "" {
				return &BadRowError{CreatorID: lane.CreatorID, Key: d.Key, Field: field, Err: cause}
			}
		}
		if field := badRest(lane); field != "" {
			return &BadRowError{CreatorID: lane.CreatorID, Field: field, Err: cause}
		}
	}
	return nil
}

type namedText struct {
	name, text string
	indexed    bool
	json       bool
}

func text(name, s string) namedText { return namedText{name: name, text: s} }
func key(name, s string) namedText  { return namedText{name: name, text: s, indexed: true} }

func badEvent(e *Event) string {
	return firstBad(key("message id", e.MessageID), key("platform", string(e.Platform)), text("channel", e.Channel),
		text("author id", e.Author.ID), text("author login", e.Author.Login), text("author name", e.Author.Name),
		text("text", e.Text), text("reply-to", e.ReplyTo), text("shared-from", e.SharedFrom),
		text("kind", string(e.Kind)), text("unit", e.Unit), key("target", e.Target))
}

func badRest(lane *LaneCommit) string {
	if field := firstBad(key("creator id", lane.CreatorID)); field != "" {
		return field
	}
	for _, c := range lane.Cooldowns {
		if field := firstBad(key("cooldown trigger", c.TriggerID), key("cooldown scope", c.Scope)); field != "" {
			return field
		}
	}
	for _, c := range lane.Clips {
		if field := firstBad(text("clip title", c.Title), text("clip source title", c.SourceTitle), text("clipper", c.Clipper),
			text("clip requester", c.RequestedBy), text("clip creator", c.Creator), text("clip message id", c.MessageID)); field != "" {
			return field + " of clip " + c.ClipID
		}
	}
	for _, a := range lane.Asked {
		if field := firstBad(key("author of a clip request", a.UserKey), text("channel of a clip request", a.Channel),
			key("message of a clip request", a.MessageID), text("name in a clip request", a.Name)); field != "" {
			return field + " of clip " + a.ClipID
		}
	}
	for _, o := range lane.Outbox {
		payload := namedText{name: "outbox payload", text: string(o.Payload), json: true}
		if field := firstBad(key("outbox key", o.DedupeKey), text("outbox channel", o.Channel), payload); field != "" {
			return field
		}
	}
	for _, g := range lane.Gaps {
		if field := firstBad(text("gap channel", g.Channel), text("gap reason", g.Reason)); field != "" {
			return field
		}
	}
	return badTriggers(lane)
}

// firstBad says what is wrong with the first of the texts that cannot be stored.
func firstBad(texts ...namedText) string {
	for _, t := range texts {
		switch {
		case !utf8.ValidString(t.text):
			return t.name + " is not valid UTF-8"
		case strings.IndexByte(t.text, 0) >= 0:
			return t.name + " holds a NUL"
		case t.indexed && len(t.text) > longestKey:
			return fmt.Sprintf("%s has %d bytes, more than %d", t.name, len(t.text), longestKey)
		case t.json && strings.Contains(t.text, `\u0000`):
			return t.name + " holds an escaped NUL"
		}
	}
	return ""
}
