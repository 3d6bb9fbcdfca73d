package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// YouTubeEndpoints says where YouTube is. The defaults are the real ones.
type YouTubeEndpoints struct {
	API       string `json:"api"`       // root of the API, without a slash at the end
	OAuth     string `json:"oauth"`     // address that gives out tokens
	Authorize string `json:"authorize"` // page on which people consent
	Device    string `json:"device"`    // address that gives out codes for another device
	// Site is the root of the web site, without a slash at the end; empty for
	// https://www.youtube.com.
	Site string `json:"site,omitempty"`
	// CAFile is a PEM file with certificate authorities to trust besides the
	// system's; empty for none.
	CAFile string `json:"ca_file,omitempty"`
}

func (r rawEndpoints) youtube(stateDir string) YouTubeEndpoints {
	return YouTubeEndpoints{
		API:       strings.TrimRight(first(r.API, "https://youtube.googleapis.com"), "/"),
		OAuth:     first(r.OAuth, "https://oauth2.googleapis.com/token"),
		Authorize: first(r.Authorize, "https://accounts.google.com/o/oauth2/v2/auth"),
		Device:    first(r.Device, "https://oauth2.googleapis.com/device/code"),
		Site:      strings.TrimRight(r.Site, "/"),
		CAFile:    r.caFile(stateDir),
	}
}

// YouTubeAccount is an application together with the channel owner's consent:
// what it takes to publish on that channel and to write in its chat.
type YouTubeAccount struct {
	Label        string `json:"label"` // "" for the variables without a label
	ClientID     string `json:"client_id"`
	ClientSecret Secret `json:"client_secret"`
	// RefreshToken is where the kept tokens start from, when nobody logged in.
	RefreshToken Secret `json:"refresh_token"`
	// APIKey is enough to read public data and chat.
	APIKey Secret `json:"api_key"`
}

// Complete reports whether nothing is missing, not even a login.
func (a YouTubeAccount) Complete() bool { return len(a.missing()) == 0 }

// HasApplication reports whether the account can be logged in.
func (a YouTubeAccount) HasApplication() bool { return a.ClientID != "" && a.ClientSecret.IsSet() }

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
	return c.YouTubeAccountOf(creator.YouTubeAccount)
}

// YouTubeAccountOf returns the account of that label. One that nothing refers to
// has the application that all accounts share.
func (c *Config) YouTubeAccountOf(label string) YouTubeAccount {
	a, ok := c.YouTube[label]
	if a.Label = label; !ok {
		a.ClientID, a.ClientSecret = c.applications.youtube.of(label)
	}
	return a
}

// youtubeName is what configuration calls the destination.
const youtubeName = "youtube"

// loadYouTubeAccounts reads the accounts that exist or that creators need, by
// label, and says what they cannot do.
func (l *loader) loadYouTubeAccounts(creators []Creator, system ClipSystem, platforms []Platform) map[string]YouTubeAccount {
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
		publishes := slices.Contains(c.Clips.destinations(system), youtubeName)
		reads := c.On(chat.YouTube) && isActive(platforms, chat.YouTube)
		if !c.Enabled || !publishes && !reads {
			continue
		}
		a := l.youtubeAccount(c.YouTubeAccount)
		if a.HasApplication() || a.APIKey.IsSet() {
			accounts[a.Label] = a
		}
		if publishes {
			l.adviseUploads(a)
		}
		if reads {
			l.adviseYouTubeChat(a, platforms)
		}
	}
	return accounts
}

// adviseUploads says what keeps an account from publishing.
func (l *loader) adviseUploads(a YouTubeAccount) {
	missing := a.missing()
	if len(missing) == 0 {
		return
	}
	p := Problem{File: missing[0], Found: "nothing",
		Allowed:  fmt.Sprintf("the account that publishes on YouTube, from the environment, a .env file or %s_FILE", missing[0]),
		Remedy:   "clips that go to YouTube fail until " + strings.Join(missing, ", ") + " are given",
		Severity: Warning, Kind: Credential}
	if a.HasApplication() {
		p.Allowed, p.Severity = "the channel owner's refresh token, or a login", Info
		p.Remedy = "until the owner logs in, clips that go to YouTube fail: " + loginCommand(chat.YouTube, a.Label)
	}
	l.addOnce(p)
}

// adviseYouTubeChat says what keeps an account from reading or writing chat.
func (l *loader) adviseYouTubeChat(a YouTubeAccount, platforms []Platform) {
	key, id := labelled(OptYouTubeAPIKey, a.Label), labelled(OptYouTubeClientID, a.Label)
	switch {
	case a.HasApplication() && a.RefreshToken.IsSet():
	case a.HasApplication():
		not := "neither read nor written"
		if a.APIKey.IsSet() {
			not = "only read"
		}
		l.addOnce(Problem{File: labelled(OptYouTubeRefreshToken, a.Label), Found: "nothing", Allowed: "the account's refresh token, or a login",
			Remedy: "until somebody logs in, YouTube chat is " + not + ": " + loginCommand(chat.YouTube, a.Label), Severity: Info, Kind: Credential})
	case a.APIKey.IsSet():
		l.addOnce(Problem{File: id, Found: "nothing", Allowed: "id and secret of a Google application",
			Remedy: "YouTube chat is only read; to answer there, set it and run " + loginCommand(chat.YouTube, a.Label), Severity: Info, Kind: Credential})
	default:
		l.addOnce(Problem{File: key, Found: "nothing", Allowed: "an API key to read, or id and secret of a Google application to write as well",
			Remedy: "YouTube chat is off for the creators of this account; or set " + id + " and run " + loginCommand(chat.YouTube, a.Label), Severity: Warning, Kind: Credential})
		i := slices.IndexFunc(platforms, func(p Platform) bool { return p.Name == string(chat.YouTube) })
		platforms[i].Error = first(platforms[i].Error, "missing credentials: "+key)
	}
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
		APIKey:       l.secret(shared(OptYouTubeAPIKey)),
	}
}
