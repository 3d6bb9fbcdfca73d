package control

import (
	"errors"
	"net/http"

	"github.com/streamsuites/streamsuites/internal/sim/twitch"
)

// done is the answer where there is nothing to tell.
var done = struct{}{}

// named is a body that names a channel, and perhaps somebody or something in it.
type named struct {
	Channel string `json:"channel"`
	User    string `json:"user"`
	Login   string `json:"login"`
	ID      string `json:"id"`
	Text    string `json:"text"`
	Seconds int    `json:"seconds"`
}

// say lets somebody speak and answers with the message's id.
func (c *controller) say(r *http.Request) (any, error) {
	body, err := decode[struct {
		Channel    string   `json:"channel"`
		User       string   `json:"user"`
		Text       string   `json:"text"`
		Roles      []string `json:"roles"`
		ReplyTo    string   `json:"reply_to"`
		SharedFrom string   `json:"shared_from"`
		Bits       int      `json:"bits"`
	}](r)
	if err != nil {
		return nil, err
	}
	m, err := c.chat.Say(twitch.Utterance(body))
	return map[string]string{"id": m.ID}, err
}

// live begins or ends a broadcast; the default channel's video with it.
func (c *controller) live(r *http.Request) (any, error) {
	return onLive(r, func(channel string, live bool) error {
		if err := c.chat.SetLive(channel, live); err != nil {
			return err
		}
		if channel != "" && channel != c.chat.DefaultChannel() {
			return nil
		}
		return c.stream.Live(live)
	})
}

// onLive begins or ends a broadcast as the body says.
func onLive(r *http.Request, set func(channel string, live bool) error) (any, error) {
	body, err := decode[struct {
		Channel string `json:"channel"`
		Live    *bool  `json:"live"`
	}](r)
	if err != nil {
		return nil, err
	}
	if body.Live == nil {
		return nil, errNoLive
	}
	return map[string]bool{"live": *body.Live}, set(body.Channel, *body.Live)
}

// errNoLive is the answer to a body that does not say what is wanted.
var errNoLive = badRequest{errors.New("live is missing: allowed are true and false")}

// disconnect closes every chat connection.
func (c *controller) disconnect(*http.Request) (any, error) {
	return map[string]int{"closed": c.chat.Disconnect()}, nil
}

// messages lists what was said, oldest first: of one channel with channel, after
// a message with after, the newest limit of them.
func (c *controller) messages(r *http.Request) (any, error) {
	return listed(r, func(channel, after string, limit int) ([]twitch.Message, error) {
		return c.chat.Messages(channel, after, limit), nil
	})
}

// listed answers with those messages that the query asks for.
func listed[M any](r *http.Request, list func(channel, after string, limit int) ([]M, error)) (any, error) {
	limit, err := number(r, "limit", 1000)
	if err != nil {
		return nil, err
	}
	query := r.URL.Query()
	return list(query.Get("channel"), query.Get("after"), limit)
}

// members lists who is joined to a channel.
func (c *controller) members(r *http.Request) (any, error) {
	channel := r.URL.Query().Get("channel")
	if channel == "" {
		channel = c.chat.DefaultChannel()
	}
	return c.chat.Members(channel), nil
}

// onNamed is an action on something named in the body.
func onNamed(r *http.Request, act func(named) error) (any, error) {
	body, err := decode[named](r)
	if err != nil {
		return nil, err
	}
	return done, act(body)
}

func (c *controller) ban(r *http.Request) (any, error) {
	return onNamed(r, func(n named) error { return c.chat.Ban(n.Channel, n.User, n.Seconds) })
}

func (c *controller) unban(r *http.Request) (any, error) {
	return onNamed(r, func(n named) error { return c.chat.Unban(n.Channel, n.User) })
}

func (c *controller) clear(r *http.Request) (any, error) {
	return onNamed(r, func(n named) error { return c.chat.Clear(n.Channel) })
}

func (c *controller) delete(r *http.Request) (any, error) {
	return onNamed(r, func(n named) error { return c.chat.Delete(n.ID) })
}

func (c *controller) notice(r *http.Request) (any, error) {
	return onNamed(r, func(n named) error { return c.chat.Notice(n.Channel, n.ID, n.Text) })
}

func (c *controller) expireTokens(r *http.Request) (any, error) {
	return onNamed(r, func(n named) error { return c.chat.ExpireTokens(n.Login) })
}

// room changes a room's restrictions; fields that are not given stay.
func (c *controller) room(r *http.Request) (any, error) {
	body, err := decode[struct {
		Channel       string `json:"channel"`
		EmoteOnly     *bool  `json:"emote_only"`
		FollowersOnly *int   `json:"followers_only"`
		R9K           *bool  `json:"r9k"`
		Slow          *int   `json:"slow"`
		SubsOnly      *bool  `json:"subs_only"`
	}](r)
	if err != nil {
		return nil, err
	}
	return c.chat.SetModes(body.Channel, func(m *twitch.Modes) {
		given(&m.EmoteOnly, body.EmoteOnly)
		given(&m.FollowersOnly, body.FollowersOnly)
		given(&m.R9K, body.R9K)
		given(&m.Slow, body.Slow)
		given(&m.SubsOnly, body.SubsOnly)
	})
}

func given[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}
