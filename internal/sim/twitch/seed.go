package twitch

import (
	"hash/fnv"
	"strconv"
	"strings"
	"time"
)

// Account is a user of the platform. Accounts with a Token can log in.
type Account struct {
	ID      string
	Login   string // lower-case
	Display string
	Color   string

	Token   string // first access token, without any prefix; empty for people who only speak
	Refresh string // first refresh token
	Scopes  []string
}

// Channel is a chat room and what is streamed in it.
type Channel struct {
	Login      string   // of its owner, lower-case
	Moderators []string // logins
	Title      string
	Game       string
	Viewers    int
	Offline    bool // whether it begins offline
}

// Seed is the world as it is before anything happened. Accounts and channels
// are matched by login; owners of channels need no account of their own.
type Seed struct {
	ClientID     string
	ClientSecret string
	Accounts     []Account
	Channels     []Channel     // the first is the one that control means by default
	TokenLife    time.Duration // of tokens granted later; 0 for four hours
}

// DefaultSeed is a world of one live channel that a bot moderates.
func DefaultSeed() Seed {
	return Seed{
		ClientID:     "simulated-client",
		ClientSecret: "simulated-client-secret",
		Accounts: []Account{
			{ID: "500000001", Login: "lanternbot", Display: "LanternBot", Color: "#2E8B57",
				Token: "simulated-access-token", Refresh: "simulated-refresh-token",
				Scopes: []string{"chat:read", "chat:edit", "user:write:chat", "user:bot", scopeDelete}},
			{ID: "500000002", Login: "harborlights", Display: "HarborLights", Color: "#1E90FF"},
		},
		Channels: []Channel{{
			Login: "harborlights", Moderators: []string{"lanternbot"},
			Title: "Building a lighthouse, one brick at a time", Game: "Harbor Tales", Viewers: 214,
		}},
	}
}

// anonymousGifter is whom the platform names for gifts of people who want to
// stay unknown.
var anonymousGifter = Account{ID: "274598607", Login: "ananonymousgifter", Display: "AnAnonymousGifter"}

// account returns the account of a login, made up the same way every time for
// people whom the seed does not know.
func (s *Seed) account(login string) Account {
	login = strings.ToLower(login)
	for _, account := range s.Accounts {
		if account.Login == login {
			return account
		}
	}
	if login == anonymousGifter.Login {
		return anonymousGifter
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(login))
	sum := h.Sum32()
	colors := [...]string{"#FF4500", "#9ACD32", "#5F9EA0", "#DAA520", "#8A2BE2", "#D2691E", "#00FF7F", ""}
	return Account{ID: strconv.Itoa(600_000_000 + int(sum%300_000_000)), Login: login, Display: login, Color: colors[sum>>29]}
}

func (s *Seed) channel(login string) (Channel, bool) {
	for _, channel := range s.Channels {
		if channel.Login == login {
			return channel, true
		}
	}
	return Channel{}, false
}
