package kick

import (
	"maps"
	"sync"
	"sync/atomic"
)

// Stats counts what a client did since it was made.
type Stats struct {
	Connections int64 // now
	Pusher      int64 // events that the message service told of
	Webhooks    int64 // events that webhooks told of
	Foreign     int64 // deliveries about channels that are not this client's
	Events      int64 // handed to the handler
	Duplicates  int64 // told a second time, by the same source or the other
	Late        int64 // handed on long after the platform's own time
	LateHooks   int64 // of those, told by webhooks
	Sent        int64 // taken by the platform
	Reconnects  int64
	Gaps        int64
	Fatal       int64            // refusals of a connection or of a channel that only new keys or numbers mend
	Other       map[string]int64 // what is no event, by the platform's name
	Broken      int64            // what could not be read
}

type counters struct {
	connections, pusher, webhooks, foreign, events, duplicates, late, lateHooks, sent, reconnects, gaps, fatal, broken atomic.Int64

	mu    sync.Mutex
	other map[string]int64
}

// maxOther bounds how many names of other things are counted apart.
const maxOther = 100

func (c *counters) countOther(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.other == nil {
		c.other = map[string]int64{}
	}
	if _, known := c.other[name]; !known && len(c.other) >= maxOther {
		name = "…"
	}
	c.other[name]++
}

// Stats returns the counts.
func (c *Client) Stats() Stats {
	s := &c.stats
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{
		Connections: s.connections.Load(), Pusher: s.pusher.Load(), Webhooks: s.webhooks.Load(), Foreign: s.foreign.Load(), Events: s.events.Load(),
		Duplicates: s.duplicates.Load(), Late: s.late.Load(), LateHooks: s.lateHooks.Load(), Sent: s.sent.Load(), Reconnects: s.reconnects.Load(),
		Gaps: s.gaps.Load(), Fatal: s.fatal.Load(), Broken: s.broken.Load(), Other: maps.Clone(s.other),
	}
}
