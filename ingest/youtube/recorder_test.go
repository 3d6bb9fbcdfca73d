package youtube

import (
	"slices"
	"sync"
	"testing/synctest"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// recorder is a Handler that remembers.
type recorder struct {
	mu      sync.Mutex
	events  []chat.Event
	gaps    []gap
	states  []change
	sources []chat.Via
	order   []string
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

// OnSource implements Handler.
func (r *recorder) OnSource(_ string, via chat.Via) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sources = append(r.sources, via)
}

// OnEvents implements Handler.
func (r *recorder) OnEvents(events []chat.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range events {
		r.events = append(r.events, e)
		r.order = append(r.order, "event")
	}
}

// OnGap implements Handler.
func (r *recorder) OnGap(channel string, from, to time.Time, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gaps = append(r.gaps, gap{channel, from, to, reason})
	r.order = append(r.order, "gap")
}

// OnState implements Handler.
func (r *recorder) OnState(channel string, state State, detail string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.states = append(r.states, change{channel, state, detail})
}

// path lists the states so far.
func (r *recorder) path() []State {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	var path []State
	for _, c := range r.states {
		path = append(path, c.state)
	}
	return path
}

// texts lists what was said so far, in its order.
func (r *recorder) texts() []string {
	texts := []string{}
	for _, e := range r.of(chat.Message) {
		texts = append(texts, e.Text)
	}
	return texts
}

// of lists the events of a kind so far.
func (r *recorder) of(kind chat.Kind) []chat.Event {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []chat.Event
	for _, e := range r.events {
		if e.Kind == kind {
			found = append(found, e)
		}
	}
	return found
}

// missed lists the gaps so far.
func (r *recorder) missed() []gap {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]gap{}, r.gaps...)
}

// told lists how the chat was said to be read.
func (r *recorder) told() []chat.Via {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.sources)
}

// ways lists how messages came.
func (r *recorder) ways() []chat.Via {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ways []chat.Via
	for _, e := range r.events {
		if e.Kind == chat.Message {
			ways = append(ways, e.Via)
		}
	}
	return ways
}
