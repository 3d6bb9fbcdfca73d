package httpserver

import (
	"context"
	"sync"

	"github.com/streamsuites/streamsuites/internal/livefeed"
)

// ChatFollower calls handle with every batch of live chat until ctx ends, as
// livefeed.Parse reads them; nil stands for a new connection. An empty creatorID
// means every creator.
type ChatFollower func(ctx context.Context, creatorID string, handle func(batch []byte)) error

const (
	// chatKept is how many lines a new listener sees of before it came.
	chatKept = 100
	// chatQueued is how many lines may wait for a listener before it is let go.
	chatQueued = 2048
)

// chatHub follows chat once for all who look at the same creator, and only while
// somebody does.
type chatHub struct {
	follow ChatFollower

	mu    sync.Mutex
	looks map[string]*chatLook // by creator
	count int
	ended bool
}

// chatLook is one creator's chat, looked at.
type chatLook struct {
	stop      context.CancelFunc
	screen    *livefeed.Screen
	listeners map[*chatListener]struct{}
}

// chatListener is somebody who looks.
type chatListener struct {
	creatorID string
	queue     chan livefeed.Line
	gone      chan struct{} // closed when nothing will come any more
}

func newChatHub(follow ChatFollower) *chatHub {
	return &chatHub{follow: follow, looks: map[string]*chatLook{}}
}

// join lets somebody look at a creator's chat. It begins with what the others
// there have seen last. The error is errNoPlace or errEnding.
func (h *chatHub) join(creatorID string) (*chatListener, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.ended:
		return nil, errEnding
	case h.count >= maxListeners:
		return nil, errNoPlace
	}
	look := h.looks[creatorID]
	if look == nil {
		look = h.begin(creatorID)
	}
	l := &chatListener{creatorID, make(chan livefeed.Line, chatQueued), make(chan struct{})}
	for _, line := range look.screen.Lines() {
		l.queue <- line
	}
	look.listeners[l] = struct{}{}
	h.count++
	return l, nil
}

// begin follows a creator's chat until nobody looks any more.
func (h *chatHub) begin(creatorID string) *chatLook {
	ctx, stop := context.WithCancel(context.Background())
	look := &chatLook{stop, livefeed.NewScreen(chatKept), map[*chatListener]struct{}{}}
	h.looks[creatorID] = look
	go func() {
		_ = h.follow(ctx, creatorID, func(batch []byte) { h.take(creatorID, look, batch) })
		h.end(creatorID, look)
	}()
	return look
}

// take hands lines to everybody who looks. Who does not keep up is let go.
func (h *chatHub) take(creatorID string, look *chatLook, batch []byte) {
	if batch == nil {
		return
	}
	lines, err := livefeed.Parse(batch)
	if err != nil {
		return // not of this version
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, line := range lines {
		if creatorID != "" && line.CreatorID != creatorID {
			continue
		}
		look.screen.Show(line)
		for l := range look.listeners {
			select {
			case l.queue <- line:
			default:
				h.drop(look, l)
			}
		}
	}
}

// leave ends looking.
func (h *chatHub) leave(l *chatListener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if look := h.looks[l.creatorID]; look != nil {
		h.drop(look, l)
		if len(look.listeners) == 0 {
			look.stop()
			delete(h.looks, l.creatorID)
		}
	}
}

func (h *chatHub) drop(look *chatLook, l *chatListener) {
	if _, looks := look.listeners[l]; looks {
		delete(look.listeners, l)
		close(l.gone)
		h.count--
	}
}

// end lets go of everybody whose chat cannot be followed any more; they come back.
func (h *chatHub) end(creatorID string, look *chatLook) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range look.listeners {
		h.drop(look, l)
	}
	if h.looks[creatorID] == look {
		delete(h.looks, creatorID)
	}
}

// close lets go of everybody, for good.
func (h *chatHub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	for id, look := range h.looks {
		look.stop()
		for l := range look.listeners {
			h.drop(look, l)
		}
		delete(h.looks, id)
	}
}
