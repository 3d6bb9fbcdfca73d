package twitch

import (
	"bytes"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// moderation makes an event of a CLEARCHAT or a CLEARMSG, which do not say who
// did it. It reports false when a line says neither what nor whom it is about.
//
// The server gives these lines no id, and sends each of them once to every
// connection, so that the same line gives the same id on every host.
func (c *converter) moderation(e *chat.Event, h head, kind OtherKind, at *place) bool {
	var target []byte
	name, _ := h.text()
	switch {
	case kind == OtherClearMsg:
		e.Kind, target = chat.Deletion, c.tags.value(tagTargetMsg)
		if len(target) == 0 {
			return false
		}
	case len(name) == 0:
		e.Kind = chat.Clear
	default:
		e.Kind, e.Amount = chat.Ban, max(0, c.number(tagBanDuration))
		if target = c.tags.value(tagTargetUser); len(target) == 0 {
			target = bytes.ToLower(name)
		}
	}
	if len(target) > maxID {
		return false
	}
	e.Platform, e.CreatorID, e.Channel = chat.Twitch, at.creatorID, at.channel
	e.SentAt, e.ReceivedAt = c.sentAt(at.received), at.received
	e.Target = string(target)
	e.MessageID = string(derivedID([]byte(at.channel), target, c.tags.value(tagSentAt), c.tags.value(tagBanDuration), nil, []byte(e.Kind)))
	return true
}
