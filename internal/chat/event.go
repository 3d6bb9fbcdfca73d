package chat

import "time"

// Platform names a streaming platform as the export contract spells it.
type Platform string

// The platforms that chat can come from.
const (
	Twitch  Platform = "twitch"
	YouTube Platform = "youtube"
	Rumble  Platform = "rumble"
	Kick    Platform = "kick"
	Pilled  Platform = "pilled"
)

// Platforms lists every known platform in the order of the export contract.
var Platforms = [...]Platform{Kick, Pilled, Rumble, Twitch, YouTube}

// Key identifies one chat message for ever: the platform and the platform's
// own message id.
type Key struct {
	Platform  Platform
	MessageID string
}

// Author is the person who wrote a message. Identity is (platform, ID); names
// change and are only shown.
type Author struct {
	ID    string // stable id on the platform
	Login string // lower-case account name
	Name  string // display name
	Roles Roles
}

// Kind says what happened in chat. The zero value is an ordinary message.
type Kind string

// The kinds of event. All of them can carry text that somebody wrote.
const (
	Message      Kind = ""
	Paid         Kind = "paid"         // a message with money: bits, Super Chat, …; Amount in Unit
	Subscription Kind = "subscription" // begun or renewed; Amount is the months
	Gift         Kind = "gift"         // subscriptions for others, one event a bomb; Amount is how many
	Raid         Kind = "raid"         // Amount is the viewers who came along
	Follow       Kind = "follow"
	Announcement Kind = "announcement" // a highlighted message of a moderator
)

// What moderators and platforms do to chat. Nothing is triggered by it. Author is
// who did it, where the platform says so, and Text the reason.
const (
	Deletion Kind = "deletion" // a message was taken out of chat; Target is its id
	Ban      Kind = "ban"      // somebody may not write: Target is the id of the user, Amount for how many seconds, 0 for good
	Unban    Kind = "unban"    // somebody may write again; Target is the id of the user
	Clear    Kind = "clear"    // everything so far was taken out of chat
	Online   Kind = "online"   // a broadcast began; Target is its id, Text its title
	Offline  Kind = "offline"  // a broadcast ended; Target is its id
)

// Kinds lists every kind that triggers can wait for: what people do, but for the
// ordinary message.
var Kinds = [...]Kind{Paid, Subscription, Gift, Raid, Follow, Announcement}

// Inert lists the kinds that trigger nothing.
var Inert = [...]Kind{Deletion, Ban, Unban, Clear, Online, Offline}

// Inert reports whether an event of this kind is stored and triggers nothing.
func (k Kind) Inert() bool {
	switch k {
	case Deletion, Ban, Unban, Clear, Online, Offline:
		return true
	}
	return false
}

// Event is one chat message, or another thing that happened in chat, as the
// lanes see it.
//
// Text is valid UTF-8 without NUL. SentAt is the platform's own time;
// ReceivedAt is this host's clock when the line was read off the wire.
type Event struct {
	Platform   Platform
	MessageID  string
	CreatorID  string
	Channel    string // platform's channel name, without any prefix such as '#'
	Author     Author
	Text       string
	SentAt     time.Time
	ReceivedAt time.Time

	Kind   Kind
	Amount int64  // what Kind says; else 0
	Unit   string // of Amount when Kind is Paid: "bits", "kicks", or a currency in smallest units such as "EUR"
	// Target is the id of the message, the user or the broadcast that the event is
	// about, as its Kind says; else empty.
	Target string

	// ReplyTo is the id of the message that this one answers, or empty.
	ReplyTo string
	// SharedFrom is the room a shared-chat message was written in when that is
	// not this channel, else empty. Such a message must not run commands twice.
	SharedFrom string
	// Self marks the bot's own messages.
	Self bool
	// History marks what was written before the reader came, such as the first page
	// of a platform that shows one. It is stored and triggers nothing.
	History bool
	// Via is how the event came here. It is counted and not stored.
	Via Via
}

// Key returns the event's identity.
func (e *Event) Key() Key { return Key{e.Platform, e.MessageID} }

// Size estimates the memory that the event holds, in bytes; queues are bounded
// by it.
func (e *Event) Size() int {
	const fixed = 352
	return fixed + len(e.MessageID) + len(e.CreatorID) + len(e.Channel) + len(e.Author.ID) +
		len(e.Author.Login) + len(e.Author.Name) + len(e.Text) + len(e.Unit) + len(e.Target) + len(e.ReplyTo) + len(e.SharedFrom)
}
