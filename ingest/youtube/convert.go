package youtube

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
)

// unitJewels is the unit of gifts that are paid with the platform's own currency.
const unitJewels = "jewels"

// derivedPrefix begins the ids that the platform did not give.
const derivedPrefix = "sha-"

// converter makes events of what is in one live chat.
type converter struct {
	channel, creatorID string
	videoID            string
	ownID              string // channel of the account; empty without one
	giftings           *recent[gifting]
}

// gifting is what is known of memberships that were given together.
type gifting struct {
	seen    bool  // itself, which says how many they are
	counted int64 // received ones that were counted without it
}

// giftingsMax is how many giftings are remembered of a chat.
const giftingsMax = 1024

// event makes an event of an item. It reports false for what is none.
func (c *converter) event(item *youtube.ChatItem, received time.Time) (chat.Event, bool) {
	e := chat.Event{
		Platform: chat.YouTube, MessageID: item.ID, CreatorID: c.creatorID, Channel: c.channel,
		Author: author(item.Author), Text: item.Text, SentAt: item.At, ReceivedAt: received,
	}
	if e.SentAt.IsZero() {
		e.SentAt = received
	}
	e.Self = c.ownID != "" && e.Author.ID == c.ownID
	if !c.what(&e, item) {
		return chat.Event{}, false
	}
	if e.MessageID == "" {
		e.MessageID = derivedID(c.channel, item, &e)
	}
	return e, true
}

// what fills in what kind of event an item is.
func (c *converter) what(e *chat.Event, item *youtube.ChatItem) bool {
	switch item.Type {
	case youtube.TypeText:
		return e.Text != "" && e.Author.ID != ""
	case youtube.TypeSuperChat, youtube.TypeSticker, youtube.TypeFunding:
		e.Kind, e.Unit = chat.Paid, currencyCode(item.Money.Currency)
		e.Amount = smallest(item.Money.Micros, e.Unit)
	case youtube.TypeSponsor:
		e.Kind = chat.Subscription
		if !item.Upgrade {
			e.Amount = 1
		}
	case youtube.TypeMilestone:
		e.Kind, e.Amount = chat.Subscription, max(0, item.Months)
	case youtube.TypeGifting:
		return c.given(e, item)
	case youtube.TypeReceived:
		return c.received(e, item)
	case youtube.TypeGift:
		e.Kind, e.Amount, e.Unit = chat.Paid, max(0, item.Jewels), unitJewels
	case youtube.TypeBanned:
		e.Kind, e.Target, e.Amount = chat.Ban, item.BannedID, max(0, item.BanSeconds)
		return e.Target != ""
	case youtube.TypeDeleted, youtube.TypeRetracted, youtube.TypeTombstone:
		e.Kind, e.Target = chat.Deletion, item.Removed
		if e.MessageID == e.Target { // it stands where the message was, under its id
			e.MessageID = ""
		}
		return e.Target != ""
	case youtube.TypeEnded:
		*e = c.offline(e.SentAt, e.ReceivedAt)
	default:
		return false
	}
	return true
}

// given is a gift of memberships: one event, whatever arrives for each of them.
func (c *converter) given(e *chat.Event, item *youtube.ChatItem) bool {
	known, _ := c.giftings.get(item.ID)
	if item.ID != "" {
		c.giftings.set(item.ID, gifting{seen: true, counted: known.counted})
	}
	e.Kind, e.Amount = chat.Gift, max(1, item.Gifts)-known.counted
	return e.Amount > 0
}

// received is one membership of a gift. It counts only when the gift itself was not
// seen.
func (c *converter) received(e *chat.Event, item *youtube.ChatItem) bool {
	if item.Gifting != "" {
		known, _ := c.giftings.get(item.Gifting)
		if known.seen {
			return false
		}
		known.counted++
		c.giftings.set(item.Gifting, known)
	}
	e.Kind, e.Amount = chat.Gift, 1
	if item.Gifter != "" {
		e.Target = e.Author.ID
		e.Author = chat.Author{ID: item.Gifter, Login: strings.ToLower(item.Gifter), Name: item.Gifter}
		e.Self = c.ownID != "" && item.Gifter == c.ownID
	}
	return true
}

// offline is the end of the broadcast. Whatever tells of it gives the same id.
func (c *converter) offline(at, received time.Time) chat.Event {
	return chat.Event{
		Platform: chat.YouTube, MessageID: "offline-" + c.videoID, CreatorID: c.creatorID, Channel: c.channel,
		Kind: chat.Offline, Target: c.videoID, SentAt: at, ReceivedAt: received,
	}
}

// online is the beginning of a broadcast.
func (c *converter) online(video youtube.Video, received time.Time) chat.Event {
	at := video.Started
	if at.IsZero() {
		at = received
	}
	return chat.Event{
		Platform: chat.YouTube, MessageID: "online-" + c.videoID, CreatorID: c.creatorID, Channel: c.channel,
		Kind: chat.Online, Target: c.videoID, Text: video.Title, SentAt: at, ReceivedAt: received,
	}
}

// author names who did something. The platform has no account names: the shown one
// without '@' is the closest.
func author(a youtube.ChatAuthor) chat.Author {
	who := chat.Author{ID: a.ChannelID, Name: strings.TrimSpace(a.DisplayName), Roles: chat.Everyone}
	if who.Name == "" {
		who.Name = a.ChannelID
	}
	who.Login = strings.ToLower(strings.TrimPrefix(who.Name, "@"))
	for _, r := range [...]struct {
		held bool
		role chat.Roles
	}{{a.Owner, chat.Broadcaster}, {a.Moderator, chat.Moderator}, {a.Member, chat.Subscriber}} {
		if r.held {
			who.Roles |= r.role
		}
	}
	return who
}

// derivedID stands in for a missing id: the same item gives the same id on every
// host, which what this host's clock said must not change.
func derivedID(channel string, item *youtube.ChatItem, e *chat.Event) string {
	hash := sha256.New()
	for _, part := range []string{
		channel, item.Type, e.Author.ID, item.At.Format(time.RFC3339Nano), e.Text, e.Target, e.Unit,
		strconv.FormatInt(e.Amount, 10), item.Shown,
	} {
		hash.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return derivedPrefix + hex.EncodeToString(hash.Sum(nil)[:16])
}
