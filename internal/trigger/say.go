package trigger

import (
	"strconv"
	"strings"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/speech"
	"github.com/streamsuites/streamsuites/internal/template"
)

// class says how urgent the attempt's answers are.
func (a *attempt) class() budget.Class {
	switch {
	case a.operator, a.roles.Any(chat.Moderator | chat.Broadcaster):
		return budget.Moderator
	case a.unasked():
		return budget.Notice
	default:
		return budget.Viewer
	}
}

// unasked reports what happens without anybody saying something that a bot could
// answer.
func (a *attempt) unasked() bool {
	switch a.ofEvent().Kind {
	case chat.Subscription, chat.Gift, chat.Raid, chat.Follow:
		return true
	}
	return false
}

// say says one of the program's own sentences, which address somebody first and may
// hold anything from chat behind that.
func (a *attempt) say(m Message) {
	own := len(m.Text)
	if i := strings.IndexByte(m.Text, ' '); i >= 0 {
		own = i
	}
	m.Text = a.compose([]speech.Piece{{Text: m.Text[:own]}, {Text: m.Text[own:], Chat: true}}, false)
	a.send(m)
}

// send adds a message that is fit to be said but for its length.
func (a *attempt) send(m Message) {
	a.out.Messages = append(a.out.Messages, a.rules.parts(m)...)
}

func (a *attempt) compose(pieces []speech.Piece, orders bool) string {
	return speech.Compose(pieces, speech.Options{Platform: a.platform, Prefix: a.rules.settings.Prefix, Orders: orders})
}

// parts makes of a message as many as its platform needs for it. The first has the
// message's key, the others that with their number: each is sent once for itself.
func (r *Rules) parts(m Message) []Message {
	room := speech.Room(m.Platform)
	if r.settings.LongTexts == Cut {
		m.Text = speech.Cut(m.Text, room)
		return []Message{m}
	}
	var parts []Message
	for i, text := range speech.Split(m.Text, room, r.settings.NumberParts) {
		part := m
		part.Text, part.Part = text, i
		if i > 0 {
			part.Key += "/" + strconv.Itoa(i+1)
		}
		parts = append(parts, part)
	}
	return parts
}

// pieces tells what of a rendered text comes from chat.
func pieces(text string, values []template.Value) []speech.Piece {
	var pieces []speech.Piece
	done := 0
	for _, v := range values {
		if !supplied(v.Name) {
			continue
		}
		pieces = append(pieces, speech.Piece{Text: text[done:v.From]}, speech.Piece{Text: text[v.From:v.To], Chat: true})
		done = v.To
	}
	return append(pieces, speech.Piece{Text: text[done:]})
}

// supplied reports the variables whose values somebody in chat has chosen.
func supplied(name string) bool {
	switch name {
	case "user", "touser", "query", "args", "clip.title":
		return true
	}
	return len(name) == 1 || strings.HasPrefix(name, "match.")
}
