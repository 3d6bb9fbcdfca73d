package exports

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

// BroadcastSource is where recorded chat comes from; *store.Store is one.
type BroadcastSource interface {
	Broadcasts(ctx context.Context, f store.BroadcastFilter) ([]store.Broadcast, error)
	Messages(ctx context.Context, b store.Broadcast, f store.MessageFilter) ([]store.Event, error)
}

// ErrUnknownStream says that no broadcast of that id has chat to show.
var ErrUnknownStream = errors.New("no such stream")

// maxStreams is how many broadcasts the chat API lists, the newest ones.
const maxStreams = 100

// ChatAPI makes the answers of the chat API: what was said in the chats of creators
// who have texts recorded, and of nobody else. It only reads.
type ChatAPI struct {
	Source   BroadcastSource
	Settings func() Settings
}

// ChatStream is a broadcast in the chat API.
type ChatStream struct {
	StreamID        string   `json:"stream_id"`
	Title           *string  `json:"title"`
	StartedAt       instant  `json:"started_at"`
	EndedAt         *instant `json:"ended_at"`
	PlatformsActive []string `json:"platforms_active"`
	ChatAvailable   bool     `json:"chat_available"`
	LastUpdatedAt   instant  `json:"last_updated_at"`
}

// ChatContext says which broadcast a page shows that has chosen none.
type ChatContext struct {
	Mode         string  `json:"mode"` // live, or none when nobody is
	StreamID     *string `json:"stream_id"`
	LiveStreamID *string `json:"live_stream_id"`
}

// ChatStreams answers /api/streams.
type ChatStreams struct {
	Streams       []ChatStream `json:"streams"` // the newest first
	ActiveContext ChatContext  `json:"active_context"`
}

// ChatTail answers /api/chat/tail.
type ChatTail struct {
	Events  []ChatEvent `json:"events"` // the oldest first
	Context ChatContext `json:"context"`
}

// ChatPage answers /api/chat/events.
type ChatPage struct {
	Events     []ChatEvent `json:"events"` // the oldest first
	NextCursor *string     `json:"next_cursor"`
	Context    ChatContext `json:"context"`
}

// Streams lists the newest broadcasts.
func (a ChatAPI) Streams(ctx context.Context) (ChatStreams, error) {
	found, err := a.broadcasts(ctx, store.BroadcastFilter{Limit: maxStreams})
	if err != nil {
		return ChatStreams{}, err
	}
	answer := ChatStreams{Streams: make([]ChatStream, 0, len(found)), ActiveContext: contextOf(found)}
	for _, b := range found {
		answer.Streams = append(answer.Streams, ChatStream{
			StreamID: StreamID(b), Title: textOrNull(plain(b.Title, maxText)), StartedAt: instant(b.StartedAt), EndedAt: orNull(b.EndedAt),
			PlatformsActive: []string{string(b.Platform)}, ChatAvailable: b.Texts, LastUpdatedAt: instant(newest(b.SeenAt, b.EndedAt)),
		})
	}
	return answer, nil
}

// Tail returns the newest messages of a broadcast, by default of the live one.
func (a ChatAPI) Tail(ctx context.Context, streamID string, limit int) (ChatTail, error) {
	events, shown, err := a.messages(ctx, streamID, store.MessageFilter{Newest: true, Limit: limit})
	answer := ChatTail{Events: []ChatEvent{}, Context: shown}
	for _, e := range events {
		answer.Events = append(answer.Events, e.ChatEvent)
	}
	return answer, err
}

// ChatQuery is what is asked of /api/chat/events.
type ChatQuery struct {
	StreamID string    // empty for the live one
	Cursor   int64     // 0 for the beginning
	From, To time.Time // with either there are no pages
	Limit    int
}

// Events returns messages of a broadcast page by page from its beginning on. The
// last page's cursor is where more will be.
func (a ChatAPI) Events(ctx context.Context, q ChatQuery) (ChatPage, error) {
	bounded := !q.From.IsZero() || !q.To.IsZero()
	filter := store.MessageFilter{From: q.From, To: q.To, After: q.Cursor, Limit: q.Limit}
	if bounded {
		filter.After = 0
	}
	events, shown, err := a.messages(ctx, q.StreamID, filter)
	answer := ChatPage{Events: []ChatEvent{}, Context: shown}
	next := q.Cursor
	for _, e := range events {
		answer.Events, next = append(answer.Events, e.ChatEvent), e.place
	}
	if next > 0 && !bounded {
		cursor := strconv.FormatInt(next, 10)
		answer.NextCursor = &cursor
	}
	return answer, err
}

// placed is a message and its place in its lane.
type placed struct {
	ChatEvent
	place int64
}

func (a ChatAPI) messages(ctx context.Context, streamID string, f store.MessageFilter) ([]placed, ChatContext, error) {
	latest, err := a.broadcasts(ctx, store.BroadcastFilter{Limit: maxStreams})
	if err != nil {
		return nil, ChatContext{}, err
	}
	shown := contextOf(latest)
	if streamID == "" {
		if shown.StreamID == nil {
			return nil, shown, nil
		}
		streamID = *shown.StreamID
	}
	platform, id, _ := strings.Cut(streamID, ":")
	if id == "" {
		return nil, shown, fmt.Errorf("%w: %q", ErrUnknownStream, streamID)
	}
	found, err := a.broadcasts(ctx, store.BroadcastFilter{Platform: chat.Platform(platform), StreamID: id, Limit: 1})
	if err != nil {
		return nil, shown, err
	}
	if len(found) == 0 {
		return nil, shown, fmt.Errorf("%w: %q", ErrUnknownStream, streamID)
	}
	events, err := a.Source.Messages(ctx, found[0], f)
	if err != nil {
		return nil, shown, err
	}
	list := make([]placed, 0, len(events))
	for _, e := range events {
		list = append(list, placed{chatEventOf(streamID, e), e.LaneSeq})
	}
	return list, shown, nil
}

func (a ChatAPI) broadcasts(ctx context.Context, f store.BroadcastFilter) ([]store.Broadcast, error) {
	f.CreatorIDs = a.Settings().Tables.recorded()
	return a.Source.Broadcasts(ctx, f)
}

// contextOf is the context that pages begin with: the broadcast that went live last.
func contextOf(latest []store.Broadcast) ChatContext {
	for _, b := range latest {
		if b.EndedAt.IsZero() {
			id := StreamID(b)
			return ChatContext{Mode: "live", StreamID: &id, LiveStreamID: &id}
		}
	}
	return ChatContext{Mode: "none"}
}
