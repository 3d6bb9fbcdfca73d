package kick

import (
	"hash/fnv"
	"slices"
	"strings"
	"time"
)

// The scopes of the platform (protocols §4.2).
const (
	ScopeUser      = "user:read"
	ScopeChannel   = "channel:read"
	ScopeChat      = "chat:write"
	ScopeEvents    = "events:subscribe"
	ScopeBan       = "moderation:ban"
	ScopeMessages  = "moderation:chat_message:manage"
	ScopeKicks     = "kicks:read"
	scopeStreamKey = "streamkey:read"
)

// allScopes are what an application can ask for.
var allScopes = []string{
	ScopeUser, ScopeChannel, "channel:write", "channel:rewards:read", "channel:rewards:write", ScopeChat, scopeStreamKey,
	ScopeEvents, ScopeBan, ScopeMessages, ScopeKicks,
}

// Account is a user of the platform. Accounts with a Token have logged the
// application in already.
type Account struct {
	ID       int64
	Username string // as shown; its slug is the lower-case form with hyphens
	Color    string

	Token   string // first access token; empty for people who only speak
	Refresh string // first refresh token
	Scopes  []string
}

// Slug is the account's name in addresses.
func (a Account) Slug() string { return slugOf(a.Username) }

func slugOf(name string) string { return strings.ReplaceAll(strings.ToLower(name), "_", "-") }

// Channel is a chat room and what is streamed in it.
type Channel struct {
	Slug       string // of its owner
	ID         int64  // of the channel, not of the user
	Chatroom   int64
	Moderators []string // slugs
	Title      string
	Category   string
	Viewers    int
	Offline    bool // whether it begins offline
}

// Seed is the world as it is before anything happened. Accounts and channels are
// matched by slug; owners of channels need no account of their own.
type Seed struct {
	ClientID     string
	ClientSecret string
	AppKey       string   // of Pusher
	Redirects    []string // where a login may return to, besides loopback addresses
	Bot          string   // slug of the account that speaks for the application
	Consent      string   // slug of the account that consents to every login at once; empty asks
	Webhook      string   // where webhooks go; empty for nowhere
	Accounts     []Account
	Channels     []Channel     // the first is the one that control means by default
	TokenLife    time.Duration // of tokens granted later; 0 for two hours
}

// DefaultSeed is a world of one live channel that a bot moderates.
func DefaultSeed() Seed {
	return Seed{
		ClientID:     "simulated-kick-client",
		ClientSecret: "simulated-kick-secret",
		AppKey:       "32cbd69e4b950bf97679",
		Bot:          "lanternbot",
		Consent:      "lanternbot",
		Accounts: []Account{
			{ID: 7000001, Username: "LanternBot", Color: "#2E8B57",
				Token: "simulated-kick-access-token", Refresh: "simulated-kick-refresh-token",
				Scopes: []string{ScopeUser, ScopeChannel, ScopeChat, ScopeEvents, ScopeBan, ScopeMessages, ScopeKicks}},
			{ID: 7000002, Username: "HarborLights", Color: "#1E90FF",
				Token: "simulated-kick-creator-token", Refresh: "simulated-kick-creator-refresh",
				Scopes: []string{ScopeUser, ScopeChannel, ScopeChat, ScopeEvents, ScopeBan, ScopeMessages, ScopeKicks}},
		},
		Channels: []Channel{{
			Slug: "harborlights", ID: 8000002, Chatroom: 9000002, Moderators: []string{"lanternbot"},
			Title: "Building a lighthouse, one brick at a time", Category: "Harbor Tales", Viewers: 96,
		}},
	}
}

// account finds an account, or makes up the one that somebody always has who has
// none here.
func (s *Seed) account(name string) Account {
	slug := slugOf(name)
	if i := slices.IndexFunc(s.Accounts, func(a Account) bool { return a.Slug() == slug }); i >= 0 {
		return s.Accounts[i]
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(slug))
	colors := []string{"#FF5733", "#BC66FF", "#75FD46", "#F2708A", "#FFD899", "#72ACED"}
	return Account{ID: 20_000_000 + int64(h.Sum32()%900_000_000), Username: name, Color: colors[h.Sum32()%uint32(len(colors))]}
}

func (s *Seed) channel(slug string) (Channel, bool) {
	i := slices.IndexFunc(s.Channels, func(c Channel) bool { return c.Slug == slug })
	if i < 0 {
		return Channel{}, false
	}
	return s.Channels[i], true
}

// channelOf finds the channel that a user owns, by the user's id.
func (s *Seed) channelOf(userID int64) (Channel, bool) {
	i := slices.IndexFunc(s.Channels, func(c Channel) bool { return s.account(c.Slug).ID == userID })
	if i < 0 {
		return Channel{}, false
	}
	return s.Channels[i], true
}
