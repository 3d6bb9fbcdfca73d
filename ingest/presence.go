package ingest

import (
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/store"
)

// ReasonNotConnected is the reason of gaps from when a creator's chat was last
// known to be read until somebody reads it again: restarts and fail-overs.
const ReasonNotConnected = "not_connected"

// delay is how long before it is received a message may have been sent, by the
// platform's clock: a gap begins so much earlier than what was received last.
const delay = time.Second

// presence is one channel of a creator that this host holds.
type presence struct {
	tenure  *tenure
	channel Channel

	written store.PlatformStatus // as its row says; belongs to who holds presences.writing

	entered bool // the channel was joined; belongs to who holds presences.moving

	mu      sync.Mutex
	chat    Chat // nil when the channel cannot be read here; detail says why
	state   connection.State
	since   time.Time // when it came into this state
	detail  string
	hears   bool      // it was read before, and is to be read without interruption since
	silent  bool      // nothing is heard although it is read
	success time.Time // up to when the channel was read and everything stored
	missing time.Time // since when nobody read it, until it is read; zero when that is not known
}

// beginning is what a change of state means for what was read.
type beginning struct {
	read   bool // the channel is read from now on
	again  bool // it was before
	gap    store.Gap
	missed bool // gap happened
}

// become notes a state. The first time that the channel is read, it returns the
// gap since it was read before this host took the creator over.
func (p *presence) become(state connection.State, detail string, now time.Time) (b beginning) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.state
	if state != before {
		p.since = now
	}
	p.state, p.detail = state, detail
	switch {
	case state == connection.Inactive:
		p.hears = false // there was nothing to read
	case state.Reads() && !before.Reads():
		b.read, b.again = true, p.hears || !p.missing.IsZero()
		p.hears = true
	}
	if state != connection.Live {
		return b
	}
	since := p.missing
	p.missing = time.Time{}
	if !since.IsZero() && now.After(since) {
		b.gap, b.missed = gapOf(p.channel, ReasonNotConnected, since, now), true
	}
	return b
}

// presences are the channels of all creators that this host holds.
type presences struct {
	moving   sync.Mutex // held while channels are joined and parted, outside of mu
	mu       sync.RWMutex
	by       map[lostKey]*presence
	waiting  map[lostKey][]*presence // for a channel that another creator has
	changed  chan struct{}           // holds one token when a state has to be written soon
	writing  sync.Mutex              // held while states are written
	statuses statuses                // belongs to who holds writing
}

func newPresences() *presences {
	return &presences{by: map[lostKey]*presence{}, waiting: map[lostKey][]*presence{}, changed: make(chan struct{}, 1)}
}

func (ps *presences) find(p chat.Platform, channel string) *presence {
	ps.mu.RLock()
	defer ps.mu.RUnlock()
	return ps.by[lostKey{p, channel}]
}

// add makes a presence known; false when another creator has that channel. Then the
// presence waits for it.
func (ps *presences) add(p *presence) bool {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	key := lostKey{p.channel.Platform, p.channel.Name}
	if other := ps.by[key]; other != nil {
		ps.waiting[key] = append(ps.waiting[key], p)
		return false
	}
	ps.by[key] = p
	return true
}

// remove takes a presence out, and returns the one that has its channel from now on;
// nil if none waited for it.
func (ps *presences) remove(p *presence) (next *presence) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	key := lostKey{p.channel.Platform, p.channel.Name}
	queue := slices.DeleteFunc(ps.waiting[key], func(w *presence) bool { return w == p })
	if ps.by[key] == p {
		delete(ps.by, key)
		if len(queue) > 0 {
			next, queue = queue[0], queue[1:]
			ps.by[key] = next
		}
	}
	ps.waiting[key] = queue
	if len(queue) == 0 {
		delete(ps.waiting, key)
	}
	return next
}

// lastRead says since when a creator's channel may not have been read, by the
// rows that its former holder left: what was sent before that is stored.
func lastRead(st store.LaneState, statuses []store.PlatformStatus, c Channel) time.Time {
	for _, s := range statuses {
		if s.CreatorID != st.CreatorID || s.Platform != c.Platform || s.Channel != c.Name {
			continue
		}
		last := s.LastSuccess
		// A lane stores what it receives in the order in which it receives it.
		if stored := st.LastEventAt[c.Platform]; stored.After(last) {
			last = stored
		}
		if !last.IsZero() {
			return last.Add(-delay)
		}
	}
	return time.Time{} // it never was
}

// reader is what the channel is read and written with; nil when it is not read here.
func (p *presence) reader() Chat {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.chat
}

// readWith says what the channel is read with. It is read once enter is called.
func (p *presence) readWith(c Chat) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.chat = c
}

// enter begins to read the channel, once. The caller holds presences.moving.
func (p *presence) enter(log zerolog.Logger, now time.Time) {
	reader := p.reader()
	if reader == nil || p.entered {
		return
	}
	p.entered = true
	if err := reader.Join(p.channel.Name, p.tenure.creatorID); err != nil {
		p.become(connection.Degraded, err.Error(), now)
		log.Error().Err(err).Str("channel", p.channel.Name).Msg("the channel cannot be joined")
	}
}

// part stops reading the channel. The caller holds presences.moving.
func (p *presence) part(log zerolog.Logger) {
	reader := p.reader()
	if reader == nil {
		return
	}
	reader.Part(p.channel.Name)
	log.Debug().Str("platform", string(p.channel.Platform)).Str("channel", p.channel.Name).Msg("parted")
}
