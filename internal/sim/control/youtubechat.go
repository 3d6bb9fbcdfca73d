package control

import (
	"errors"
	"net/http"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// LiveChat is what control needs of the video platform's live chats and logins.
type LiveChat interface {
	Say(youtube.Utterance) (youtube.Message, error)
	Happen(youtube.Happening) (ids []string, err error)
	Messages(channel, after string, limit int) ([]youtube.Message, error)
	Delete(id string) error
	Ban(channel, user string, seconds int) error
	Unban(channel, user string) error
	Forget(channel string) error
	SetLive(channel string, live bool, title string) (youtube.Broadcast, error)
	SetShow(channel string, change func(*youtube.Broadcast)) (youtube.Broadcast, error)
	SetConsent(youtube.Consent) error
}

// liveChatActions are the controls of YouTube's chats and logins.
func (c *controller) liveChatActions() map[string]action {
	return map[string]action{
		"GET /youtube/messages": c.youtubeMessages,
		"POST /youtube/say":     c.youtubeSay,
		"POST /youtube/live":    c.youtubeLive,
		"POST /youtube/stream":  c.youtubeShow,
		"POST /youtube/events":  c.youtubeEvent,
		"POST /youtube/delete":  c.youtubeDelete,
		"POST /youtube/ban":     c.youtubeBan,
		"POST /youtube/unban":   c.youtubeUnban,
		"POST /youtube/clear":   c.youtubeClear,
		"POST /youtube/chat":    c.youtubeChat,
		"POST /youtube/consent": c.youtubeConsent,
	}
}

// youtubeMessages lists what chats have shown, what was sent by the API included,
// oldest first: of one channel with channel, after a message with after, the
// newest limit of them.
func (c *controller) youtubeMessages(r *http.Request) (any, error) {
	return listed(r, c.youtube.Messages)
}

// youtubeSay lets somebody speak and answers with the message's id.
func (c *controller) youtubeSay(r *http.Request) (any, error) {
	body, err := decode[struct {
		Channel string   `json:"channel"`
		User    string   `json:"user"`
		Text    string   `json:"text"`
		Roles   []string `json:"roles"`
	}](r)
	if err != nil {
		return nil, err
	}
	m, err := c.youtube.Say(youtube.Utterance(body))
	return map[string]string{"id": m.ID}, err
}

// youtubeLive begins or ends a broadcast, each with a video and a chat of its own.
func (c *controller) youtubeLive(r *http.Request) (any, error) {
	body, err := decode[struct {
		Channel string `json:"channel"`
		Live    *bool  `json:"live"`
		Title   string `json:"title"`
	}](r)
	if err != nil {
		return nil, err
	}
	if body.Live == nil {
		return nil, errNoLive
	}
	b, err := c.youtube.SetLive(body.Channel, *body.Live, body.Title)
	return map[string]any{"live": *body.Live, "video_id": b.VideoID, "chat_id": b.ChatID}, err
}

// youtubeShow changes what a broadcast says of itself; fields that are not given
// stay.
func (c *controller) youtubeShow(r *http.Request) (any, error) {
	body, err := decode[struct {
		Channel      string  `json:"channel"`
		Title        *string `json:"title"`
		Viewers      *int    `json:"viewers"`
		ChatDisabled *bool   `json:"chat_disabled"`
	}](r)
	if err != nil {
		return nil, err
	}
	return c.youtube.SetShow(body.Channel, func(b *youtube.Broadcast) {
		given(&b.Title, body.Title)
		given(&b.Viewers, body.Viewers)
		given(&b.ChatDisabled, body.ChatDisabled)
	})
}

// youtubeEvent makes something happen by the platform's own word for it; the
// answer has the ids of all items, and the first of them as id.
func (c *controller) youtubeEvent(r *http.Request) (any, error) {
	body, err := decode[struct {
		Channel      string         `json:"channel"`
		Type         string         `json:"type"`
		User         string         `json:"user"`
		Roles        []string       `json:"roles"`
		Text         string         `json:"text"`
		AmountMicros int64          `json:"amount_micros"`
		Currency     string         `json:"currency"`
		Tier         int            `json:"tier"`
		Sticker      string         `json:"sticker"`
		Level        string         `json:"level"`
		Months       int            `json:"months"`
		Count        int            `json:"count"`
		Recipients   []string       `json:"recipients"`
		Upgrade      bool           `json:"upgrade"`
		Gift         string         `json:"gift"`
		Jewels       int            `json:"jewels"`
		Question     string         `json:"question"`
		Options      []string       `json:"options"`
		Status       string         `json:"status"`
		Details      map[string]any `json:"details"`
	}](r)
	if err != nil {
		return nil, err
	}
	ids, err := c.youtube.Happen(youtube.Happening(body))
	if err != nil {
		return nil, err
	}
	return map[string]any{"id": ids[0], "ids": ids}, nil
}

func (c *controller) youtubeDelete(r *http.Request) (any, error) {
	return onNamed(r, func(n named) error { return c.youtube.Delete(n.ID) })
}

func (c *controller) youtubeBan(r *http.Request) (any, error) {
	return onNamed(r, func(n named) error { return c.youtube.Ban(n.Channel, n.User, n.Seconds) })
}

func (c *controller) youtubeUnban(r *http.Request) (any, error) {
	return onNamed(r, func(n named) error { return c.youtube.Unban(n.Channel, n.User) })
}

// youtubeClear drops a chat's history.
func (c *controller) youtubeClear(r *http.Request) (any, error) {
	return onNamed(r, func(n named) error { return c.youtube.Forget(n.Channel) })
}

// youtubeChat turns how chats are delivered; fields that are not given stay.
func (c *controller) youtubeChat(r *http.Request) (any, error) {
	body, err := decode[struct {
		Polling     *float64 `json:"polling_seconds"`
		StreamBeat  *float64 `json:"stream_beat_seconds"`
		StreamLife  *float64 `json:"stream_life_seconds"`
		HideDeleted *bool    `json:"hide_deleted"`
	}](r)
	if err != nil {
		return nil, err
	}
	for _, seconds := range []*float64{body.Polling, body.StreamBeat, body.StreamLife} {
		if seconds != nil && (*seconds <= 0 || *seconds > maxSeconds) {
			return nil, badRequest{errors.New("seconds: allowed are more than 0, to 86400")}
		}
	}
	now, err := c.youtube.Set(func(s *youtube.Settings) {
		givenSeconds(&s.Polling, body.Polling)
		givenSeconds(&s.StreamBeat, body.StreamBeat)
		givenSeconds(&s.StreamLife, body.StreamLife)
		given(&s.HideDeleted, body.HideDeleted)
	})
	seconds := time.Duration.Seconds
	return map[string]any{"polling_seconds": seconds(now.Polling), "stream_beat_seconds": seconds(now.StreamBeat),
		"stream_life_seconds": seconds(now.StreamLife), "hide_deleted": now.HideDeleted}, err
}

// youtubeConsent says what people answer who are asked for access, while nobody
// looks at the page.
func (c *controller) youtubeConsent(r *http.Request) (any, error) {
	body, err := decode[youtube.Consent](r)
	if err != nil {
		return nil, err
	}
	return body, c.youtube.SetConsent(body)
}
