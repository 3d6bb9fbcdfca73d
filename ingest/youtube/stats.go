package youtube

import "sync/atomic"

// Stats counts what a client did since it was made.
type Stats struct {
	Readers    int64 // chats that are read now
	Pages      int64
	Items      int64 // in pages, of every kind
	Messages   int64 // events handed to the handler
	Duplicates int64 // events that had been handed in before
	Other      int64 // items that are no event
	Unreadable int64 // items that made no sense
	Sent       int64 // taken by the platform
	Streams    int64 // connections of push streams
	Polls      int64
	Gaps       int64
}

type counters struct {
	readers, pages, items, messages, duplicates, other, unreadable, sent, streams, polls, gaps atomic.Int64
}

// Stats returns what was counted so far.
func (c *Client) Stats() Stats {
	s := &c.stats
	return Stats{
		Readers: s.readers.Load(), Pages: s.pages.Load(), Items: s.items.Load(), Messages: s.messages.Load(),
		Duplicates: s.duplicates.Load(), Other: s.other.Load(), Unreadable: s.unreadable.Load(),
		Sent: s.sent.Load(), Streams: s.streams.Load(), Polls: s.polls.Load(), Gaps: s.gaps.Load(),
	}
}
