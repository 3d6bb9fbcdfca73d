package youtube

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// ChatAuthor is who wrote in a live chat.
type ChatAuthor struct {
	ChannelID   string
	DisplayName string
	Owner       bool // of the channel
	Moderator   bool
	Member      bool // pays for a membership
	Verified    bool
}

// Money is an amount as the platform writes it.
type Money struct {
	Micros   int64  // millionths of the currency
	Currency string // ISO 4217
}

// ChatItem is one thing in a live chat (protocol: liveChatMessage resource). Only
// what belongs to its Type is filled in.
type ChatItem struct {
	ID     string
	Type   string // such as "textMessageEvent"
	At     time.Time
	Author ChatAuthor
	// Text is what somebody wrote; empty where nobody did.
	Text string
	// Shown is the platform's own rendering of the item.
	Shown string

	Money Money // of a Super Chat or a sticker

	Level    string // of a membership
	Upgrade  bool
	Months   int64  // of a milestone
	Gifts    int64  // memberships that were given
	Gifting  string // id of the item by which a received membership was given
	Gifter   string // channel of who gave a received membership
	Jewels   int64
	GiftName string

	BannedID   string // channel of who was banned
	BannedName string
	BanSeconds int64 // 0 for good

	Removed string // id of the item that was taken out of chat
}

// ChatPage is one answer of a live chat, whether it was asked for or pushed.
type ChatPage struct {
	Items []ChatItem
	// Next is the token for what follows; empty when there is none.
	Next string
	// Wait is how long to wait before asking again.
	Wait time.Duration
	// OfflineAt is when the broadcast ended; zero while it goes on.
	OfflineAt time.Time
	// Unreadable counts items that made no sense.
	Unreadable int
}

// maxWait bounds what a page can ask for.
const maxWait = 10 * time.Minute

// UnmarshalJSON implements json.Unmarshaler. Items that make no sense are counted
// and left out.
func (p *ChatPage) UnmarshalJSON(data []byte) error {
	var answer struct {
		Next      string            `json:"nextPageToken"`
		Wait      number            `json:"pollingIntervalMillis"`
		OfflineAt instant           `json:"offlineAt"`
		Items     []json.RawMessage `json:"items"`
		Error     json.RawMessage   `json:"error"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return err
	}
	if len(answer.Error) > 0 && string(answer.Error) != "null" {
		return &pushedError{bytes.Clone(data)}
	}
	*p = ChatPage{
		Next: answer.Next, OfflineAt: answer.OfflineAt.Time,
		Wait: min(time.Duration(max(0, min(answer.Wait, number(maxWait/time.Millisecond))))*time.Millisecond, maxWait),
	}
	if len(answer.Items) > 0 {
		p.Items = make([]ChatItem, 0, len(answer.Items))
	}
	for _, raw := range answer.Items {
		var item chatItem
		if json.Unmarshal(raw, &item) != nil || item.Snippet.Type == "" {
			p.Unreadable++
			continue
		}
		p.Items = append(p.Items, item.read())
	}
	return nil
}

// pushedError is a failure where a page should be.
type pushedError struct{ body []byte }

// Error implements error.
func (*pushedError) Error() string { return "a failure instead of a page" }

// chatQuery is what both ways of reading ask for.
func chatQuery(chatID, page string) url.Values {
	query := url.Values{
		"liveChatId": {chatID}, "part": {"id,snippet,authorDetails"},
		"maxResults": {"2000"}, "profileImageSize": {"16"},
	}
	if page != "" {
		query.Set("pageToken", page)
	}
	return query
}

// Messages returns a page of a live chat: with page "" the recent history, with
// the token of the page before what is new.
func (l *Live) Messages(ctx context.Context, chatID, page string) (ChatPage, error) {
	var answer ChatPage
	err := l.call(ctx, request{
		operation: MethodMessages, verb: http.MethodGet, path: "liveChat/messages", query: chatQuery(chatID, page),
	}, &answer)
	return answer, err
}

// Insert writes a text into a live chat and returns its id. After an error that is
// Doubtful the text may have appeared.
func (l *Live) Insert(ctx context.Context, chatID, text string) (string, error) {
	type details struct {
		Text string `json:"messageText"`
	}
	type snippet struct {
		ChatID  string  `json:"liveChatId"`
		Type    string  `json:"type"`
		Details details `json:"textMessageDetails"`
	}
	var answer struct {
		ID string `json:"id"`
	}
	err := l.call(ctx, request{
		operation: MethodInsert, verb: http.MethodPost, path: "liveChat/messages", query: url.Values{"part": {"snippet"}},
		body: struct {
			Snippet snippet `json:"snippet"`
		}{snippet{chatID, "textMessageEvent", details{text}}},
	}, &answer)
	return answer.ID, err
}

// DeleteMessage takes a message out of its live chat.
func (l *Live) DeleteMessage(ctx context.Context, id string) error {
	return l.call(ctx, request{
		operation: MethodDelete, verb: http.MethodDelete, path: "liveChat/messages", query: url.Values{"id": {id}},
	}, nil)
}
