package youtube

import (
	"slices"
	"time"
)

// Account is somebody who has given the application access.
type Account struct {
	RefreshToken string
	Channel      string // id, "UC…"; empty for an account that has no channel
	Title        string // of the channel
	ReadOnly     bool   // whether only reading was granted
}

// uploads is the id of the playlist that holds everything the channel uploaded.
func (a Account) uploads() string {
	if len(a.Channel) < 2 {
		return ""
	}
	return "UU" + a.Channel[2:]
}

func (a Account) scope() string {
	if a.ReadOnly {
		return "https://www.googleapis.com/auth/youtube.readonly"
	}
	return "https://www.googleapis.com/auth/youtube.upload https://www.googleapis.com/auth/youtube"
}

// Seed is the world as it is before anything happened.
type Seed struct {
	ClientID     string
	ClientSecret string
	Accounts     []Account
	TokenLife    time.Duration // of access tokens; 0 for an hour
}

// DefaultSeed is a world of one application, which two channels and an account
// without a channel have let in.
func DefaultSeed() Seed {
	return Seed{
		ClientID:     "simulated-client.apps.googleusercontent.com",
		ClientSecret: "simulated-youtube-secret",
		Accounts: []Account{
			{RefreshToken: "1//simulated-youtube-refresh", Channel: "UCharborlightsSimulated01", Title: "Harbor Lights"},
			{RefreshToken: "1//simulated-youtube-refresh-tidepool", Channel: "UCtidepoolSimulatedChan02", Title: "Tide Pool"},
			{RefreshToken: "1//simulated-youtube-refresh-nobody"},
		},
	}
}

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
