package kick

import (
	"sync"

	"github.com/coder/websocket"
)

// outboxLimit bounds what waits for one connection, in bytes. A client that
// reads more slowly is closed.
const outboxLimit = 16 << 20

// ending is how a connection is closed once what was waiting has gone out.
type ending struct {
	code   websocket.StatusCode // 0 breaks it without a word
	reason string
}

// outbox collects frames for one connection.
type outbox struct {
	wake chan struct{} // something is waiting, or the end

	mu     sync.Mutex
	frames [][]byte
	size   int
	end    *ending
}

func newOutbox() *outbox { return &outbox{wake: make(chan struct{}, 1)} }

// push adds a frame without waiting and reports whether there was room.
func (o *outbox) push(frame []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.end != nil {
		return true
	}
	if o.size+len(frame) > outboxLimit {
		return false
	}
	o.frames, o.size = append(o.frames, frame), o.size+len(frame)
	signal(o.wake)
	return true
}

// finish lets what is waiting go out and then closes in the given way; the first
// one counts.
func (o *outbox) finish(how ending) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.end == nil {
		o.end = &how
	}
	signal(o.wake)
}

// take hands over everything that waits.
func (o *outbox) take() (frames [][]byte, end *ending) {
	o.mu.Lock()
	defer o.mu.Unlock()
	frames, end = o.frames, o.end
	o.frames, o.size = nil, 0
	return frames, end
}
