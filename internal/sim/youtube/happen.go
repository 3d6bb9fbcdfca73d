package youtube

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Happening is something other than a text that happens in a chat. Type is the
// platform's word for it; of the other fields only those of its type count, and
// those that are left out take something usual.
type Happening struct {
	Channel string   // id or handle; empty for the first
	Type    string   // snippet.type, "superChatEvent"
	User    string   // who did it; empty for the channel itself
	Roles   []string // besides those that the user has anyway
	Text    string   // that was written to it

	AmountMicros int64    // of money, in millionths of the currency
	Currency     string   // ISO 4217
	Tier         int      // of a Super Chat, 1 to 11
	Sticker      string   // what a sticker shows
	Level        string   // name of a membership's level
	Months       int      // of a membership
	Count        int      // of memberships that are given away, or of a gift's repetitions
	Recipients   []string // who gets them; made up if they are fewer
	Upgrade      bool     // whether a membership is a better one than before
	Gift         string   // name of a gift
	Jewels       int      // that it costs
	Question     string   // of a poll
	Options      []string // of a poll, 2 to 4
	Status       string   // of a poll: active or closed

	// Details replace what would be shown of the type, for shapes that are not known
	// here.
	Details map[string]any
}

// shape says how an event of a type looks: what is shown to people, and the
// details.
type shape func(h Happening) (shown string, details map[string]any)

var shapes = map[string]shape{
	typeSuperChat: func(h Happening) (string, map[string]any) {
		amount := h.amount()
		return fmt.Sprintf("%s from %s: %q", amount["amountDisplayString"], h.User, h.Text),
			with(amount, map[string]any{"userComment": h.Text, "tier": h.Tier})
	},
	typeSuperSticker: func(h Happening) (string, map[string]any) {
		amount := h.amount()
		return fmt.Sprintf("%s from %s", amount["amountDisplayString"], h.User), with(amount, map[string]any{"tier": h.Tier,
			"superStickerMetadata": map[string]any{"stickerId": "lighthouse_v1", "altText": h.Sticker, "altTextLanguage": "en"}})
	},
	"fanFundingEvent": func(h Happening) (string, map[string]any) {
		return h.Text, with(h.amount(), map[string]any{"userComment": h.Text})
	},
	typeSponsor: func(h Happening) (string, map[string]any) {
		return h.User + " just became a member of " + h.Level + "!", map[string]any{"memberLevelName": h.Level, "isUpgrade": h.Upgrade}
	},
	typeMilestone: func(h Happening) (string, map[string]any) {
		return fmt.Sprintf("%s has been a member for %d months: %q", h.User, h.Months, h.Text),
			map[string]any{"memberLevelName": h.Level, "memberMonth": h.Months, "userComment": h.Text}
	},
	typeGifting: func(h Happening) (string, map[string]any) {
		return fmt.Sprintf("%s gifted %d %s memberships", h.User, h.Count, h.Level),
			map[string]any{"giftMembershipsCount": h.Count, "giftMembershipsLevelName": h.Level}
	},
	typeGift: func(h Happening) (string, map[string]any) {
		return h.User + " sent " + h.Gift, map[string]any{"giftName": h.Gift, "jewelsAmount": h.Jewels, "comboCount": h.Count, "altText": h.Gift,
			"giftUrl": "https://www.gstatic.com/youtube/gifts/simulated.png", "language": "en", "hasVisualEffect": true, "giftDuration": "3s"}
	},
	typePoll: func(h Happening) (string, map[string]any) {
		return "", pollDetails(h.Question, h.Options, h.Status)
	},
	typeSponsorsOnly:    nothing,
	typeSponsorsOnlyOff: nothing,
}

func nothing(Happening) (string, map[string]any) { return "", nil }

func with(one, other map[string]any) map[string]any {
	maps.Copy(one, other)
	return one
}

func pollDetails(question string, options []string, status string) map[string]any {
	shown := make([]any, 0, len(options))
	for _, option := range options {
		shown = append(shown, map[string]any{"optionText": option, "tally": "0"})
	}
	return map[string]any{"metadata": map[string]any{"questionText": question, "options": shown}, "status": status}
}

// signs stand before an amount, where people write them.
var signs = map[string]string{"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}

// amount is money as details show it.
func (h Happening) amount() map[string]any {
	text := strconv.FormatFloat(float64(h.AmountMicros)/1e6, 'f', 2, 64)
	if h.Currency == "JPY" {
		text = strconv.FormatInt(h.AmountMicros/1_000_000, 10)
	}
	sign, known := signs[h.Currency]
	if !known {
		sign = h.Currency + " "
	}
	return map[string]any{"amountMicros": strconv.FormatInt(h.AmountMicros, 10), "currency": h.Currency, "amountDisplayString": sign + text}
}

// filled takes something usual for what is left out.
func (h Happening) filled() Happening {
	for text, usual := range map[*string]string{&h.Currency: "USD", &h.Sticker: "A lighthouse waves", &h.Level: "Keepers of the light",
		&h.Gift: "Foghorn", &h.Question: "Build on?", &h.Status: "active"} {
		if *text == "" {
			*text = usual
		}
	}
	if h.AmountMicros == 0 {
		h.AmountMicros = 5_000_000
	}
	for number, usual := range map[*int]int{&h.Tier: 2, &h.Months: 3, &h.Jewels: 50, &h.Count: max(1, len(h.Recipients))} {
		if *number == 0 {
			*number = usual
		}
	}
	if len(h.Options) == 0 {
		h.Options = []string{"Yes", "No"}
	}
	return h
}

// maxGifts is how many memberships somebody can give away at once.
const maxGifts = 50

// check finds out what is impossible about it.
func (h Happening) check() error {
	switch {
	case h.Details == nil && shapes[h.Type] == nil:
		known := slices.Sorted(maps.Keys(shapes))
		return &InvalidError{What: "type", Found: h.Type, Allowed: strings.Join(known, ", ") + ", or any with details"}
	case h.Type == "" || h.Type == typeTombstone || h.Type == typeForgotten || h.Type == typeChatEnded || h.Type == typeBanned:
		return &InvalidError{What: "type", Found: h.Type, Allowed: "what no other control brings about"}
	case h.AmountMicros < 0 || h.Tier < 0 || h.Months < 0 || h.Jewels < 0 || h.Count < 0:
		return &InvalidError{What: "number", Found: "a negative one", Allowed: "0 and more"}
	case h.Count > maxGifts || len(h.Recipients) > max(h.Count, 1) && h.Count > 0:
		return &InvalidError{What: "count", Found: strconv.Itoa(h.Count), Allowed: fmt.Sprintf("up to %d, and at least as many as recipients", maxGifts)}
	case len(h.Options) == 1 || len(h.Options) > 4:
		return &InvalidError{What: "options", Found: strconv.Itoa(len(h.Options)), Allowed: "2 to 4"}
	}
	return nil
}

// Happen makes something happen in the chat of what a channel broadcasts, and
// returns the ids of the items that tell of it: for memberships that are given
// away one for the giver and one for each who got one, for everything else one.
// An *InvalidError names what is allowed.
func (s *Server) Happen(h Happening) (ids []string, err error) {
	account, err := s.channelOf(h.Channel)
	if err == nil {
		err = h.check()
	}
	if err != nil {
		return nil, err
	}
	if h.User == "" {
		h.User = account.Handle
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.occur(account, h.User, h.Roles, h.Type)
	if err != nil {
		return nil, err
	}
	h.User = i.Author.Name
	h = h.filled()
	i.Text, i.Details = h.Text, h.Details
	if shape, known := shapes[h.Type]; known && h.Details == nil {
		i.Shown, i.Details = shape(h)
	}
	if err := s.post(i); err != nil {
		return nil, err
	}
	ids = []string{i.ID}
	if h.Type != typeGifting {
		return ids, nil
	}
	received, err := s.handOut(account, h, i)
	return append(ids, received...), err
}

// handOut tells of everybody who got a membership of a gift. The caller holds the
// lock.
func (s *Server) handOut(account Account, h Happening, gift *item) (ids []string, err error) {
	for n := range h.Count {
		name := fmt.Sprintf("gifted_%s_%d", gift.ID[len(gift.ID)-4:], n+1)
		if n < len(h.Recipients) {
			name = h.Recipients[n]
		}
		i, err := s.occur(account, name, []string{RoleMember}, typeGiftReceived)
		if err != nil {
			return ids, err
		}
		i.Shown = fmt.Sprintf("%s received a %s membership from %s", i.Author.Name, h.Level, gift.Author.Name)
		i.Details = map[string]any{"memberLevelName": h.Level, "gifterChannelId": gift.Author.ID, "associatedMembershipGiftingMessageId": gift.ID}
		if err := s.post(i); err != nil {
			return ids, err
		}
		ids = append(ids, i.ID)
	}
	return ids, nil
}
