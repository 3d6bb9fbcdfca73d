package ingest

import (
	"encoding/json"
	"fmt"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
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
	if s.commit.InboxDone == nil {
		s.commit.InboxDone = map[int64]int64{}
	}
	s.commit.InboxDone[row.ID] = l.nextSeq
	in, platform, err := readInbox(row)
	if _, inert := l.inert[row.ID]; err == nil && !inert {
		l.apply(in, platform)
		return
	}
	l.nextSeq++
	l.log.Error().Err(err).Int64("inbox", row.ID).Str("kind", row.Kind).Msg("an inbox row is put aside")
}

// readInbox turns an inbox row into an input.
func readInbox(row store.Inbox) (in trigger.Input, p chat.Platform, err error) {
	in.At = row.CreatedAt
	var target any
	switch row.Kind {
	case control.InboxClipResult:
		in.Result = &control.ClipResult{}
		target = in.Result
	case control.InboxClipRequest:
		in.Request = &control.OperatorClip{}
		target = in.Request
	case control.InboxStreamLive:
		in.Live = &control.Stream{}
		target = in.Live
	case control.InboxStreamOver:
		in.Over = &control.Stream{}
		target = in.Over
	default:
		return trigger.Input{}, "", fmt.Errorf("inbox row of unknown kind %q", row.Kind)
	}
	if err := json.Unmarshal(row.Payload, target); err != nil {
		return trigger.Input{}, "", fmt.Errorf("read inbox row of kind %s: %w", row.Kind, err)
	}
	if in.Result != nil {
		p = in.Result.Platform
	}
	return in, p, nil
}
