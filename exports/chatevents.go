package exports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

// chatSource is where the newest messages come from.
type chatSource interface {
	LatestFirings(ctx context.Context, limit int) ([]store.Firing, error)
	LatestMessages(ctx context.Context, creatorIDs []string, limit int) ([]store.Event, error)
}

// ChatEventsInput is what signals/chat_events.json is made of.
type ChatEventsInput struct {
	Firings []store.Firing
	// Messages are further ones, of creators who have texts recorded.
	Messages []store.Event
	// Recorded are the creators whose texts and names are shown.
	Recorded []string
	Creators map[string]string // shown names by id
	Since    time.Time
}

// signalMeta is the provenance block of signals.
type signalMeta struct {
	CapturedAt instant    `json:"captured_at"`
	Source     string     `json:"source"`
	Visibility Visibility `json:"visibility"`
	Scope      string     `json:"scope"`
}

type chatEventsDocument struct {
	Meta   signalMeta     `json:"meta"`
	Events []chatEventRow `json:"events"`
	Items  []chatEventRow `json:"items"`
}

type chatEventRow struct {
	EventID   string  `json:"event_id"`
	Creator   string  `json:"creator"`
	CreatorID string  `json:"creator_id"`
	Platform  string  `json:"platform"`
	Source    string  `json:"source"`
	UserID    string  `json:"user_id"`
	Username  string  `json:"username"`
	User      string  `json:"user"`
	Message   string  `json:"message"`
	MessageAt instant `json:"message_at"`
	Timestamp instant `json:"timestamp"`
	Type      string  `json:"type"`
	EntityID  *string `json:"entity_id"`
	Summary   string  `json:"summary"`
}

// The types of chat events.
const (
	chatMessage = "chat_message"
	chatTrigger = "chat_trigger"
)

// BuildChatEvents builds signals/chat_events.json, the newest event first: every
// message on which a trigger fired, once for each trigger, and all messages of
// creators who have texts recorded. Texts and names of others are left out, also
// of messages from before they stopped recording.
func BuildChatEvents(in ChatEventsInput) (Document, error) {
	rows := []chatEventRow{}
	told := map[chat.Key]bool{}
	for _, f := range in.Firings {
		rows = append(rows, in.firing(f))
		told[f.Key] = true
	}
	for _, m := range in.Messages {
		if !told[m.Key()] && slices.Contains(in.Recorded, m.CreatorID) {
			rows = append(rows, in.message(m))
		}
	}
	slices.SortFunc(rows, func(a, b chatEventRow) int {
		return cmp.Or(time.Time(b.Timestamp).Compare(time.Time(a.Timestamp)), cmp.Compare(b.EventID, a.EventID))
	})
	rows = rows[:min(len(rows), MaxSignals)]
	captured := in.Since
	if len(rows) > 0 {
		captured = time.Time(rows[0].Timestamp)
	}
	data, err := encode(FileChatEvents, chatEventsDocument{
		signalMeta{instant(captured), "StreamSuites runtime", DashboardOnly, "chat-events"}, rows, rows,
	})
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileChatEvents, Visibility: DashboardOnly, Data: data}, nil
}

func (in ChatEventsInput) firing(f store.Firing) chatEventRow {
	row := in.row(f.Event, f.Author)
	trigger := ident(f.TriggerID)
	row.EventID = ident(string(f.Key.Platform), f.Key.MessageID, f.TriggerID)
	row.Type, row.EntityID = chatTrigger, &trigger
	row.Summary = fmt.Sprintf("The trigger %s fired for %s in the chat of %s", or(plain(f.TriggerID, 100), trigger), row.Username, row.Creator)
	return row
}

func (in ChatEventsInput) message(e store.Event) chatEventRow {
	row := in.row(e, "")
	row.EventID, row.Type = ident(string(e.Platform), e.MessageID), chatMessage
	row.Summary = fmt.Sprintf("%s wrote in the chat of %s", row.Username, row.Creator)
	return row
}

// row is what both types share. author is "<platform>:<author id>" for messages
// that are not kept any more.
func (in ChatEventsInput) row(e store.Event, author string) chatEventRow {
	_, id, _ := strings.Cut(author, ":")
	row := chatEventRow{
		Creator: or(in.Creators[e.CreatorID], e.CreatorID), CreatorID: e.CreatorID,
		Platform: string(e.Platform), Source: string(e.Platform),
		UserID: or(plain(or(e.Author.ID, id), 200), "unknown"), MessageAt: instant(e.SentAt), Timestamp: instant(e.SentAt),
	}
	row.Username = row.UserID
	if slices.Contains(in.Recorded, e.CreatorID) {
		row.Username = or(plain(or(e.Author.Name, e.Author.Login), 200), row.UserID)
		row.Message = plain(e.Text, 500)
	}
	row.User = row.Username
	return row
}

func buildChatEvents(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	firings, err := c.source.LatestFirings(ctx, MaxSignals)
	if err != nil {
		return nil, fmt.Errorf("read which triggers fired: %w", err)
	}
	recorded := s.Tables.recorded()
	messages, err := c.source.LatestMessages(ctx, recorded, MaxSignals)
	if err != nil {
		return nil, fmt.Errorf("read the newest messages: %w", err)
	}
	doc, err := BuildChatEvents(ChatEventsInput{firings, messages, recorded, namesOf(s), s.Since})
	return doc.Data, err
}
