package youtube

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"
)

// The types of a chat's items that the simulator itself decides on, as
// snippet.type names them.
const (
	typeText            = "textMessageEvent"
	typeSuperChat       = "superChatEvent"
	typeSuperSticker    = "superStickerEvent"
	typeSponsor         = "newSponsorEvent"
	typeMilestone       = "memberMilestoneChatEvent"
	typeGifting         = "membershipGiftingEvent"
	typeGiftReceived    = "giftMembershipReceivedEvent"
	typeGift            = "giftEvent"
	typeBanned          = "userBannedEvent"
	typePoll            = "pollEvent"
	typeChatEnded       = "chatEndedEvent"
	typeSponsorsOnly    = "sponsorOnlyModeStartedEvent"
	typeSponsorsOnlyOff = "sponsorOnlyModeEndedEvent"
	typeTombstone       = "tombstone"
	// typeForgotten is in the journal alone: what was before it is history no more.
	typeForgotten = "forgotten"
)

// Roles of people in a chat.
const (
	RoleOwner     = "owner"
	RoleModerator = "moderator"
	RoleMember    = "member" // sponsor, as the API calls it
	RoleVerified  = "verified"
)

var roles = []string{RoleOwner, RoleModerator, RoleMember, RoleVerified}

// person is somebody in a chat.
type person struct {
	ID    string   `json:"id"` // of the channel
	Name  string   `json:"name"`
	Roles []string `json:"roles,omitempty"`
}

func (p person) is(role string) bool { return slices.Contains(p.Roles, role) }

// details is the author as the API shows them.
func (p person) details() map[string]any {
	shown := p.profile()
	shown["isVerified"], shown["isChatOwner"] = p.is(RoleVerified), p.is(RoleOwner)
	shown["isChatSponsor"], shown["isChatModerator"] = p.is(RoleMember), p.is(RoleModerator)
	return shown
}

func (p person) profile() map[string]any {
	return map[string]any{"channelId": p.ID, "channelUrl": "http://www.youtube.com/channel/" + p.ID, "displayName": p.Name,
		"profileImageUrl": "https://yt3.ggpht.com/" + p.ID + "=s88-c-k-c0x00ffffff-no-rj"}
}

// item is one thing that a chat shows, and one line of the journal.
type item struct {
	Seq     int64          `json:"seq"`
	ID      string         `json:"id"`
	Chat    string         `json:"chat"`
	Type    string         `json:"type"`
	Author  person         `json:"author,omitzero"`
	At      time.Time      `json:"at"`
	Shown   string         `json:"shown,omitempty"` // displayMessage
	Text    string         `json:"text,omitempty"`  // what its author wrote
	Details map[string]any `json:"details,omitempty"`
	Metered bool           `json:"metered,omitempty"` // came by the API
	Target  string         `json:"target,omitempty"`  // id of the message that a tombstone is of

	deleted bool // since then, which a line of its own tells
}

// detailsField is the field of a snippet that holds a type's details.
func detailsField(kind string) string {
	if kind == "fanFundingEvent" {
		return "fanFundingEventDetails"
	}
	return strings.TrimSuffix(kind, "Event") + "Details"
}

// resource is the item as the API shows it.
func (i *item) resource(asked []string) map[string]any {
	shown := map[string]any{"kind": "youtube#liveChatMessage", "etag": etag(i.ID, i.shownType()), "id": i.ID}
	if slices.Contains(asked, "snippet") {
		shown["snippet"] = i.snippet()
	}
	if slices.Contains(asked, "authorDetails") && i.Author.ID != "" && i.shownType() != typeTombstone {
		shown["authorDetails"] = i.Author.details()
	}
	return shown
}

func (i *item) shownType() string {
	if i.deleted {
		return typeTombstone
	}
	return i.Type
}

func (i *item) snippet() map[string]any {
	snippet := map[string]any{"type": i.shownType(), "liveChatId": i.Chat, "publishedAt": chatStamp(i.At)}
	if i.shownType() == typeTombstone {
		return snippet
	}
	snippet["hasDisplayContent"] = i.Shown != ""
	if i.Author.ID != "" {
		snippet["authorChannelId"] = i.Author.ID
	}
	if i.Shown != "" {
		snippet["displayMessage"] = i.Shown
	}
	if i.Details != nil {
		snippet[detailsField(i.Type)] = i.Details
	}
	return snippet
}

// chatStamp writes a time as chats do, to the microsecond.
func chatStamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000000-07:00") }

// somebody is a person by the name that control has for them: a channel of the
// world by its handle, or one that is made up the same way every time.
func (s *Server) somebody(name string, given []string, b Broadcast) (person, error) {
	name = strings.TrimSpace(name)
	if name == "" {
		return person{}, &InvalidError{What: "user", Found: name, Allowed: "a name"}
	}
	for _, role := range given {
		if !slices.Contains(roles, role) {
			return person{}, &InvalidError{What: "role", Found: role, Allowed: strings.Join(roles, ", ")}
		}
	}
	account, known := s.seed.named(name)
	if !known {
		account = Account{Channel: channelFor(name), Title: strings.TrimPrefix(name, "@")}
	}
	p := s.person(account, b)
	for _, role := range given {
		if !p.is(role) {
			p.Roles = append(p.Roles, role)
		}
	}
	return p, nil
}

// person is an account in a broadcast's chat.
func (s *Server) person(account Account, b Broadcast) person {
	p := person{ID: account.Channel, Name: account.Title}
	if account.Channel == b.Channel {
		p.Roles = append(p.Roles, RoleOwner)
	}
	if slices.Contains(s.ownerOf(b).Moderators, account.Channel) {
		p.Roles = append(p.Roles, RoleModerator)
	}
	return p
}

// channelFor makes up the channel of somebody whom the seed does not know.
func channelFor(name string) string {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(strings.ToLower(strings.TrimPrefix(name, "@"))))
	return fmt.Sprintf("UCperson%016x", sum.Sum64())
}
