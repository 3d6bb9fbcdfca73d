package livefeed

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Line is an event as watchers see it.
type Line struct {
	CreatorID string        `json:"creator_id"`
	Platform  chat.Platform `json:"platform"`
	Channel   string        `json:"channel"`
	MessageID string        `json:"message_id"`
	Event     chat.Kind     `json:"event,omitempty"` // empty for a message
	AuthorID  string        `json:"author_id,omitempty"`
	Author    string        `json:"author,omitempty"` // display name
	Roles     []string      `json:"roles,omitempty"`
	Text      string        `json:"text,omitempty"`
	Amount    int64         `json:"amount,omitempty"` // what Event says, in Unit
	Unit      string        `json:"unit,omitempty"`
	Sum       string        `json:"sum,omitempty"`    // Amount and Unit of what was paid, as people write them, such as "5.05 USD"
	Target    string        `json:"target,omitempty"` // id of a message, a user or a broadcast, as Event says
	ReplyTo   string        `json:"reply_to,omitempty"`
	At        time.Time     `json:"at"` // the platform's time
	Self      bool          `json:"self,omitempty"`
	History   bool          `json:"history,omitempty"` // written before the reader came
	Shared    bool          `json:"shared,omitempty"`  // written in a partner's channel
}

// longestText is how many bytes of a text are shown. Platforms allow fewer.
const longestText = 2000

// Of returns the line of an event.
func Of(e *chat.Event) Line {
	name := e.Author.Name
	if name == "" {
		name = e.Author.Login
	}
	line := Line{
		CreatorID: e.CreatorID, Platform: e.Platform, Channel: e.Channel, MessageID: e.MessageID, Event: e.Kind,
		AuthorID: e.Author.ID, Author: name, Roles: e.Author.Roles.Names(), Text: cut(e.Text, longestText),
		Amount: e.Amount, Unit: e.Unit, Target: e.Target, ReplyTo: e.ReplyTo, At: e.SentAt.UTC(),
		Self: e.Self, History: e.History, Shared: e.SharedFrom != "",
	}
	if e.Kind == chat.Paid {
		line.Sum = strings.TrimSpace(chat.Figure(e.Amount, e.Unit) + " " + e.Unit)
	}
	return line
}

// cut shortens a text to so many bytes at most, between characters.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

// Batches encodes lines as JSON lists of at most so many bytes each, in their
// order. A line that does not fit alone loses the end of its text; one that has
// no room even so is left out and counted.
func Batches(lines []Line, most int) (batches [][]byte, dropped int) {
	var batch []byte
	flush := func() {
		if batch != nil {
			batches = append(batches, append(batch, ']'))
			batch = nil
		}
	}
	for _, line := range lines {
		encoded, ok := fit(line, most-len("[]"))
		if !ok {
			dropped++
			continue
		}
		if batch != nil && len(batch)+len(",]")+len(encoded) > most {
			flush()
		}
		if batch == nil {
			batch = append(batch, '[')
		} else {
			batch = append(batch, ',')
		}
		batch = append(batch, encoded...)
	}
	flush()
	return batches, dropped
}

func fit(line Line, most int) ([]byte, bool) {
	for {
		encoded, err := json.Marshal(line)
		if err != nil {
			return nil, false // no such line comes out of an event
		}
		if len(encoded) <= most {
			return encoded, true
		}
		if line.Text == "" {
			return nil, false
		}
		line.Text = cut(line.Text, len(line.Text)/2)
	}
}

// Parse decodes one batch.
func Parse(batch []byte) ([]Line, error) {
	var lines []Line
	if err := json.Unmarshal(batch, &lines); err != nil {
		return nil, fmt.Errorf("read a batch of live chat: %w", err)
	}
	return lines, nil
}
