package recording

import (
	"encoding/json"
	"time"
)

// The words that say what a line is.
const (
	lineHeader   = "header"
	lineMessage  = "message"
	lineInput    = "input"
	lineDecision = "decision"
)

// The words that say what was decided.
const (
	outcomeFired  = "fired"
	outcomeDenied = "denied"
)

type headerLine struct {
	Line       string     `json:"line"`
	Format     string     `json:"format"`
	Version    int        `json:"version"`
	CreatorID  string     `json:"creator_id"`
	ExportedAt *time.Time `json:"exported_at,omitempty"`
	Texts      *bool      `json:"texts"`
	FromSeq    int64      `json:"from_seq"`
	ToSeq      int64      `json:"to_seq"`
}

type authorPart struct {
	ID    string   `json:"id"`
	Login string   `json:"login,omitempty"`
	Name  string   `json:"name,omitempty"`
	Roles []string `json:"roles,omitempty"`
}

type messageLine struct {
	Line       string     `json:"line"`
	Seq        int64      `json:"seq,omitempty"`
	Platform   string     `json:"platform"`
	MessageID  string     `json:"message_id"`
	Channel    string     `json:"channel,omitempty"`
	Author     authorPart `json:"author"`
	Text       string     `json:"text,omitempty"`
	SentAt     *time.Time `json:"sent_at,omitempty"`
	ReceivedAt *time.Time `json:"received_at,omitempty"`
	Event      string     `json:"event,omitempty"`
	Amount     int64      `json:"amount,omitempty"`
	Unit       string     `json:"unit,omitempty"`
	ReplyTo    string     `json:"reply_to,omitempty"`
	SharedFrom string     `json:"shared_from,omitempty"`
	Self       bool       `json:"self,omitempty"`
	Target     string     `json:"target,omitempty"`
	History    bool       `json:"history,omitempty"`
}

type inputLine struct {
	Line    string          `json:"line"`
	Seq     int64           `json:"seq,omitempty"`
	At      *time.Time      `json:"at"`
	Input   string          `json:"input"`
	Payload json.RawMessage `json:"payload"`
}

type decisionLine struct {
	Line      string     `json:"line"`
	Seq       int64      `json:"seq,omitempty"`
	Trigger   string     `json:"trigger"`
	Platform  string     `json:"platform,omitempty"`
	MessageID string     `json:"message_id,omitempty"`
	Outcome   string     `json:"outcome"`
	Step      string     `json:"step,omitempty"`
	Detail    string     `json:"detail,omitempty"`
	Config    string     `json:"config,omitempty"`
	Author    string     `json:"author,omitempty"`
	At        *time.Time `json:"at"`
}

// utc returns the time as lines hold it: in UTC, and nothing for the zero time.
func utc(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// orZero is the reverse of utc.
func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
