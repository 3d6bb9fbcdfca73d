package exports

import (
	"strings"
	"sync"

	"github.com/streamsuites/streamsuites/internal/store"
)

// topic is a set of kinds of rows.
type topic uint8

// The kinds of rows that notices tell apart.
const (
	clipRows topic = 1 << iota // clips, their jobs, and the cooldowns that begin with them
	triggerRows
	quotaRows
	otherRows
	anyRows = clipRows | triggerRows | quotaRows | otherRows
)

// changes are which rows may have changed.
type changes struct {
	complete bool // the complete set is asked for, whatever changed
	rows     topic
	clips    map[string]bool // those that changed, by id
}

// maxTold is of how many clips it is remembered that they changed.
const maxTold = 10_000

// tell adds what a notice tells. What it does not understand may be about anything,
// as may an empty notice.
func (c *changes) tell(payload string) {
	id, clip := store.AboutClip(payload)
	switch {
	case clip:
		c.rows |= clipRows
		if c.clips == nil {
			c.clips = map[string]bool{}
		}
		if c.clips[id] = true; len(c.clips) > maxTold {
			c.clips, c.complete = nil, true
		}
	case strings.HasPrefix(payload, store.NoticeTriggers):
		c.rows |= triggerRows
	case payload == store.NoticeQuota:
		c.rows |= quotaRows
	default:
		c.rows = anyRows
	}
}

// news collects notices until somebody looks. It is safe for concurrent use.
type news struct {
	wake chan struct{} // holds one value while there is something to take

	mu   sync.Mutex
	told changes
}

func newNews() *news { return &news{wake: make(chan struct{}, 1)} }

// hear takes a notice up.
func (n *news) hear(payload string) {
	n.mu.Lock()
	n.told.tell(payload)
	n.mu.Unlock()
	select {
	case n.wake <- struct{}{}:
	default: // nobody has looked yet; one look is enough
	}
}

// take returns what was heard since the last time. Nothing heard may be nothing
// lost, so then everything may have changed.
func (n *news) take() changes {
	n.mu.Lock()
	defer n.mu.Unlock()
	told := n.told
	n.told = changes{}
	if told.rows == 0 {
		told.rows = anyRows
	}
	return told
}

// again puts back what was taken and could not be written.
func (n *news) again(told changes) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.told.rows |= told.rows
	n.told.complete = n.told.complete || told.complete
	for id := range told.clips {
		n.told.tell(store.NoticeClip + id)
	}
}
