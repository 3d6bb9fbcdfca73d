package config

import (
	"fmt"
	"slices"
	"strings"
)

// YouTubeEndpoints says where YouTube is. The defaults are the real ones.
type YouTubeEndpoints struct {
	API   string `json:"api"`   // root of the API, without a slash at the end
	OAuth string `json:"oauth"` // address that gives out tokens
	// CAFile is a PEM file with certificate authorities to trust besides the
	// system's; empty for none.
	CAFile string `json:"ca_file,omitempty"`
}

func (r rawEndpoints) youtube(stateDir string) YouTubeEndpoints {
	return YouTubeEndpoints{
		API:    strings.TrimRight(first(r.API, "https://youtube.googleapis.com"), "/"),
		OAuth:  first(r.OAuth, "https://oauth2.googleapis.com/token"),
		CAFile: r.caFile(stateDir),
	}
}

// YouTubeAccount is an application together with the channel owner's consent:
// what it takes to publish on that channel.
type YouTubeAccount struct {
	Label        string `json:"label"` // "" for the variables without a label
	ClientID     string `json:"client_id"`
	ClientSecret Secret `json:"client_secret"`
	RefreshToken Secret `json:"refresh_token"`
}

// Complete reports whether nothing is missing.
func (a YouTubeAccount) Complete() bool { return len(a.missing()) == 0 }

// missing names the variables that are not set.
func (a YouTubeAccount) missing() []string {
	var names []string
	for _, v := range []struct {
		name string
		set  bool
	}{
		{OptYouTubeClientID, a.ClientID != ""},
		{OptYouTubeClientSecret, a.ClientSecret.IsSet()},
		{OptYouTubeRefreshToken, a.RefreshToken.IsSet()},
	} {
		if !v.set {
			names = append(names, labelled(v.name, a.Label))
		}
	}
	return names
}

// YouTubeAccount returns the account that publishes a creator's clips. An account
// that does not exist is not complete.
func (c *Config) YouTubeAccount(creator *Creator) YouTubeAccount {
	a := c.YouTube[creator.YouTubeAccount]
	a.Label = creator.YouTubeAccount
	return a
}

// youtubeName is what configuration calls the destination.
const youtubeName = "youtube"

// loadYouTubeAccounts reads the accounts that exist or that creators refer to,
// by label, and warns where clips are to be published without one.
func (l *loader) loadYouTubeAccounts(creators []Creator, system ClipSystem) map[string]YouTubeAccount {
	accounts := map[string]YouTubeAccount{}
	for _, label := range append(l.env.labels(OptYouTubeRefreshToken), "") {
		if l.get(labelled(OptYouTubeRefreshToken, label)).isSet() {
			accounts[label] = l.youtubeAccount(label)
		}
	}
	for n := range creators {
		c := &creators[n]
		if c.YouTubeAccount == "" {
			c.YouTubeAccount = l.onlyLabel(OptYouTubeRefreshToken)
		}
		if !c.Enabled || !slices.Contains(c.Clips.destinations(system), youtubeName) {
			continue
		}
		a, ok := accounts[c.YouTubeAccount]
		if !ok {
			a = l.youtubeAccount(c.YouTubeAccount)
		}
		if missing := a.missing(); len(missing) > 0 {
			l.addOnce(Problem{File: missing[0], Found: "nothing",
				Allowed:  fmt.Sprintf("the account that publishes on YouTube, from the environment, a .env file or %s_FILE", missing[0]),
				Remedy:   "clips that go to YouTube fail until " + strings.Join(missing, ", ") + " are given",
				Severity: Warning, Kind: Credential})
		}
	}
	return accounts
}

func (l *loader) youtubeAccount(label string) YouTubeAccount {
	own := func(name string) string { return l.get(labelled(name, label)).value }
	// The application may be one for all channels; the consent may not.
	shared := func(name string) string { return first(own(name), l.get(name).value) }
	return YouTubeAccount{
		Label:        label,
		ClientID:     shared(OptYouTubeClientID),
		ClientSecret: l.secret(shared(OptYouTubeClientSecret)),
		RefreshToken: l.secret(own(OptYouTubeRefreshToken)),
	}
}
