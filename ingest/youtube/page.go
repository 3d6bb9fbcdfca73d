package youtube

import (
	"context"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
)

// namesMax is how many messages are remembered by who wrote them, so that they can
// be answered.
const namesMax = 1000

// cursorWithin bounds one access to the stored cursors.
const cursorWithin = 5 * time.Second

// memory is what is known of a chat that was read. It outlives its reader, and
// belongs to it while there is one, except names.
type memory struct {
	chatID string
	page   string    // token for what follows
	lastAt time.Time // of the newest message, at most the moment it was read

	// What was written before ready was read, or may have been, before this client
	// came. boundary is that moment while the next page can hold such things.
	ready, boundary time.Time

	seen    *seen
	convert converter
	names   *recent[string] // by message; belongs to the client's mutex

	marks []mark // cursors that are not old enough to be stored
	saved time.Time
}

// mark is a cursor with the moment when all before it had been handed in.
type mark struct {
	cursor Cursor
	at     time.Time
}

func newMemory(chatID string, now time.Time) *memory {
	return &memory{chatID: chatID, ready: now, boundary: now, seen: newSeen(), names: newRecent[string](namesMax)}
}

// forget gives up the place where reading had come to: the next page begins with
// recent history, of which what is newer than all that was read is new.
func (m *memory) forget() {
	m.page, m.boundary = "", m.ready
	if after := m.lastAt.Add(1); after.After(m.boundary) {
		m.boundary = after
	}
}

// history reports whether something was written before the reader came.
func (m *memory) history(at time.Time) bool { return at.Before(m.boundary) }

// resume goes on where a reader of an earlier process was.
func (r *reader) resume(ctx context.Context) {
	m := r.memory
	if r.c.cfg.Cursors == nil || m.page != "" || !m.lastAt.IsZero() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, cursorWithin)
	defer cancel()
	cursor, err := r.c.cfg.Cursors.LoadCursor(ctx, r.ch.name)
	if err != nil {
		r.c.cfg.Log.Warn().Err(err).Str("creator", r.ch.creatorID).Msg("it is not known how far the chat was read")
		return
	}
	if cursor.ChatID != m.chatID || cursor.LastAt.IsZero() {
		return
	}
	m.lastAt, m.ready = cursor.LastAt, cursor.LastAt.Add(1)
	m.forget()
	m.page = cursor.Page
}

// take hands in a page. errEnded says that it was the last one.
func (r *reader) take(ctx context.Context, page youtube.ChatPage) error {
	now := r.c.cfg.Clock()
	events, names, ended := r.events(page, now)
	from, reason := r.gapFrom, r.gapReason
	r.gapFrom = time.Time{}
	r.c.mu.Lock()
	r.c.mu.Note(func() {
		r.c.mu.Lock()
		gone := r.ch.removed
		r.ch.lastRead = now
		for _, n := range names {
			r.memory.names.set(n[0], n[1])
		}
		r.c.mu.Unlock()
		if gone {
			return
		}
		if !from.IsZero() && now.After(from) {
			r.c.stats.gaps.Add(1)
			r.c.handler.OnGap(r.ch.name, from, now, reason)
		}
		if len(events) > 0 {
			r.c.handler.OnEvents(events)
		}
	})
	r.c.mu.UnlockHavingTold() // the next page must not run ahead of whoever takes this one in
	r.c.stats.pages.Add(1)
	r.c.stats.messages.Add(int64(len(events)))
	r.acked, r.asked, r.memory.boundary = now, page.Wait, time.Time{}
	if page.Next != "" {
		r.memory.page = page.Next
	}
	r.backoff.Reset()
	r.throttled = 0
	r.c.show(r.ch, StateLive, "")
	r.remember(ctx, now)
	if ended {
		return errEnded
	}
	return nil
}

// events makes events of what is new in a page.
func (r *reader) events(page youtube.ChatPage, now time.Time) (events []chat.Event, names [][2]string, ended bool) {
	m, stats := r.memory, &r.c.stats
	stats.items.Add(int64(len(page.Items)))
	stats.unreadable.Add(int64(page.Unreadable))
	m.convert.ownID = r.c.ownID()
	add := func(e chat.Event) {
		if !m.seen.first(e.MessageID) {
			stats.duplicates.Add(1)
			return
		}
		e.History, e.Via = m.history(e.SentAt), r.via
		if at := earlier(e.SentAt, now); at.After(m.lastAt) {
			m.lastAt = at
		}
		events = append(events, e)
	}
	for i := range page.Items {
		item := &page.Items[i]
		ended = ended || item.Type == youtube.TypeEnded
		if id := item.ID; id != "" && m.seen.has(id) && item.Type != youtube.TypeTombstone {
			stats.duplicates.Add(1)
			continue
		}
		e, ok := m.convert.event(item, now)
		if !ok {
			stats.other.Add(1)
			if item.ID != "" {
				m.seen.first(item.ID)
			}
			continue
		}
		if e.Kind == chat.Message {
			names = append(names, [2]string{e.MessageID, e.Author.Name})
		}
		add(e)
	}
	if !page.OfflineAt.IsZero() { // there may be more to read
		ended = ended || len(page.Items) == 0
		add(m.convert.offline(page.OfflineAt, now))
	}
	return events, names, ended
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// remember stores how far the chat was read: what lies a while back, so that
// whoever takes the messages in has stored them, too.
func (r *reader) remember(ctx context.Context, now time.Time) {
	m, lag := r.memory, r.c.cfg.Timing.CursorLag
	if r.c.cfg.Cursors == nil || m.page == "" {
		return
	}
	if n := len(m.marks); n == 0 || now.Sub(m.marks[n-1].at) >= lag/8 {
		m.marks = append(m.marks, mark{Cursor{m.chatID, m.page, m.lastAt}, now})
	}
	if now.Sub(m.saved) < lag {
		return
	}
	old := -1
	for i := range m.marks {
		if now.Sub(m.marks[i].at) >= lag {
			old = i
		}
	}
	if old < 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, cursorWithin)
	defer cancel()
	m.saved = now
	if err := r.c.cfg.Cursors.SaveCursor(ctx, r.ch.name, m.marks[old].cursor); err != nil {
		r.c.cfg.Log.Warn().Err(err).Str("creator", r.ch.creatorID).Msg("how far the chat was read cannot be stored yet")
		return
	}
	m.marks = slices.Delete(m.marks, 0, old+1)
}
