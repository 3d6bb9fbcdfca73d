package httpserver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	// lookInterval is how often the manifest is looked at while somebody listens.
	lookInterval = 500 * time.Millisecond
	// maxListeners is how many may listen at once.
	maxListeners = 64
	// keptForToken is how many of those places only the dashboard's readers get.
	keptForToken = 16
	// maxQueued is how many changes may wait for a listener before it is let go.
	maxQueued = 256
)

// Why nobody can listen now.
var (
	errNoPlace = errors.New("too many listen already")
	errEnding  = errors.New("the server is ending")
)

// hub tells listeners of changed documents. It finds them in the manifest, which
// is written after the documents, so what it tells of is there to be read.
type hub struct {
	manifest string
	library  *library
	names    func(string) (Document, bool)

	mu        sync.Mutex
	listeners map[*listener]bool
	page      *page // the manifest as it was looked at last
	known     contents
	ended     bool
}

// listener is somebody who is told.
type listener struct {
	who   Audience
	queue chan change
	gone  chan struct{} // closed when nothing will come any more
}

func newHub(manifest string, library *library, names func(string) (Document, bool)) *hub {
	return &hub{manifest: manifest, library: library, names: names, listeners: map[*listener]bool{}}
}

// join lets a reader listen, and returns the generation from which on it will be
// told. The error is errNoPlace or errEnding.
func (h *hub) join(who Audience) (*listener, int64, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	places := maxListeners
	if who <= Anyone {
		places -= keptForToken
	}
	switch {
	case h.ended:
		return nil, 0, errEnding
	case len(h.listeners) >= places:
		return nil, 0, errNoPlace
	case len(h.listeners) == 0:
		// Nobody wanted to know what changed meanwhile. Before the first manifest
		// everything is new.
		h.page, h.known = nil, contents{}
		_, _ = h.refresh()
	}
	l := &listener{who, make(chan change, maxQueued), make(chan struct{})}
	h.listeners[l] = true
	return l, h.known.generation, nil
}

// leave ends listening.
func (h *hub) leave(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(l)
}

func (h *hub) drop(l *listener) {
	if h.listeners[l] {
		delete(h.listeners, l)
		close(l.gone)
	}
}

// look tells what changed since the last look, to each listener what it may see.
// One that does not keep up is let go: it will see the new generation when it
// comes back.
func (h *hub) look() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.listeners) == 0 {
		return nil
	}
	changes, err := h.refresh()
	for l := range h.listeners {
		own := slices.DeleteFunc(slices.Clone(changes), func(c change) bool {
			document, found := h.names(c.File)
			return !found || !document.openTo(l.who)
		})
		if !l.take(own) {
			h.drop(l)
		}
	}
	return err
}

// take queues changes, unless they do not fit.
func (l *listener) take(changes []change) bool {
	for _, c := range changes {
		select {
		case l.queue <- c:
		default:
			return false
		}
	}
	return true
}

// refresh takes in the manifest as it is now and returns what changed.
func (h *hub) refresh() ([]change, error) {
	page, err := h.library.read(h.manifest)
	if err != nil {
		return nil, fmt.Errorf("look for changed documents: %w", err)
	}
	if page == h.page {
		return nil, nil
	}
	now, err := parseContents(page.data)
	if err != nil {
		return nil, err
	}
	changes := now.since(h.known)
	h.page, h.known = page, now
	return changes, nil
}

// run looks again and again until ctx ends, and then lets everybody go.
func (h *hub) run(ctx context.Context, every time.Duration, failed func(error)) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			h.end()
			return
		case <-ticker.C:
			if err := h.look(); err != nil {
				failed(err)
			}
		}
	}
}

func (h *hub) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	for l := range h.listeners {
		h.drop(l)
	}
}
