package exports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// dirChatLogs is where readers look for recorded chat, below the state root.
const dirChatLogs = "chat_logs"

// Bounds of the documents of recorded chat. They are for replays; whoever wants all
// of a log exports it.
const (
	maxChatLogs    = 20   // broadcasts, those that ended last
	maxLogMessages = 2000 // of a broadcast, the newest
	maxLogPage     = 500  // messages in a document
)

var chatLogForm = regexp.MustCompile(`^` + dirChatLogs + `/[a-z]+-[0-9a-f]{16}-[1-9][0-9]?\.json$`)

// ChatLogPage names the nth document of a broadcast's chat; n counts from 1. The
// platform comes first, by which readers know it; platforms' ids are not fit for
// every file system.
func ChatLogPage(b store.Broadcast, n int) string {
	sum := sha256.Sum256([]byte(b.CreatorID + "\x00" + b.StreamID))
	return fmt.Sprintf("%s/%s-%s-%d.json", dirChatLogs, b.Platform, hex.EncodeToString(sum[:8]), n)
}

// ChatLogInput is what the documents of a broadcast's chat are made of.
type ChatLogInput struct {
	Broadcast store.Broadcast
	Creator   string // as shown
	Messages  []store.Event
}

type chatLogDocument struct {
	SchemaVersion string          `json:"schema_version"`
	Meta          meta            `json:"meta"`
	Stream        chatLogStream   `json:"stream"`
	Page          int             `json:"page"`
	Pages         int             `json:"pages"`
	Events        []chatLogEvent  `json:"events"`
	Messages      []ReplayMessage `json:"messages"`
}

type chatLogStream struct {
	StreamID  string  `json:"stream_id"`
	CreatorID string  `json:"creator_id"`
	Creator   string  `json:"creator"`
	Platform  string  `json:"platform"`
	Title     *string `json:"title"`
	StartedAt instant `json:"started_at"`
	EndedAt   instant `json:"ended_at"`
}

// chatLogEvent is a line as the scan for what can be replayed reads it.
type chatLogEvent struct {
	EventID   string  `json:"event_id"`
	Platform  string  `json:"platform"`
	UserID    string  `json:"user_id"`
	Username  string  `json:"username"`
	Message   string  `json:"message"`
	MessageAt instant `json:"message_at"`
	Timestamp instant `json:"timestamp"`
}

// BuildChatLog builds the documents of a broadcast that ended, each in two forms: for
// the scan, and for the pages that show it. Messages are in the order in which they
// were sent. Without any there is no document.
func BuildChatLog(in ChatLogInput) ([]Document, error) {
	messages := slices.Clone(in.Messages)
	slices.SortStableFunc(messages, func(a, b store.Event) int { return a.SentAt.Compare(b.SentAt) })
	messages = messages[max(0, len(messages)-maxLogMessages):]
	pages := slices.Collect(slices.Chunk(messages, maxLogPage))
	var docs []Document
	for n, page := range pages {
		file := ChatLogPage(in.Broadcast, n+1)
		data, err := encode(file, in.page(page, n+1, len(pages)))
		if err != nil {
			return nil, err
		}
		docs = append(docs, Document{File: file, Visibility: DashboardOnly, Data: data})
	}
	return docs, nil
}

func (in ChatLogInput) page(messages []store.Event, n, of int) chatLogDocument {
	b := in.Broadcast
	doc := chatLogDocument{
		SchemaVersion: "v1", Meta: newMeta(instant(b.EndedAt), DashboardOnly, "chat-log"), Page: n, Pages: of,
		Stream: chatLogStream{
			StreamID: StreamID(b), CreatorID: b.CreatorID, Creator: or(plain(in.Creator, maxName), b.CreatorID), Platform: string(b.Platform),
			Title: textOrNull(plain(b.Title, maxText)), StartedAt: instant(b.StartedAt), EndedAt: instant(b.EndedAt),
		},
		Events: []chatLogEvent{}, Messages: []ReplayMessage{},
	}
	for _, m := range messages {
		at := instant(m.SentAt)
		doc.Events = append(doc.Events, chatLogEvent{
			EventID: ident(string(m.Platform), m.MessageID), Platform: string(m.Platform), UserID: authorID(m), Username: authorName(m),
			Message: m.Text, MessageAt: at, Timestamp: at,
		})
		doc.Messages = append(doc.Messages, replayMessageOf(m))
	}
	return doc
}

// readChatLogs builds the documents of the broadcasts that ended last, of creators
// who have texts recorded. What was said in them changes by deletions only: they are
// built when the list of broadcasts changed, and with every complete set.
func readChatLogs(ctx context.Context, c *collector, s Settings, all bool) (part, error) {
	found, err := c.source.Broadcasts(ctx, store.BroadcastFilter{CreatorIDs: s.Tables.recorded(), Ended: true, Limit: maxChatLogs})
	if err != nil {
		return part{}, fmt.Errorf("read the broadcasts: %w", err)
	}
	found = slices.DeleteFunc(found, func(b store.Broadcast) bool { return !b.Texts })
	p := part{whole: all || len(found) == 0, oldest: listOfLogs(found)}
	if p.moved = !all && c.fronts[dirChatLogs] != p.oldest; p.moved || !all {
		return p, nil
	}
	names := namesOf(s)
	for _, b := range found {
		messages, err := c.source.Messages(ctx, b, store.MessageFilter{Newest: true, Limit: maxLogMessages})
		if err != nil {
			return part{}, fmt.Errorf("read the chat of a broadcast: %w", err)
		}
		docs, err := BuildChatLog(ChatLogInput{b, names[b.CreatorID], messages})
		if err != nil {
			return part{}, err
		}
		p.docs, p.listed = append(p.docs, docs...), newest(p.listed, b.EndedAt)
	}
	return p, nil
}

func listOfLogs(found []store.Broadcast) string {
	var list []string
	for _, b := range found {
		list = append(list, ChatLogPage(b, 1)+" "+b.EndedAt.UTC().Format(time.RFC3339Nano))
	}
	return strings.Join(list, "\n")
}
