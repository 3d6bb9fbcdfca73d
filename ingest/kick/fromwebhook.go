package kick

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
)

// The events of webhooks that a channel is read by.
const (
	hookMessage = "chat.message.sent"
	hookFollow  = "channel.followed"
	hookNew     = "channel.subscription.new"
	hookRenewal = "channel.subscription.renewal"
	hookGifts   = "channel.subscription.gifts"
	hookStatus  = "livestream.status.updated"
	hookBan     = "moderation.banned"
	hookKicks   = "kicks.gifted"
)

// wanted are the events that subscriptions are kept for.
var wanted = []platform.EventType{
	{Name: hookMessage, Version: 1}, {Name: hookFollow, Version: 1}, {Name: hookNew, Version: 1}, {Name: hookRenewal, Version: 1},
	{Name: hookGifts, Version: 1}, {Name: hookStatus, Version: 1}, {Name: hookBan, Version: 1}, {Name: hookKicks, Version: 1},
}

// owner reads whose channel a delivery is about.
func owner(body []byte) (person, error) {
	var about struct {
		Broadcaster person `json:"broadcaster"`
	}
	if json.Unmarshal(body, &about) != nil {
		return person{}, errors.New("a webhook's body is not what was expected")
	}
	return about.Broadcaster, nil
}

// fromWebhook makes an event of what a webhook tells. errNoEvent says that it is
// none, any other error that it cannot be read. Where the platform gives no id,
// the id of the delivery is the event's: it is the same when it is repeated.
func fromWebhook(d platform.Delivery, at place) (told, error) {
	read, ok := map[string]func(platform.Delivery, place) (told, error){
		hookMessage: hookedMessage, hookFollow: hookedFollow, hookNew: hookedSubscription, hookRenewal: hookedSubscription,
		hookGifts: hookedGifts, hookStatus: hookedStatus, hookBan: hookedBan, hookKicks: hookedKicks,
	}[d.Event]
	if !ok {
		return told{}, errNoEvent
	}
	t, err := read(d, at)
	if err != nil && !errors.Is(err, errNoEvent) {
		return told{}, fmt.Errorf("read a %s: %w", d.Event, err)
	}
	return t, err
}

func hookedMessage(d platform.Delivery, at place) (told, error) {
	var said struct {
		ID        word   `json:"message_id"`
		Content   string `json:"content"`
		CreatedAt moment `json:"created_at"`
		Sender    person `json:"sender"`
		RepliesTo *struct {
			ID word `json:"message_id"`
		} `json:"replies_to"`
	}
	if err := unwrapped(d.Body, &said); err != nil {
		return told{}, err
	}
	e := at.begin(chat.Message, string(said.ID), orElse(said.CreatedAt.Time, d.At))
	e.Author, e.Text = said.Sender.author(), plain(said.Content)
	if said.RepliesTo != nil {
		e.ReplyTo = ownID(string(said.RepliesTo.ID))
	}
	if e.Author.ID == "" || e.Text == "" {
		return told{}, errIncomplete
	}
	identify(&e, true, e.Author.ID, e.Text)
	return told{event: e}, nil
}

func hookedFollow(d platform.Delivery, at place) (told, error) {
	var follow struct {
		Follower person `json:"follower"`
	}
	if err := unwrapped(d.Body, &follow); err != nil {
		return told{}, err
	}
	e := at.begin(chat.Follow, d.ID, d.At)
	e.Author = follow.Follower.author()
	return hooked(e, e.Author.Login)
}

func hookedSubscription(d platform.Delivery, at place) (told, error) {
	var sub struct {
		Subscriber person `json:"subscriber"`
		Months     count  `json:"duration"`
		CreatedAt  moment `json:"created_at"`
	}
	if err := unwrapped(d.Body, &sub); err != nil {
		return told{}, err
	}
	e := at.begin(chat.Subscription, d.ID, orElse(sub.CreatedAt.Time, d.At))
	e.Author, e.Amount = sub.Subscriber.author(), max(1, int64(sub.Months))
	return hooked(e, e.Author.Login)
}

func hookedGifts(d platform.Delivery, at place) (told, error) {
	var gift struct {
		Gifter    person   `json:"gifter"`
		Giftees   []person `json:"giftees"`
		CreatedAt moment   `json:"created_at"`
	}
	if err := unwrapped(d.Body, &gift); err != nil {
		return told{}, err
	}
	e := at.begin(chat.Gift, d.ID, orElse(gift.CreatedAt.Time, d.At))
	e.Author, e.Amount = gift.Gifter.giver(), max(1, int64(len(gift.Giftees)))
	t, err := hooked(e, e.Author.Login, decimal(e.Amount))
	for i := range gift.Giftees {
		t.giftees = append(t.giftees, gift.Giftees[i].author().Login)
	}
	return t, err
}

func hookedStatus(d platform.Delivery, at place) (told, error) {
	var status struct {
		IsLive    bool   `json:"is_live"`
		Title     string `json:"title"`
		StartedAt moment `json:"started_at"`
		EndedAt   moment `json:"ended_at"`
	}
	if err := unwrapped(d.Body, &status); err != nil {
		return told{}, err
	}
	kind, when := chat.Offline, status.EndedAt.Time
	if status.IsLive {
		kind, when = chat.Online, status.StartedAt.Time
	}
	e := at.begin(kind, d.ID, orElse(when, d.At))
	e.Target = broadcastID(at.channel, orElse(status.StartedAt.Time, at.started))
	if status.IsLive {
		e.Text = status.Title
		return told{event: e, print: printOf(&e), started: status.StartedAt.Time}, nil
	}
	return told{event: e, print: printOf(&e), ended: true}, nil
}

func hookedBan(d platform.Delivery, at place) (told, error) {
	var ban struct {
		Moderator person `json:"moderator"`
		Banned    person `json:"banned_user"`
		Metadata  struct {
			Reason    string `json:"reason"`
			CreatedAt moment `json:"created_at"`
			ExpiresAt moment `json:"expires_at"`
		} `json:"metadata"`
	}
	if err := unwrapped(d.Body, &ban); err != nil {
		return told{}, err
	}
	e := at.begin(chat.Ban, d.ID, orElse(ban.Metadata.CreatedAt.Time, d.At))
	e.Author, e.Target, e.Text = ban.Moderator.author(), ban.Banned.author().ID, ban.Metadata.Reason
	e.Amount = secondsUntil(ban.Metadata.ExpiresAt.Time, e.SentAt)
	if e.Target == "" {
		return told{}, errIncomplete
	}
	return told{event: e, print: printOf(&e, e.Target)}, nil
}

func hookedKicks(d platform.Delivery, at place) (told, error) {
	var given struct {
		Sender    person `json:"sender"`
		CreatedAt moment `json:"created_at"`
		Gift      struct {
			Amount  count  `json:"amount"`
			Message string `json:"message"`
		} `json:"gift"`
	}
	if err := unwrapped(d.Body, &given); err != nil {
		return told{}, err
	}
	e := at.begin(chat.Paid, d.ID, orElse(given.CreatedAt.Time, d.At))
	e.Author, e.Text, e.Amount, e.Unit = given.Sender.author(), plain(given.Gift.Message), int64(given.Gift.Amount), unitKicks
	if e.Amount == 0 {
		return told{}, errIncomplete
	}
	return hooked(e, e.Author.Login, decimal(e.Amount), e.Text)
}

// hooked completes what somebody did.
func hooked(e chat.Event, parts ...string) (told, error) {
	if e.Author.Name == "" || e.Author.ID == "" {
		return told{}, errIncomplete
	}
	return told{event: e, print: printOf(&e, parts...)}, nil
}

func orElse(at, otherwise time.Time) time.Time {
	if at.IsZero() {
		return otherwise
	}
	return at
}
