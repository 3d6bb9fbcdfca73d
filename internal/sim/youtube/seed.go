package youtube

import (
	"slices"
	"strings"
	"time"
)

// Account is somebody who has given the application access.
type Account struct {
	RefreshToken string
	Channel      string // id, "UC…"; empty for an account that has no channel
	Title        string // of the channel
	ReadOnly     bool   // whether only reading was granted

	Handle     string   // of the channel, "@…"; may be empty
	Broadcast  string   // title of the broadcast that is live from the beginning; empty for none
	Moderators []string // ids of the channels that moderate this one's chat
}

// uploads is the id of the playlist that holds everything the channel uploaded.
func (a Account) uploads() string {
	if len(a.Channel) < 2 {
		return ""
	}
	return "UU" + a.Channel[2:]
}

// scopes are what the account granted before the world began.
func (a Account) scopes() []string {
	if a.ReadOnly {
		return []string{ScopeReadOnly}
	}
	return []string{ScopeUpload, ScopeManage}
}

// Seed is the world as it is before anything happened.
type Seed struct {
	ClientID     string
	ClientSecret string
	APIKey       string // reads what is public; empty for none
	Accounts     []Account
	TokenLife    time.Duration // of access tokens; 0 for an hour
}

// DefaultSeed is a world of one application, which two channels, an account
// without a channel and a bot have let in. The first channel is live, and the bot
// moderates its chat.
func DefaultSeed() Seed {
	return Seed{
		ClientID:     "simulated-client.apps.googleusercontent.com",
		ClientSecret: "simulated-youtube-secret",
		APIKey:       "simulated-youtube-key",
		Accounts: []Account{
			{RefreshToken: "1//simulated-youtube-refresh", Channel: "UCharborlightsSimulated1", Title: "Harbor Lights", Handle: "@harborlights",
				Broadcast: "Building a lighthouse, one brick at a time", Moderators: []string{botChannel}},
			{RefreshToken: "1//simulated-youtube-refresh-tidepool", Channel: "UCtidepoolSimulatedChan2", Title: "Tide Pool", Handle: "@tidepool"},
			{RefreshToken: "1//simulated-youtube-refresh-nobody"},
			{RefreshToken: "1//simulated-youtube-refresh-lanternbot", Channel: botChannel, Title: "LanternBot", Handle: "@lanternbot"},
		},
	}
}

// botChannel is the channel of the bot that speaks in the default world's chat.
const botChannel = "UClanternbotSimulatedBt4"

func (s *Seed) account(refreshToken string) (Account, bool) {
	i := slices.IndexFunc(s.Accounts, func(a Account) bool { return a.RefreshToken == refreshToken && refreshToken != "" })
	if i < 0 {
		return Account{}, false
	}
	return s.Accounts[i], true
}

func (s *Seed) channel(id string) (Account, bool) {
	i := slices.IndexFunc(s.Accounts, func(a Account) bool { return a.Channel == id && id != "" })
	if i < 0 {
		return Account{}, false
	}
	return s.Accounts[i], true
}

func (s *Seed) ownerOfUploads(playlist string) (Account, bool) {
	i := slices.IndexFunc(s.Accounts, func(a Account) bool { return playlist != "" && a.uploads() == playlist })
	if i < 0 {
		return Account{}, false
	}
	return s.Accounts[i], true
}

// named finds a channel by its id or its handle, with or without the sign before
// it, whatever the case.
func (s *Seed) named(name string) (Account, bool) {
	handle := "@" + strings.TrimPrefix(name, "@")
	i := slices.IndexFunc(s.Accounts, func(a Account) bool {
		return name != "" && a.Channel != "" && (a.Channel == name || strings.EqualFold(a.Handle, handle))
	})
	if i < 0 {
		return Account{}, false
	}
	return s.Accounts[i], true
}
