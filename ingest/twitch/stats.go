package twitch

import (
	"maps"
	"sync"
	"sync/atomic"
)

// Stats counts what a client did since it was made.
type Stats struct {
	Connections int64 // now
	Lines       int64 // read, of every kind
	Messages    int64 // events handed to the handler
	Sent        int64 // taken by the server
	Reconnects  int64
	Gaps        int64
	Other       map[OtherKind]int64
	Broken      map[string]int64 // lines that could not be used, by kind
}

type counters struct {
	connections, lines, messages, sent, reconnects, gaps atomic.Int64

	mu     sync.Mutex
	other  map[OtherKind]int64
	broken map[string]int64
}

func (c *counters) countOther(kind OtherKind) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.other == nil {
		c.other = map[OtherKind]int64{}
	}
	c.other[kind]++
}

func (c *counters) countBroken(kind string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken == nil {
		c.broken = map[string]int64{}
	}
	c.broken[kind]++
	return c.broken[kind]
}

// Stats returns the counts.
func (c *Client) Stats() Stats {
	s := &c.stats
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{
		Connections: s.connections.Load(), Lines: s.lines.Load(), Messages: s.messages.Load(), Sent: s.sent.Load(),
		Reconnects: s.reconnects.Load(), Gaps: s.gaps.Load(),
		Other: maps.Clone(s.other), Broken: maps.Clone(s.broken),
	}
}
