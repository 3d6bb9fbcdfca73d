package twitch

import (
	"hash/fnv"
	"strconv"
	"time"
)

// Show is what a channel says about its broadcasts.
type Show struct {
	Title    string `json:"title"`
	Category string `json:"category"` // name of the game
	Viewers  int    `json:"viewers"`
}

// showing is a channel's show, and what it was before the last change.
type showing struct {
	Now       Show      `json:"now"`
	Before    Show      `json:"before"`
	ChangedAt time.Time `json:"changed_at"`
}

// SetShow changes what a channel says about its broadcasts and returns it. Helix
// learns of it as late as of everything.
func (s *Server) SetShow(channelName string, change func(*Show)) (Show, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, err := s.room(channelName)
	if err != nil {
		return Show{}, err
	}
	before, known := s.state.Shows[channel.Login]
	after := showing{Before: s.show(channel), ChangedAt: s.now()}
	after.Now = s.shown(channel)
	change(&after.Now)
	after.Now.Title, after.Now.Category = clean(after.Now.Title), clean(after.Now.Category)
	if after.Now.Viewers < 0 {
		return before.Now, invalid("viewers: allowed is 0 and more")
	}
	s.state.Shows[channel.Login] = after
	if err := s.keepState(); err != nil {
		delete(s.state.Shows, channel.Login)
		if known {
			s.state.Shows[channel.Login] = before
		}
		return before.Now, err
	}
	return after.Now, nil
}

// shown is what a channel says now. The caller holds the lock.
func (s *Server) shown(channel Channel) Show {
	if kept, ok := s.state.Shows[channel.Login]; ok {
		return kept.Now
	}
	return Show{Title: channel.Title, Category: channel.Game, Viewers: channel.Viewers}
}

// show is what Helix says of it. The caller holds the lock.
func (s *Server) show(channel Channel) Show {
	if kept, ok := s.state.Shows[channel.Login]; ok && s.now().Before(kept.ChangedAt.Add(s.options.HelixLag)) {
		return kept.Before
	}
	return s.shown(channel)
}

// categoryID is the number of a category, the same for the same name.
func categoryID(name string) string {
	if name == "" {
		return ""
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	return strconv.Itoa(10_000 + int(h.Sum32()%1_000_000_000))
}
