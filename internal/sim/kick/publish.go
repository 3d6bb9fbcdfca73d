package kick

import "fmt"

// told is something that happened, in the forms in which it is told. An empty
// name leaves that form out.
type told struct {
	event string   // Pusher's, without the prefix
	rooms []string // of Pusher
	data  any
	hook  string // name of the event of webhooks
	body  any
}

// tell queues webhooks for what happened, and then delivers it over Pusher. The
// caller holds the lock.
func (s *Server) tell(c Channel, t told, via string) error {
	if t.hook != "" && via != ViaPusher {
		if err := s.enqueue(c, t.hook, t.body); err != nil {
			return err
		}
	}
	if t.event != "" && via != ViaWebhook {
		s.deliver(delivery{slug: c.Slug, event: t.event, rooms: t.rooms, data: t.data})
	}
	return nil
}

// publish keeps a message and tells it. The caller holds the lock.
func (s *Server) publish(c Channel, m Message, via string) error {
	if err := s.messages.Append(m); err != nil {
		return fmt.Errorf("keep message: %w", err)
	}
	var parent *Message
	if found, ok := s.find(m.ReplyTo); ok {
		parent = &found
	}
	return s.tell(c, told{event: "ChatMessageEvent", rooms: chatRooms(c), data: s.chatEvent(c, m, parent),
		hook: "chat.message.sent", body: s.chatHook(c, m, parent)}, via)
}
