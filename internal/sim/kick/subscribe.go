package kick

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// roomPattern is what Pusher allows as a channel's name.
var roomPattern = regexp.MustCompile(`^[-a-zA-Z0-9_=@,.;]{1,200}$`)

// handle carries out one frame of the client.
func (c *conn) handle(text []byte) {
	var f frame
	if err := json.Unmarshal(text, &f); err != nil {
		c.push(complaint(4200, "Invalid JSON"))
		return
	}
	switch {
	case f.Event == "pusher:ping":
		c.push(plainly("pusher:pong", struct{}{}))
	case f.Event == "pusher:pong":
	case f.Event == "pusher:subscribe":
		c.subscribe(roomOf(f))
	case f.Event == "pusher:unsubscribe":
		c.unsubscribe(roomOf(f))
	case strings.HasPrefix(f.Event, "client-"):
		c.push(complaint(4301, "Client events are not enabled for this application"))
	default:
		c.push(complaint(0, fmt.Sprintf("Unknown event %q", f.Event)))
	}
}

// roomOf reads the name of a channel out of a frame; the data may be an object or
// one in a string.
func roomOf(f frame) string {
	var inner string
	if json.Unmarshal(f.Data, &inner) == nil {
		f.Data = json.RawMessage(inner)
	}
	var body struct {
		Channel string `json:"channel"`
	}
	if json.Unmarshal(f.Data, &body) != nil {
		return ""
	}
	return body.Channel
}

// subscribe adds the connection to one of Pusher's channels, and says so before
// anything that happens there.
func (c *conn) subscribe(room string) {
	kind, _ := c.server.options.Faults.Take(TargetSubscribe)
	switch {
	case kind == "ignore":
	case kind == "close":
		c.cancel()
	case kind == "error" || privateName(room):
		c.push(doubly("pusher:subscription_error", room, map[string]any{"type": "AuthError", "error": "The connection is not authorized for this channel", "status": 401}))
	case kind == "4009":
		c.push(complaint(4009, errorTexts[4009]))
	case !roomPattern.MatchString(room):
		c.push(complaint(0, fmt.Sprintf("Invalid channel name %q", room)))
	default:
		c.enterRoom(room)
	}
}

func (c *conn) enterRoom(room string) {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, again := c.rooms[room]; again {
		c.push(complaint(0, "Existing subscription to channel "+room))
		return
	}
	if s.rooms[room] == nil {
		s.rooms[room] = map[*conn]struct{}{}
	}
	s.rooms[room][c] = struct{}{}
	c.rooms[room] = struct{}{}
	c.push(doubly("pusher_internal:subscription_succeeded", room, struct{}{}))
}

// unsubscribe takes the connection out of a channel; Pusher does not answer.
func (c *conn) unsubscribe(room string) {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.rooms[room], c)
	delete(c.rooms, room)
}
