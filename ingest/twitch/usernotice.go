package twitch

import (
	"slices"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// The account that the platform names for gifts of people who want to stay
// unknown.
const (
	anonymousID    = "274598607"
	anonymousLogin = "ananonymousgifter"
	anonymousName  = "AnAnonymousGifter"
)

// happening is what a USERNOTICE tells of.
type happening struct {
	kind      chat.Kind
	amount    int64
	unit      string
	word      []byte // the platform's own for it
	anonymous bool   // the line names the channel's owner in place of who it was
}

// happening reads the scanned tags of a USERNOTICE. It reports false for what is
// no event: announcements of gifts to come, and the single gifts of a bomb, which
// is one event. Everything else, rituals, milestones and kinds that did not exist
// when this was written, is an event if somebody wrote a text beside it: that is
// chat.
//
// In shared chat the same is told in every room, in the others under a common
// name that leads to the real one.
func (c *converter) happening(written bool) (happening, bool) {
	w := happening{word: c.tags.value(tagMsgID)}
	if string(w.word) == "sharedchatnotice" {
		w.word = c.tags.value(tagSourceMsgID)
	}
	switch string(w.word) {
	case "sub", "resub":
		w.kind, w.amount = chat.Subscription, max(1, c.number(tagCumulativeMonths))
	case "giftpaidupgrade", "anongiftpaidupgrade", "primepaidupgrade", "extendsub":
		// Somebody goes on at their own cost with what was given to them.
		w.kind, w.amount = chat.Subscription, max(1, c.number(tagCumulativeMonths))
	case "submysterygift", "anonsubmysterygift":
		c.bombs.add(c.tags.value(tagOrigin))
		w.kind, w.amount = chat.Gift, max(1, c.number(tagMassGiftCount))
	case "subgift", "anonsubgift":
		if len(c.tags.value(tagCommunityGift)) > 0 || c.bombs.has(c.tags.value(tagOrigin)) {
			return w, false
		}
		w.kind, w.amount = chat.Gift, 1
	case "raid":
		w.kind, w.amount = chat.Raid, max(0, c.number(tagViewerCount))
	case "charitydonation":
		w.kind, w.amount, w.unit = chat.Paid, max(0, c.number(tagDonation)), c.currency(tagDonationCurrency)
	case "announcement":
		w.kind = chat.Announcement
	case "standardpayforward", "communitypayforward", "rewardgift", "primecommunitygiftreceived":
		return w, false
	default:
		return w, written
	}
	w.anonymous = string(w.word) == "anonsubgift" || string(w.word) == "anonsubmysterygift"
	return w, true
}

// notice makes an event of a USERNOTICE. The text is what somebody added and may
// be empty. It reports false when the line does not say who it was.
func (c *converter) notice(e *chat.Event, h head, what happening, at *place) bool {
	text, _ := h.text()
	w := wording{login: c.tags.value(tagLogin), text: text, what: what.word}
	if !c.author(&w) {
		return false
	}
	if what.anonymous {
		w.userID, w.login, w.name = []byte(anonymousID), []byte(anonymousLogin), []byte(anonymousName)
	}
	c.event(e, &w, at)
	e.Kind, e.Amount, e.Unit = what.kind, what.amount, what.unit
	if what.anonymous {
		e.Author.Roles = chat.Everyone
	}
	return true
}

// bombs remembers the newest gift bombs by the id that their single gifts carry
// too. A gift that belongs to none has such an id as well, so nothing but the
// bomb itself tells them apart on lines without a community-gift id.
type bombs struct {
	origins [64]string
	next    int
}

func (b *bombs) add(origin []byte) {
	if len(origin) == 0 || len(origin) > maxID || b.has(origin) {
		return
	}
	b.origins[b.next] = string(origin)
	b.next = (b.next + 1) % len(b.origins)
}

func (b *bombs) has(origin []byte) bool {
	return len(origin) > 0 && slices.ContainsFunc(b.origins[:], func(known string) bool { return known == string(origin) })
}
