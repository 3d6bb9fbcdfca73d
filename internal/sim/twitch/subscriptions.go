package twitch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// plans are the kinds of subscription.
var plans = []string{"1000", "2000", "3000", "Prime"}

// maxGifts is how many subscriptions one gift can hold.
const maxGifts = 1000

// Subscription is somebody's own subscription, begun or renewed.
type Subscription struct {
	Channel string // empty for the default channel
	User    string
	Months  int    // in all, from 1 on; 0 for 1, which begins it
	Plan    string // 1000, 2000, 3000 or Prime; empty for the first
	Text    string // what the person adds to a renewal
}

// Gift is subscriptions that somebody gives: to Recipient, or when that is empty
// to Count people of the community.
type Gift struct {
	Channel   string // empty for the default channel
	User      string // empty for somebody who wants to stay unknown
	Count     int    // 0 for 1
	Recipient string
	Plan      string // 1000, 2000 or 3000; empty for the first
}

// Subscribe tells a channel of a subscription.
func (s *Server) Subscribe(sub Subscription) (id string, err error) {
	sub.Months = max(sub.Months, 1)
	plan, tier, err := planned(sub.Plan)
	if err != nil {
		return "", err
	}
	e := Event{
		Channel: sub.Channel, Kind: "sub", User: sub.User, Roles: []string{RoleSubscriber},
		System: fmt.Sprintf("%s subscribed %s.", sub.User, tier),
		Params: map[string]string{
			"cumulative-months": strconv.Itoa(sub.Months), "months": "0", "multimonth-duration": "1", "multimonth-tenure": "0",
			"should-share-streak": "0", "sub-plan": plan, "sub-plan-name": "Channel Subscription", "was-gifted": "false",
		},
	}
	if sub.Months > 1 {
		e.Kind, e.Text = "resub", sub.Text
		e.System += fmt.Sprintf(" They've subscribed for %d months!", sub.Months)
		e.Params["should-share-streak"], e.Params["streak-months"] = "1", strconv.Itoa(sub.Months)
	}
	return s.Happen(e)
}

// Gift tells a channel of a gift. A gift to the community is a bomb: one event
// that says how many, then one for each recipient that belongs to it. The ids
// are those of all events, the bomb's first.
func (s *Server) Gift(g Gift) (ids []string, err error) {
	g.Count = max(g.Count, 1)
	plan, tier, err := planned(g.Plan)
	switch {
	case err != nil:
		return nil, err
	case plan == "Prime":
		return nil, invalid("plan Prime cannot be given away")
	case g.Count > maxGifts || g.Recipient != "" && g.Count > 1:
		return nil, invalid("count: allowed is 1 to %d, and 1 for one recipient", maxGifts)
	case g.Recipient != "" && !nickPattern.MatchString(strings.ToLower(g.Recipient)):
		return nil, invalid("recipient %q: allowed are 1 to 25 letters, digits and underscores", g.Recipient)
	}
	if g.User == "" {
		g.User = anonymousGifter.Display
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	origin := s.options.NewID()
	if g.Recipient != "" {
		id, err := s.happen(s.oneGift(g, g.Recipient, plan, tier, origin))
		return []string{id}, err
	}
	community := strconv.FormatInt(s.now().UnixNano(), 10)
	id, err := s.happen(Event{
		Channel: g.Channel, Kind: "submysterygift", User: g.User,
		System: fmt.Sprintf("%s is gifting %d %s Subs to the community!", g.User, g.Count, tier),
		Params: map[string]string{
			"community-gift-id": community, "mass-gift-count": strconv.Itoa(g.Count), "origin-id": origin,
			"sender-count": strconv.Itoa(g.Count), "sub-plan": plan,
		},
	})
	ids = append(ids, id)
	for n := 1; err == nil && n <= g.Count; n++ {
		one := s.oneGift(g, fmt.Sprintf("guest_%d", n), plan, tier, origin)
		one.Params["community-gift-id"] = community
		id, err = s.happen(one)
		ids = append(ids, id)
	}
	return ids, err
}

// oneGift is the event of one recipient. The platform gives an origin to gifts
// to one person too.
func (s *Server) oneGift(g Gift, recipient, plan, tier, origin string) Event {
	account := s.seed.account(recipient)
	return Event{
		Channel: g.Channel, Kind: "subgift", User: g.User,
		System: fmt.Sprintf("%s gifted a %s sub to %s!", g.User, tier, recipient),
		Params: map[string]string{
			"gift-months": "1", "months": "1", "origin-id": origin, "sender-count": "0", "sub-plan": plan, "sub-plan-name": "Channel Subscription",
			"recipient-display-name": recipient, "recipient-id": account.ID, "recipient-user-name": account.Login,
		},
	}
}

// planned fills in and names a plan.
func planned(plan string) (filled, tier string, err error) {
	if plan == "" {
		plan = plans[0]
	}
	if !slices.Contains(plans, plan) {
		return "", "", invalid("plan %q: allowed are %s", plan, strings.Join(plans, ", "))
	}
	if plan == "Prime" {
		return plan, "with Prime", nil
	}
	return plan, "Tier " + plan[:1], nil
}
