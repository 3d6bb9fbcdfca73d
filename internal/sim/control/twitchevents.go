package control

import (
	"net/http"

	"github.com/streamsuites/streamsuites/internal/sim/twitch"
)

// event makes something happen by the platform's own word for it.
func (c *controller) event(r *http.Request) (any, error) {
	return oneEvent(r, func(body struct {
		Channel    string            `json:"channel"`
		Kind       string            `json:"kind"`
		User       string            `json:"user"`
		Roles      []string          `json:"roles"`
		Params     map[string]string `json:"params"`
		System     string            `json:"system"`
		Text       string            `json:"text"`
		SharedFrom string            `json:"shared_from"`
	}) (string, error) {
		return c.chat.Happen(twitch.Event(body))
	})
}

// raid brings viewers along.
func (c *controller) raid(r *http.Request) (any, error) {
	return oneEvent(r, func(body struct {
		Channel string `json:"channel"`
		User    string `json:"user"`
		Viewers int    `json:"viewers"`
	}) (string, error) {
		return c.chat.Raid(twitch.Raid(body))
	})
}

// subscription begins or renews one.
func (c *controller) subscription(r *http.Request) (any, error) {
	return oneEvent(r, func(body struct {
		Channel string `json:"channel"`
		User    string `json:"user"`
		Months  int    `json:"months"`
		Plan    string `json:"plan"`
		Text    string `json:"text"`
	}) (string, error) {
		return c.chat.Subscribe(twitch.Subscription(body))
	})
}

// announcement is a moderator's highlighted message.
func (c *controller) announcement(r *http.Request) (any, error) {
	return oneEvent(r, func(body struct {
		Channel string `json:"channel"`
		User    string `json:"user"`
		Text    string `json:"text"`
		Color   string `json:"color"`
	}) (string, error) {
		return c.chat.Announce(twitch.Announcement(body))
	})
}

// oneEvent decodes a body and answers with the id of the event that it makes.
func oneEvent[T any](r *http.Request, happen func(T) (string, error)) (any, error) {
	body, err := decode[T](r)
	if err != nil {
		return nil, err
	}
	id, err := happen(body)
	return map[string]string{"id": id}, err
}

// gift gives subscriptions away; the answer has the ids of all events.
func (c *controller) gift(r *http.Request) (any, error) {
	body, err := decode[struct {
		Channel   string `json:"channel"`
		User      string `json:"user"`
		Count     int    `json:"count"`
		Recipient string `json:"recipient"`
		Plan      string `json:"plan"`
	}](r)
	if err != nil {
		return nil, err
	}
	ids, err := c.chat.Gift(twitch.Gift(body))
	return map[string][]string{"ids": ids}, err
}

// show changes what a channel says about its broadcasts; fields that are not
// given stay.
func (c *controller) show(r *http.Request) (any, error) {
	body, err := decode[struct {
		Channel  string  `json:"channel"`
		Title    *string `json:"title"`
		Category *string `json:"category"`
		Viewers  *int    `json:"viewers"`
	}](r)
	if err != nil {
		return nil, err
	}
	return c.chat.SetShow(body.Channel, func(s *twitch.Show) {
		given(&s.Title, body.Title)
		given(&s.Category, body.Category)
		given(&s.Viewers, body.Viewers)
	})
}
