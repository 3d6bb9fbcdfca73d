package control

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/kick"
)

// Kick is what control needs of Kick.
type Kick interface {
	Say(kick.Utterance) (kick.Message, error)
	Happen(kick.Event) (id string, err error)
	Messages(channel, after string, limit int) []kick.Message
	Subscribers() map[string]int
	DefaultChannel() string
	SetLive(channel string, live bool) error
	SetShow(channel string, alter func(*kick.Show)) (kick.Show, error)
	Disconnect() int
	EndAll(code int) (int, error)
	Ban(channel, user string, minutes int) error
	Unban(channel, user string) error
	Clear(channel string) error
	Delete(id string) error
	ExpireTokens(user string) error
	SetConsent(user string) error
	Webhooks() kick.Webhooks
	SetWebhooks(alter func(*kick.Webhooks)) (kick.Webhooks, error)
	Subscriptions() []kick.Subscription
	Pending() int
}

func (c *controller) routeKick(mux *http.ServeMux) {
	for pattern, action := range map[string]action{
		"GET /kick/messages":       c.kickMessages,
		"GET /kick/members":        c.kickMembers,
		"GET /kick/webhooks":       c.kickWebhooks,
		"POST /kick/webhooks":      c.setKickWebhooks,
		"POST /kick/say":           c.kickSay,
		"POST /kick/events":        c.kickEvent,
		"POST /kick/live":          c.kickLive,
		"POST /kick/stream":        c.kickShow,
		"POST /kick/disconnect":    c.kickDisconnect,
		"POST /kick/ban":           c.kickBan,
		"POST /kick/unban":         c.kickUnban,
		"POST /kick/clear":         c.kickClear,
		"POST /kick/delete":        c.kickDelete,
		"POST /kick/expire-tokens": c.kickExpireTokens,
		"POST /kick/consent":       c.kickConsent,
	} {
		mux.Handle(pattern, action)
	}
}

// kickSay lets somebody speak and answers with the message's id. ago_seconds puts
// the time it was said into the past; via tells it over pusher or webhook alone.
func (c *controller) kickSay(r *http.Request) (any, error) {
	body, err := decode[struct {
		Channel string   `json:"channel"`
		User    string   `json:"user"`
		Text    string   `json:"text"`
		Roles   []string `json:"roles"`
		ReplyTo string   `json:"reply_to"`
		Ago     float64  `json:"ago_seconds"`
		Via     string   `json:"via"`
	}](r)
	if err != nil {
		return nil, err
	}
	m, err := c.kick.Say(kick.Utterance{Channel: body.Channel, User: body.User, Text: body.Text, Roles: body.Roles,
		ReplyTo: body.ReplyTo, Ago: time.Duration(body.Ago * float64(time.Second)), Via: body.Via})
	return map[string]string{"id": m.ID}, err
}

// kickEvent makes something happen.
func (c *controller) kickEvent(r *http.Request) (any, error) {
	return oneEvent(r, func(body struct {
		Channel    string          `json:"channel"`
		Kind       string          `json:"kind"`
		User       string          `json:"user"`
		Months     int             `json:"months"`
		Recipients []string        `json:"recipients"`
		Count      int             `json:"count"`
		Viewers    int             `json:"viewers"`
		Amount     int             `json:"amount"`
		Title      string          `json:"title"`
		Text       string          `json:"text"`
		MessageID  string          `json:"message_id"`
		Event      string          `json:"event"`
		Data       json.RawMessage `json:"data"`
		Via        string          `json:"via"`
	}) (string, error) {
		return c.kick.Happen(kick.Event(body))
	})
}

// kickLive begins or ends a broadcast. The video is shared by all platforms: it
// ends with the chat platform's default channel, and not before.
func (c *controller) kickLive(r *http.Request) (any, error) {
	return onLive(r, func(channel string, live bool) error {
		if err := c.kick.SetLive(channel, live); err != nil {
			return err
		}
		if channel != "" && channel != c.kick.DefaultChannel() {
			return nil
		}
		return c.stream.Live(live || c.chat.Live(""))
	})
}

// kickShow changes what a channel says about its broadcasts; fields that are not
// given stay.
func (c *controller) kickShow(r *http.Request) (any, error) {
	body, err := decode[struct {
		Channel  string  `json:"channel"`
		Title    *string `json:"title"`
		Category *string `json:"category"`
		Viewers  *int    `json:"viewers"`
	}](r)
	if err != nil {
		return nil, err
	}
	return c.kick.SetShow(body.Channel, func(s *kick.Show) {
		given(&s.Title, body.Title)
		given(&s.Category, body.Category)
		given(&s.Viewers, body.Viewers)
	})
}

// kickDisconnect ends every connection to Pusher: with a code as Pusher does, or
// without a word.
func (c *controller) kickDisconnect(r *http.Request) (any, error) {
	body, err := decode[struct {
		Code int `json:"code"`
	}](r)
	if err != nil {
		return nil, err
	}
	if body.Code == 0 {
		return map[string]int{"closed": c.kick.Disconnect()}, nil
	}
	closed, err := c.kick.EndAll(body.Code)
	return map[string]int{"closed": closed}, err
}

// kickMessages lists what was said, as messages does.
func (c *controller) kickMessages(r *http.Request) (any, error) {
	return listed(r, func(channel, after string, limit int) ([]kick.Message, error) {
		return c.kick.Messages(channel, after, limit), nil
	})
}

// kickMembers counts the connections subscribed to each of Pusher's channels.
func (c *controller) kickMembers(*http.Request) (any, error) { return c.kick.Subscribers(), nil }

// kickBan silences somebody for whole minutes, those that were begun included.
func (c *controller) kickBan(r *http.Request) (any, error) {
	return onNamed(r, func(n named) error {
		minutes := int(math.Ceil(float64(n.Seconds) / 60))
		if n.Seconds < 0 {
			minutes = -1 // which is refused, where 0 would be for ever
		}
		return c.kick.Ban(n.Channel, n.User, minutes)
	})
}

func (c *controller) kickUnban(r *http.Request) (any, error) {
	return onNamed(r, func(n named) error { return c.kick.Unban(n.Channel, n.User) })
}

func (c *controller) kickClear(r *http.Request) (any, error) {
	return onNamed(r, func(n named) error { return c.kick.Clear(n.Channel) })
}

func (c *controller) kickDelete(r *http.Request) (any, error) {
	return onNamed(r, func(n named) error { return c.kick.Delete(n.ID) })
}

func (c *controller) kickExpireTokens(r *http.Request) (any, error) {
	return onNamed(r, func(n named) error { return c.kick.ExpireTokens(cmp.Or(n.User, n.Login)) })
}

// kickConsent says who consents to logins at once; nobody without a user.
func (c *controller) kickConsent(r *http.Request) (any, error) {
	return onNamed(r, func(n named) error { return c.kick.SetConsent(n.User) })
}

// hooks is how webhooks are delivered, and what waits.
type hooks struct {
	URL           string              `json:"url"`
	DelaySeconds  float64             `json:"delay_seconds"`
	Subscriptions []kick.Subscription `json:"subscriptions"`
	Pending       int                 `json:"pending"`
}

func (c *controller) kickWebhooks(*http.Request) (any, error) {
	now := c.kick.Webhooks()
	return hooks{now.URL, now.Delay.Seconds(), c.kick.Subscriptions(), c.kick.Pending()}, nil
}

// setKickWebhooks changes where webhooks go and how late; fields that are not
// given stay.
func (c *controller) setKickWebhooks(r *http.Request) (any, error) {
	body, err := decode[struct {
		URL   *string  `json:"url"`
		Delay *float64 `json:"delay_seconds"`
	}](r)
	if err != nil {
		return nil, err
	}
	if body.Delay != nil && (*body.Delay < 0 || *body.Delay > 7*maxSeconds) {
		return nil, badRequest{errors.New("delay_seconds: allowed are 0 to 604800")}
	}
	_, err = c.kick.SetWebhooks(func(w *kick.Webhooks) {
		given(&w.URL, body.URL)
		givenSeconds(&w.Delay, body.Delay)
	})
	if err != nil {
		return nil, err
	}
	return c.kickWebhooks(r)
}
