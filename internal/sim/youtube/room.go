package youtube

import (
	"slices"
)

// room is what is known of one chat.
type room struct {
	channel      string  // whose chat it is; empty until somebody needed to know
	items        []*item // oldest first
	sponsorsOnly bool
	poll         *item         // that is open, if one is
	posted       chan struct{} // closed at the next item
}

// room finds a chat's room, which comes into being when it is asked for. The
// caller holds the lock.
func (s *Server) room(chat string) *room {
	r, ok := s.rooms[chat]
	if !ok {
		r = &room{posted: make(chan struct{})}
		s.rooms[chat] = r
	}
	return r
}

// chatBroadcast finds the broadcast of a chat. The caller holds the lock.
func (s *Server) chatBroadcast(chat string) (Broadcast, bool) {
	if r, known := s.rooms[chat]; known && r.channel != "" {
		list := s.state.Broadcasts[r.channel]
		if i := slices.IndexFunc(list, func(b Broadcast) bool { return b.ChatID == chat }); i >= 0 {
			return list[i], true
		}
	}
	for _, list := range s.state.Broadcasts {
		for _, b := range list {
			if b.ChatID == chat {
				s.room(chat).channel = b.Channel
				return b, true
			}
		}
	}
	return Broadcast{}, false
}

// post gives an item its number and an id, and puts it into its chat once it is
// written down. The caller holds the lock.
func (s *Server) post(i *item) error {
	if i.ID == "" {
		id, err := s.newID(26)
		if err != nil {
			return err
		}
		i.ID = "LCC." + id
	}
	i.Seq = s.lastSeq + 1
	if err := s.chat.Append(i); err != nil {
		return err
	}
	s.take(i)
	return nil
}

// take puts an item that is written down into its room and tells those who wait.
// The caller holds the lock.
func (s *Server) take(i *item) {
	s.lastSeq = i.Seq
	r := s.room(i.Chat)
	switch i.Type {
	case typeForgotten:
		r.items = nil
		return
	case typeTombstone:
		if target := r.find(i.Target); target != nil {
			target.deleted = true
		}
	case typeSponsorsOnly, typeSponsorsOnlyOff:
		r.sponsorsOnly = i.Type == typeSponsorsOnly
	case typePoll:
		r.poll = i
		if i.Details["status"] != "active" {
			r.poll = nil
		}
	}
	r.items = append(r.items, i)
	if len(r.items) > 2*s.kept.Messages {
		r.items = slices.Clone(r.items[len(r.items)-s.kept.Messages:])
	}
	close(r.posted)
	r.posted = make(chan struct{})
}

// find returns the item with that id, not a tombstone of it.
func (r *room) find(id string) *item {
	for i := len(r.items) - 1; i >= 0; i-- {
		if r.items[i].ID == id && r.items[i].Type != typeTombstone {
			return r.items[i]
		}
	}
	return nil
}

// history returns the newest items, at most so many; deleted ones are tombstones
// in their places.
func (r *room) history(most int) []*item {
	var found []*item
	for i := len(r.items) - 1; i >= 0 && len(found) < most; i-- {
		if r.items[i].Type != typeTombstone {
			found = append(found, r.items[i])
		}
	}
	slices.Reverse(found)
	return found
}

// after returns the items after a number, at most so many, without tombstones
// where they are hidden or their message comes in the same page.
func (r *room) after(seq int64, most int, hideDeleted bool) (found []*item, last int64) {
	first, _ := slices.BinarySearchFunc(r.items, seq+1, func(i *item, seq int64) int { return int(i.Seq - seq) })
	last = seq
	shown := map[string]bool{}
	for _, i := range r.items[first:] {
		if len(found) == most {
			break
		}
		last = i.Seq
		if i.Type == typeTombstone && (hideDeleted || shown[i.ID]) {
			continue
		}
		shown[i.ID] = true
		found = append(found, i)
	}
	return found, last
}

// reopenChats takes in what the journal remembers.
func (s *Server) reopenChats() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.chat.Newest() {
		s.take(i)
	}
}
