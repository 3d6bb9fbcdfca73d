package recording

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// maxID is the most bytes of an identifier: longer ones cannot be stored.
const maxID = 1024

func (r *Reader) parseHeader(line []byte) (Header, error) {
	var h headerLine
	if err := json.Unmarshal(line, &h); err != nil {
		return Header{}, r.syntax(err)
	}
	switch {
	case h.Line != lineHeader || h.Format != Format:
		return Header{}, r.wrong("this is not the header of a recording", "put in front of it "+exampleHeader)
	case h.Version < 1 || h.Version > Version:
		return Header{}, r.wrong(fmt.Sprintf("the recording has version %d of its format", h.Version),
			fmt.Sprintf("this program reads version %d; use the one that wrote it, or a newer one", Version))
	case h.FromSeq < 0 || h.ToSeq < 0:
		return Header{}, r.wrong("from_seq or to_seq is negative", "places count from 1; leave both out when there are none")
	}
	if err := r.checkTexts(named{"creator_id", h.CreatorID}); err != nil {
		return Header{}, err
	}
	if err := r.checkTimes(instant{"exported_at", h.ExportedAt}); err != nil {
		return Header{}, err
	}
	return Header{
		CreatorID: h.CreatorID, ExportedAt: orZero(h.ExportedAt), Texts: h.Texts == nil || *h.Texts,
		FromSeq: h.FromSeq, ToSeq: h.ToSeq,
	}, nil
}

// events are the kinds of event that a line may name.
var events = slices.Concat(chat.Kinds[:], chat.Inert[:])

func (r *Reader) parseMessage(line []byte) (Entry, error) {
	var m messageLine
	if err := r.decode(line, &m); err != nil {
		return Entry{}, err
	}
	switch {
	case !known(chat.Platforms[:], m.Platform):
		return Entry{}, r.wrong(`"platform" is `+quote(m.Platform), "allowed are "+list(chat.Platforms[:]))
	case m.MessageID == "":
		return Entry{}, r.wrong(`"message_id" is missing`, "give every message the id that its platform gave it, or one that no other message has")
	case m.Event != "" && !known(events, m.Event):
		return Entry{}, r.wrong(`"event" is `+quote(m.Event), "allowed are "+list(events)+"; leave it out for a message")
	case orZero(m.SentAt).IsZero() && orZero(m.ReceivedAt).IsZero():
		return Entry{}, r.wrong(`"sent_at" and "received_at" are missing`, "give one of them, such as 2026-02-01T12:00:00.5Z")
	}
	if err := r.checkTexts(
		named{"message_id", m.MessageID}, named{"channel", m.Channel}, named{"author.id", m.Author.ID}, named{"unit", m.Unit},
		named{"reply_to", m.ReplyTo}, named{"shared_from", m.SharedFrom}, named{"target", m.Target},
	); err != nil {
		return Entry{}, err
	}
	if err := r.checkNUL(named{"text", m.Text}, named{"author.login", m.Author.Login}, named{"author.name", m.Author.Name}); err != nil {
		return Entry{}, err
	}
	if err := r.checkTimes(instant{"sent_at", m.SentAt}, instant{"received_at", m.ReceivedAt}); err != nil {
		return Entry{}, err
	}
	roles := chat.Everyone
	for _, name := range m.Author.Roles {
		role, err := chat.ParseRole(name)
		if err != nil {
			return Entry{}, r.wrong("author.roles holds "+quote(name), "allowed are everyone, "+strings.Join((^chat.Everyone).Names(), ", "))
		}
		roles |= role
	}
	return Entry{Seq: m.Seq, Message: r.event(&m, roles)}, nil
}

// event fills in what recordings made elsewhere may leave out.
func (r *Reader) event(m *messageLine, roles chat.Roles) *chat.Event {
	e := &chat.Event{
		Platform: chat.Platform(m.Platform), MessageID: m.MessageID, CreatorID: r.header.CreatorID, Channel: m.Channel,
		Author: chat.Author{ID: m.Author.ID, Login: m.Author.Login, Name: m.Author.Name, Roles: roles},
		Text:   m.Text, SentAt: orZero(m.SentAt), ReceivedAt: orZero(m.ReceivedAt),
		Kind: chat.Kind(m.Event), Amount: m.Amount, Unit: m.Unit, ReplyTo: m.ReplyTo, SharedFrom: m.SharedFrom, Self: m.Self,
		Target: m.Target, History: m.History,
	}
	if e.Author.ID == "" {
		e.Author.ID = strings.ToLower(e.Author.Login)
	}
	if e.ReceivedAt.IsZero() {
		e.ReceivedAt = e.SentAt
	}
	return e
}

func (r *Reader) parseInput(line []byte) (Entry, error) {
	var in inputLine
	if err := r.decode(line, &in); err != nil {
		return Entry{}, err
	}
	switch {
	case !known(Kinds[:], in.Input):
		return Entry{}, r.wrong(`"input" is `+quote(in.Input), "allowed are "+list(Kinds[:]))
	case in.At == nil:
		return Entry{}, r.wrong(`"at" is missing`, "give the time of the input, such as 2026-02-01T12:00:00.5Z")
	case len(in.Payload) == 0 || in.Payload[0] != '{':
		return Entry{}, r.wrong(`"payload" is no JSON object`, "give what an input of kind "+in.Input+" says")
	case strings.Contains(string(in.Payload), `\u0000`):
		return Entry{}, r.wrong(`"payload" holds a NUL`, "take it out")
	}
	if err := r.checkTimes(instant{"at", in.At}); err != nil {
		return Entry{}, err
	}
	input := &Input{Kind: in.Input, At: orZero(in.At), Payload: in.Payload}
	if _, err := input.Evaluated(); err != nil {
		return Entry{}, r.wrong(err.Error(), "leave the line out or mend it")
	}
	return Entry{Seq: in.Seq, Input: input}, nil
}

func (r *Reader) parseDecision(line []byte) (Entry, error) {
	var d decisionLine
	if err := r.decode(line, &d); err != nil {
		return Entry{}, err
	}
	switch {
	case d.Trigger == "":
		return Entry{}, r.wrong(`"trigger" is missing`, "give the id of the trigger that was decided about")
	case d.Outcome != outcomeFired && d.Outcome != outcomeDenied:
		return Entry{}, r.wrong(`"outcome" is `+quote(d.Outcome), "allowed are fired, denied")
	case d.At == nil:
		return Entry{}, r.wrong(`"at" is missing`, "give the time of the decision, such as 2026-02-01T12:00:00.5Z")
	}
	if err := r.checkTexts(
		named{"trigger", d.Trigger}, named{"platform", d.Platform}, named{"message_id", d.MessageID},
		named{"step", d.Step}, named{"config", d.Config}, named{"author", d.Author},
	); err != nil {
		return Entry{}, err
	}
	if err := r.checkNUL(named{"detail", d.Detail}); err != nil {
		return Entry{}, err
	}
	if err := r.checkTimes(instant{"at", d.At}); err != nil {
		return Entry{}, err
	}
	return Entry{Seq: d.Seq, Decision: &trigger.Decision{
		TriggerID: d.Trigger, Key: chat.Key{Platform: chat.Platform(d.Platform), MessageID: d.MessageID}, Fired: d.Outcome == outcomeFired,
		Step: trigger.Step(d.Step), Detail: d.Detail, Config: d.Config, Author: d.Author, At: orZero(d.At),
	}}, nil
}

func (r *Reader) decode(line []byte, into any) error {
	if err := json.Unmarshal(line, into); err != nil {
		return r.syntax(err)
	}
	return nil
}

// named and instant are fields on their way through a check, with their names.
type (
	named   struct{ name, text string }
	instant struct {
		name string
		at   *time.Time
	}
)

// checkTexts refuses identifiers that cannot be stored.
func (r *Reader) checkTexts(texts ...named) error {
	for _, t := range texts {
		if len(t.text) > maxID {
			return r.wrong(fmt.Sprintf("%q has %d bytes", t.name, len(t.text)), fmt.Sprintf("it may have %d", maxID))
		}
	}
	return r.checkNUL(texts...)
}

func (r *Reader) checkNUL(texts ...named) error {
	for _, t := range texts {
		if strings.IndexByte(t.text, 0) >= 0 {
			return r.wrong(fmt.Sprintf("%q holds a NUL", t.name), "take it out")
		}
	}
	return nil
}

// checkTimes refuses times that cannot be written again: years of four digits
// are what JSON has.
func (r *Reader) checkTimes(times ...instant) error {
	for _, t := range times {
		if t.at != nil && (t.at.UTC().Year() < 1 || t.at.UTC().Year() > 9999) {
			return r.wrong(fmt.Sprintf("%q is outside the years 1 to 9999", t.name), "give the time of the event")
		}
	}
	return nil
}

func list[T ~string](all []T) string {
	words := make([]string, len(all))
	for i, word := range all {
		words[i] = string(word)
	}
	return strings.Join(words, ", ")
}
