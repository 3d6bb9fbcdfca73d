package exports

import (
	"slices"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

// StreamID is how readers of chat call a broadcast: its platform and the platform's
// own id, so that one that follows another is never taken for it.
func StreamID(b store.Broadcast) string { return string(b.Platform) + ":" + b.StreamID }

// ChatEvent is a chat message as the contract's chat_event_unified has it.
type ChatEvent struct {
	EventID        string      `json:"event_id"`
	At             instant     `json:"ts"`
	StreamID       string      `json:"stream_id"`
	SourcePlatform string      `json:"source_platform"`
	Author         chatAuthor  `json:"author"`
	Content        chatContent `json:"content"`
	Flags          chatFlags   `json:"flags"`
	// Raw is what the platform sent. It is not kept.
	Raw *struct{} `json:"raw"`
}

type chatAuthor struct {
	AuthorID    string   `json:"author_id"`
	DisplayName string   `json:"display_name"`
	AvatarURL   *string  `json:"avatar_url"` // not kept
	Badges      []string `json:"badges"`
	Roles       []string `json:"roles"`
}

type chatContent struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type chatFlags struct {
	Synthetic   bool `json:"is_synthetic"`
	System      bool `json:"is_system"`
	Highlighted bool `json:"is_highlighted"`
}

// Author names are put into pages as they are; texts are not.
func chatEventOf(streamID string, e store.Event) ChatEvent {
	return ChatEvent{
		EventID: ident(string(e.Platform), e.MessageID), At: instant(e.SentAt), StreamID: streamID, SourcePlatform: string(e.Platform),
		Author: chatAuthor{
			AuthorID:    authorID(e),
			DisplayName: authorName(e), Badges: badgesOf(e), Roles: rolesOf(e),
		},
		Content: chatContent{"message", e.Text},
		Flags:   chatFlags{Synthetic: e.Self, System: systemKind(e.Kind), Highlighted: e.Kind == chat.Paid || e.Kind == chat.Announcement},
	}
}

func authorID(e store.Event) string {
	return or(plain(or(e.Author.ID, e.Author.Login), 200), "unknown")
}

func authorName(e store.Event) string {
	return or(plain(or(e.Author.Name, e.Author.Login), 200), authorID(e))
}

// systemKind reports whether the platform wrote the line and not its author.
func systemKind(k chat.Kind) bool {
	return k == chat.Subscription || k == chat.Gift || k == chat.Raid || k == chat.Follow
}

// rolesOf are an author's roles in the words of the readers.
func rolesOf(e store.Event) []string {
	roles := []string{}
	for _, r := range []struct {
		has  bool
		name string
	}{
		{e.Author.Roles.Any(chat.Broadcaster), "owner"},
		{e.Author.Roles.Any(chat.Moderator), "moderator"},
		{e.Author.Roles.Any(chat.Subscriber), "member"},
		{e.Author.Roles.Any(chat.VIP), "vip"},
		{e.Self, "bot"},
	} {
		if r.has {
			roles = append(roles, r.name)
		}
	}
	return roles
}

// badgesOf are the pictures beside a name, in the order of the pages.
func badgesOf(e store.Event) []string {
	badges := []string{string(e.Platform)}
	if e.Author.Roles.Any(chat.Broadcaster) {
		badges = append(badges, "admin")
	}
	if e.Author.Roles.Any(chat.Moderator) {
		badges = append(badges, "mod")
	}
	return badges
}

// ReplayMessage is a line of the replay pages, as the contract's
// chat_replay_message has it.
type ReplayMessage struct {
	MessageID string         `json:"message_id"`
	Platform  string         `json:"platform"`
	Author    replayAuthor   `json:"author"`
	Message   replayText     `json:"message"`
	Timestamp replayInstant  `json:"timestamp"`
	Metadata  replayMetadata `json:"metadata"`
}

type replayAuthor struct {
	DisplayName string   `json:"display_name"`
	AvatarURL   *string  `json:"avatar_url"` // not kept
	Color       *string  `json:"color"`      // not kept
	Badges      []string `json:"badges"`
}

type replayText struct {
	Text   string   `json:"text"`
	Emotes []string `json:"emotes"` // not kept
}

type replayInstant struct {
	Unix int64   `json:"unix"` // whole seconds; ISO has the rest
	ISO  instant `json:"iso"`
}

type replayMetadata struct {
	Moderator bool `json:"is_mod"`
	Member    bool `json:"is_member"`
	SuperChat bool `json:"is_superchat"`
	Synthetic bool `json:"is_synthetic"`
}

func replayMessageOf(e store.Event) ReplayMessage {
	platform := string(e.Platform)
	if !slices.Contains([]string{"youtube", "twitch", "rumble", "kick"}, platform) {
		platform = "unknown"
	}
	return ReplayMessage{
		MessageID: ident(string(e.Platform), e.MessageID), Platform: platform,
		Author:    replayAuthor{DisplayName: authorName(e), Badges: badgesOf(e)},
		Message:   replayText{e.Text, []string{}},
		Timestamp: replayInstant{e.SentAt.Unix(), instant(e.SentAt)},
		Metadata: replayMetadata{
			Moderator: e.Author.Roles.Any(chat.Moderator), Member: e.Author.Roles.Any(chat.Subscriber),
			SuperChat: e.Kind == chat.Paid, Synthetic: e.Self,
		},
	}
}
