package twitch

import (
	"sync"
	"testing/synctest"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// recorder is a Handler that remembers.
type recorder struct {
	mu     sync.Mutex
	events []chat.Event
	other  []OtherKind
	gaps   []gap
	states []change
	order  []string
	onSee  func(chat.Event)
}

type gap struct {
	channel  string
	from, to time.Time
	reason   string
}

type change struct {
	channel string
	state   State
	detail  string
}

func (r *recorder) OnEvent(e chat.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
	r.order = append(r.order, "event "+e.MessageID)
	if r.onSee != nil {
		r.onSee(e)
	}
}

func (r *recorder) OnOther(kind OtherKind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.other = append(r.other, kind)
}

func (r *recorder) OnGap(channel string, from, to time.Time, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gaps = append(r.gaps, gap{channel, from, to, reason})
	r.order = append(r.order, "gap "+channel)
}

func (r *recorder) OnState(channel string, state State, detail string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.states = append(r.states, change{channel, state, detail})
}

// path lists the states of a channel so far.
func (r *recorder) path(channel string) []State {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	var path []State
	for _, c := range r.states {
		if c.channel == channel {
			path = append(path, c.state)
		}
	}
	return path
}

// ids lists the messages so far.
func (r *recorder) ids() []string {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	ids := []string{}
	for _, e := range r.events {
		ids = append(ids, e.MessageID)
	}
	return ids
}

func (s *stage) status(channel string) Status {
	synctest.Wait()
	return s.client.States()[channel]
}
