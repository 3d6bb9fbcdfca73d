package twitch

import (
	"context"
	"sync"
)

// Bounds of what waits for one connection, in bytes. Chat closes a connection
// that reads too slowly, as the platform does; a load waits instead.
const (
	outboxLimit = 16 << 20
	outboxFull  = 4 << 20
)

// outbox collects bytes for one connection, so that however many lines are
// waiting leave in one write.
type outbox struct {
	wake chan struct{} // something is waiting, or the end

	mu      sync.Mutex
	room    chan struct{} // closed when there is room again; nil while nobody waits for that
	pending []byte
	spare   []byte
	ending  bool // nothing more is taken; close once empty
}

func newOutbox() *outbox {
	return &outbox{wake: make(chan struct{}, 1)}
}

// push adds bytes without waiting and reports whether there was room.
func (o *outbox) push(data []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ending {
		return true
	}
	if len(o.pending)+len(data) > outboxLimit {
		return false
	}
	o.pending = append(o.pending, data...)
	signal(o.wake)
	return true
}

// offer adds bytes, waiting for room. It reports false when the connection or
// ctx ended first.
func (o *outbox) offer(ctx context.Context, done <-chan struct{}, data []byte) bool {
	for {
		if ctx.Err() != nil {
			return false
		}
		o.mu.Lock()
		if o.ending {
			o.mu.Unlock()
			return false
		}
		if len(o.pending) < outboxFull {
			o.pending = append(o.pending, data...)
			o.mu.Unlock()
			signal(o.wake)
			return true
		}
		if o.room == nil {
			o.room = make(chan struct{})
		}
		room := o.room
		o.mu.Unlock()
		select {
		case <-ctx.Done():
			return false
		case <-done:
			return false
		case <-room:
		}
	}
}

// end lets what is waiting go out and then closes.
func (o *outbox) end() {
	o.mu.Lock()
	o.ending = true
	o.mu.Unlock()
	signal(o.wake)
}

// take hands over everything that waits; the bytes are valid until the next
// call.
func (o *outbox) take() (data []byte, ending bool) {
	o.mu.Lock()
	data, ending = o.pending, o.ending
	o.pending, o.spare = o.spare[:0], data
	if o.room != nil {
		close(o.room)
		o.room = nil
	}
	o.mu.Unlock()
	return data, ending
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
