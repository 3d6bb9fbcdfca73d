package youtube

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Broadcast is one live stream of a channel.
type Broadcast struct {
	VideoID      string    `json:"video_id"`
	ChatID       string    `json:"chat_id"`
	Channel      string    `json:"channel"` // id
	Title        string    `json:"title"`
	StartedAt    time.Time `json:"started_at"`
	EndedAt      time.Time `json:"ended_at,omitzero"`
	Viewers      int       `json:"viewers"`
	ChatDisabled bool      `json:"chat_disabled,omitempty"`
}

// Live reports whether it has not ended.
func (b Broadcast) Live() bool { return b.EndedAt.IsZero() }

// keptBroadcasts is how many broadcasts of a channel are known.
const keptBroadcasts = 10

// usualViewers of a broadcast that nobody has said anything of.
const usualViewers = 131

// SetLive begins or ends a channel's broadcast; an empty channel is the first of
// the world. Each broadcast has a video and a chat of its own. It returns the
// broadcast that began or ended, or that went on. An *InvalidError names what is
// allowed.
func (s *Server) SetLive(channel string, live bool, title string) (Broadcast, error) {
	account, err := s.channelOf(channel)
	if err != nil {
		return Broadcast{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	newest, known := s.newestBroadcast(account.Channel)
	switch {
	case live && known && newest.Live(), !live && !(known && newest.Live()):
		return newest, nil
	case live:
		return s.begin(account, title)
	default:
		return s.end(newest)
	}
}

// begin begins a broadcast. The caller holds the lock.
func (s *Server) begin(account Account, title string) (Broadcast, error) {
	id, err := s.newID(8)
	if err != nil {
		return Broadcast{}, err
	}
	if title == "" {
		title = account.Broadcast
	}
	if title == "" {
		title = account.Title + " live"
	}
	b := Broadcast{VideoID: id, ChatID: chatID(account.Channel, id), Channel: account.Channel, Title: title, StartedAt: s.now().UTC(), Viewers: usualViewers}
	err = s.change(func(st *state) {
		list := append(st.Broadcasts[b.Channel], b)
		st.Broadcasts[b.Channel] = list[max(0, len(list)-keptBroadcasts):]
	})
	return b, err
}

// end ends a broadcast, and its chat with it. The caller holds the lock.
func (s *Server) end(b Broadcast) (Broadcast, error) {
	b.EndedAt = s.now().UTC()
	if err := s.change(func(st *state) { st.replace(b) }); err != nil {
		return b, err
	}
	// The state comes first: a chat that has ended without saying so is repaired at
	// the next opening; one that says so of a broadcast that goes on would lie.
	return b, s.sayEnded(b)
}

// sayEnded puts the last event into a chat, once. The caller holds the lock.
func (s *Server) sayEnded(b Broadcast) error {
	if items := s.room(b.ChatID).items; len(items) > 0 && items[len(items)-1].Type == typeChatEnded {
		return nil
	}
	return s.post(&item{Chat: b.ChatID, Type: typeChatEnded, Author: s.person(s.ownerOf(b), b), At: b.EndedAt})
}

// replace puts a broadcast in the place of what was known of it.
func (st *state) replace(b Broadcast) {
	for i, old := range st.Broadcasts[b.Channel] {
		if old.VideoID == b.VideoID {
			st.Broadcasts[b.Channel][i] = b
		}
	}
}

// SetShow changes what a running broadcast says of itself. An *InvalidError names
// what is allowed.
func (s *Server) SetShow(channel string, change func(*Broadcast)) (Broadcast, error) {
	account, err := s.channelOf(channel)
	if err != nil {
		return Broadcast{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.onAir(account)
	if err != nil {
		return b, err
	}
	next := b
	change(&next)
	if next.Viewers < 0 || strings.TrimSpace(next.Title) == "" {
		return b, &InvalidError{What: "broadcast", Found: fmt.Sprintf("%q with %d viewers", next.Title, next.Viewers), Allowed: "a title, and 0 viewers or more"}
	}
	b.Title, b.Viewers, b.ChatDisabled = next.Title, next.Viewers, next.ChatDisabled
	return b, s.change(func(st *state) { st.replace(b) })
}

// LiveNow tells what a channel broadcasts; live is false if it does not.
func (s *Server) LiveNow(channel string) (b Broadcast, live bool) {
	account, err := s.channelOf(channel)
	if err != nil {
		return Broadcast{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err = s.onAir(account)
	return b, err == nil
}

// channelOf finds a channel by its id or handle; an empty name is the first.
func (s *Server) channelOf(name string) (Account, error) {
	if name == "" && len(s.seed.Accounts) > 0 {
		name = s.seed.Accounts[0].Channel
	}
	account, known := s.seed.named(name)
	if !known {
		return Account{}, &InvalidError{What: "channel", Found: name, Allowed: s.channelNames()}
	}
	return account, nil
}

// onAir is what a channel broadcasts. The caller holds the lock.
func (s *Server) onAir(account Account) (Broadcast, error) {
	b, known := s.newestBroadcast(account.Channel)
	if !known || !b.Live() {
		return b, &InvalidError{What: "channel", Found: account.Handle + " offline", Allowed: "a channel that is live"}
	}
	return b, nil
}

// newestBroadcast is the last one of a channel. The caller holds the lock.
func (s *Server) newestBroadcast(channel string) (Broadcast, bool) {
	list := s.state.Broadcasts[channel]
	if len(list) == 0 {
		return Broadcast{}, false
	}
	return list[len(list)-1], true
}

func (s *Server) ownerOf(b Broadcast) Account {
	owner, _ := s.seed.channel(b.Channel)
	return owner
}

// beginWorld begins what the seed has live, in a new folder, and repairs what a
// kill has left half done.
func (s *Server) beginWorld() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, account := range s.seed.Accounts {
		newest, known := s.newestBroadcast(account.Channel)
		var err error
		switch {
		case account.Channel == "":
		case known && !newest.Live():
			err = s.sayEnded(newest)
		case !known && account.Broadcast != "":
			_, err = s.begin(account, account.Broadcast)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// chatID makes the id of a broadcast's chat, which holds both that of the video
// and that of the channel, as the platform's own do.
func chatID(channel, video string) string {
	id := "\n\r\n\x0b" + video + "*'\n\x18" + channel + "\x12\x0b" + video
	return base64.RawURLEncoding.EncodeToString([]byte(id))
}

// liveDetails is the part liveStreamingDetails of a broadcast's video.
func (b Broadcast) liveDetails() map[string]any {
	part := map[string]any{"actualStartTime": stamp(b.StartedAt), "scheduledStartTime": stamp(b.StartedAt)}
	if !b.Live() {
		part["actualEndTime"] = stamp(b.EndedAt)
		return part
	}
	part["concurrentViewers"] = strconv.Itoa(b.Viewers)
	if !b.ChatDisabled {
		part["activeLiveChatId"] = b.ChatID
	}
	return part
}

// video is the broadcast among a channel's videos.
func (b Broadcast) video() Video {
	return Video{ID: b.VideoID, Channel: b.Channel, PublishedAt: b.StartedAt, broadcast: &b,
		Said: metadata{Title: b.Title, Category: "20", Privacy: "public"}}
}
