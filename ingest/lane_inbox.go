package ingest

import (
	"fmt"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// inbox takes in a row of the inbox. A row that cannot be read is consumed all
// the same: it would be there for ever otherwise. l.mu is held.
func (l *lane) inbox(row store.Inbox) {
	s := l.open
	s.touch(l.clock.Now())
	s.urgent = true
	s.inbox = append(s.inbox, heldInbox{row: row, after: len(s.commit.Events)})
	_, inert := l.inert[row.ID]
	l.consume(row, inert)
	in, platform, err := readInbox(row)
	if err == nil && !inert {
		if in.Config != nil {
			in.Config = l.host.share(in.Config)
		}
		l.apply(in, platform)
		return
	}
	l.nextSeq++
	l.log.Error().Err(err).Int64("inbox", row.ID).Str("kind", row.Kind).Msg("an inbox row is put aside")
}

// own reports whether an input was made by the lane's host and has no row yet.
func own(row store.Inbox) bool { return row.ID < 0 }

// consume writes down that a row is taken in at the next place of the sequence.
func (l *lane) consume(row store.Inbox, inert bool) {
	c := &l.open.commit
	if !own(row) {
		if c.InboxDone == nil {
			c.InboxDone = map[int64]int64{}
		}
		c.InboxDone[row.ID] = l.nextSeq
		return
	}
	if _, written := l.spent[row.DedupeKey]; !written && !inert {
		c.Taken = append(c.Taken, store.Taken{
			Kind: row.Kind, DedupeKey: row.DedupeKey, Payload: row.Payload, At: row.CreatedAt, LaneSeq: l.nextSeq,
		})
	}
}

// readInbox turns an inbox row into an input, and tells which platform it is about,
// if it is about one.
func readInbox(row store.Inbox) (in trigger.Input, p chat.Platform, err error) {
	in, err = trigger.ReadInput(row.Kind, row.CreatedAt, row.Payload)
	if err != nil {
		return trigger.Input{}, "", fmt.Errorf("read an inbox row: %w", err)
	}
	if in.Result != nil {
		p = in.Result.Platform
	}
	return in, p, nil
}
