package youtube

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/pacing"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
)

// channel is one that was joined. Its fields belong to the client's mutex, except
// where they say something else.
type channel struct {
	name      string // as it was joined
	creatorID string
	removed   bool

	state    State
	detail   string
	since    time.Time
	lastRead time.Time

	due   time.Time // when it is looked at next
	known bool      // whether it is live was found out

	// The detector's own.
	id      string            // of the channel on the platform; empty until resolved
	uploads string            // playlist
	over    *recent[struct{}] // videos that will not be live any more
	coming  *recent[struct{}] // announced ones
	asked   time.Time         // when search was last used

	last   string         // video that was read last
	live   *youtube.Video // the broadcast that is going on, or nil
	misses int            // answers in a row by which it is over
	ends   int            // times in a row that its chat ended at once
	reader *reader
	memory *memory // of the chat that was read last

	sends    pacing.Line // has a lock of its own
	sendNext time.Time   // no message before
	sendOff  string      // why nothing may be written, or empty
}

const (
	overMax   = 64
	comingMax = 10
)

func newChannel(name, creatorID string) *channel {
	return &channel{
		name: name, creatorID: creatorID, state: "", over: newRecent[struct{}](overMax), coming: newRecent[struct{}](comingMax),
	}
}

var (
	channelID = regexp.MustCompile(`^UC[A-Za-z0-9_-]{10,62}$`)
	handle    = regexp.MustCompile(`^@?[\pL\pN][\pL\pN\pM._·-]{1,62}$`)
)

// checkName accepts an id or a handle, and returns it as it is known from then on.
func checkName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if !channelID.MatchString(name) && !handle.MatchString(name) {
		return "", fmt.Errorf("%q: %w", name, ErrChannelName)
	}
	return name, nil
}

// setState notes a state for the handler. The caller holds the mutex.
func (c *Client) setState(ch *channel, state State, detail string) {
	if ch.removed && state != StateInactive || ch.state == state && ch.detail == detail {
		return
	}
	ch.state, ch.detail, ch.since = state, detail, c.cfg.Clock()
	c.mu.Note(func() { c.handler.OnState(ch.name, state, detail) })
}

// show is setState for who does not hold the mutex.
func (c *Client) show(ch *channel, state State, detail string) {
	c.mu.Lock()
	defer c.mu.UnlockAndTell()
	c.setState(ch, state, detail)
}
