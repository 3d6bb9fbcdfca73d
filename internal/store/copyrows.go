package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
)

// copyEvents names the columns in the order in which appendEvent writes them.
const copyEvents = `copy chat_events (day, platform, message_id, creator_id, lane_seq, channel,
	author_id, author_login, author_name, roles, text, reply_to, shared_from, self, sent_at, received_at, kind, amount, unit,
	target, history)
	from stdin binary`

const eventColumns = 21

// copyHeader opens a stream in Postgres's binary COPY format: signature, flags,
// length of the extension. copyTrailer ends it.
const (
	copyHeader  = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	copyTrailer = "\xff\xff"
)

// chunk is how many bytes copyRows encodes ahead; Postgres is sent messages of
// this size.
const chunk = 64 << 10

// copyRows streams the chat events of lanes as binary COPY. It writes the format
// itself, because the general encoder boxes and looks up the type of every value,
// and chat is the one table where that shows. It keeps its buffer between
// commits and is for one goroutine.
type copyRows struct {
	lanes []LaneCommit
	next  int    // next event of lanes[0]
	buf   []byte // backing array, kept
	rest  []byte // encoded and not read yet
	ended bool
}

// copy writes the events of lanes into chat_events.
func (c *copyRows) copy(ctx context.Context, conn *pgx.Conn, lanes []LaneCommit) error {
	total := int64(0)
	for i := range lanes {
		total += int64(len(lanes[i].Events))
	}
	if total == 0 {
		return nil
	}
	c.lanes, c.next, c.ended = lanes, 0, false
	c.rest = append(c.buf[:0], copyHeader...)
	defer func() { c.lanes, c.rest = nil, nil }() // keep no chat alive between commits
	tag, err := conn.PgConn().CopyFrom(ctx, c, copyEvents)
	if err != nil {
		return fmt.Errorf("copy %d chat events: %w", total, err)
	}
	if tag.RowsAffected() != total {
		return fmt.Errorf("copy %d chat events: the database took %d", total, tag.RowsAffected())
	}
	return nil
}

// Read implements io.Reader with the stream's bytes.
func (c *copyRows) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		c.fill()
	}
	if len(c.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *copyRows) fill() {
	buf := c.buf[:0]
	for len(c.lanes) > 0 && len(buf) < chunk {
		events := c.lanes[0].Events
		if c.next == len(events) {
			c.lanes, c.next = c.lanes[1:], 0
			continue
		}
		buf = appendEvent(buf, &c.lanes[0], &events[c.next])
		c.next++
	}
	if len(c.lanes) == 0 && !c.ended {
		buf = append(buf, copyTrailer...)
		c.ended = true
	}
	c.buf, c.rest = buf, buf
}

func appendEvent(b []byte, lane *LaneCommit, e *Event) []byte {
	sent, received := storable(e.SentAt), storable(e.ReceivedAt)
	b = binary.BigEndian.AppendUint16(b, eventColumns)
	b = appendInt32(b, day(sent))
	b = appendText(b, string(e.Platform))
	b = appendText(b, e.MessageID)
	b = appendText(b, lane.CreatorID)
	b = appendInt64(b, e.LaneSeq)
	b = appendText(b, e.Channel)
	b = appendText(b, e.Author.ID)
	login, name, said := e.Author.Login, e.Author.Name, e.Text
	if lane.HideTexts {
		login, name, said = "", "", ""
	}
	b = appendText(b, login)
	b = appendText(b, name)
	b = appendInt32(b, int32(e.Author.Roles))
	b = appendText(b, said)
	b = appendText(b, e.ReplyTo)
	b = appendText(b, e.SharedFrom)
	b = appendBool(b, e.Self)
	b = appendInt64(b, microseconds(sent))
	b = appendInt64(b, microseconds(received))
	b = appendText(b, string(e.Kind))
	b = appendInt64(b, e.Amount)
	b = appendText(b, e.Unit)
	b = appendText(b, e.Target)
	return appendBool(b, e.History)
}

func appendText(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
	return append(b, s...)
}

func appendInt64(b []byte, v int64) []byte {
	b = binary.BigEndian.AppendUint32(b, 8)
	return binary.BigEndian.AppendUint64(b, uint64(v))
}

func appendInt32(b []byte, v int32) []byte {
	b = binary.BigEndian.AppendUint32(b, 4)
	return binary.BigEndian.AppendUint32(b, uint32(v))
}

func appendBool(b []byte, v bool) []byte {
	b = binary.BigEndian.AppendUint32(b, 1)
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// epoch2000 is where Postgres counts days and microseconds from, as Unix time.
const epoch2000 = 946684800

// microseconds is a storable instant as Postgres holds a timestamptz.
func microseconds(t time.Time) int64 {
	return (t.Unix()-epoch2000)*1e6 + int64(t.Nanosecond()/1000)
}

// day is the UTC date of a storable instant as Postgres holds a date.
func day(t time.Time) int32 {
	const secondsADay = 86400
	s := t.Unix() - epoch2000
	if s < 0 {
		s -= secondsADay - 1 // round down, not towards zero
	}
	return int32(s / secondsADay)
}
