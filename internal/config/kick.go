package config

import (
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// KickEndpoints says where Kick is. The defaults are the real ones.
type KickEndpoints struct {
	API   string `json:"api"`   // root of the official API, without a slash at the end
	OAuth string `json:"oauth"` // root of the login service, without a slash at the end
	// Pusher is the address of the chat's socket with the application's key, and
	// without a query: wss://host/app/<key>.
	Pusher string `json:"pusher"`
	Site   string `json:"site"` // root of the web site, without a slash at the end
	// CAFile is a PEM file with certificate authorities to trust besides the
	// system's; empty for none.
	CAFile string `json:"ca_file,omitempty"`
}

// KickWebhooks says where the ingest role takes in webhooks of Kick.
type KickWebhooks struct {
	Listen string `json:"listen,omitempty"` // host:port; empty for nowhere
}

func (r rawEndpoints) kick(stateDir string) KickEndpoints {
	return KickEndpoints{
		API:    strings.TrimRight(first(r.API, "https://api.kick.com"), "/"),
		OAuth:  strings.TrimRight(first(r.OAuth, "https://id.kick.com"), "/"),
		Pusher: strings.TrimRight(first(r.Pusher, "wss://ws-us2.pusher.com/app/32cbd69e4b950bf97679"), "/"),
		Site:   strings.TrimRight(first(r.Site, "https://kick.com"), "/"),
		CAFile: r.caFile(stateDir),
	}
}

// KickAccount is an application on Kick together with the account that sends.
type KickAccount struct {
	Label        string `json:"label"` // "" for the variables without a label
	ClientID     string `json:"client_id"`
	ClientSecret Secret `json:"client_secret"`
	// RefreshToken is good for one use: it is where the kept tokens start from.
	RefreshToken Secret `json:"refresh_token"`
}

// HasApplication reports whether the account can be logged in.
func (a KickAccount) HasApplication() bool { return a.ClientID != "" && a.ClientSecret.IsSet() }

// KickAccount returns the account of that label. One that nothing refers to has
// the application that all accounts share.
func (c *Config) KickAccount(label string) KickAccount {
	a, ok := c.Kick[label]
	if a.Label = label; !ok {
		a.ClientID, a.ClientSecret = c.applications.kick.of(label)
	}
	return a
}

// loadKickAccounts reads the accounts that have a token or that creators refer
// to, by label, and says where one cannot send. Reading needs none.
func (l *loader) loadKickAccounts(creators []Creator, platforms []Platform) map[string]KickAccount {
	accounts := map[string]KickAccount{}
	for _, label := range append(l.env.labels(OptKickRefreshToken), "") {
		if l.get(labelled(OptKickRefreshToken, label)).isSet() {
			accounts[label] = l.kickAccount(label)
		}
	}
	for n := range creators {
		c := &creators[n]
		if c.KickAccount == "" {
			c.KickAccount = l.onlyLabel(OptKickRefreshToken)
		}
		if !c.Enabled || !c.On(chat.Kick) {
			continue
		}
		if _, ok := accounts[c.KickAccount]; ok {
			continue
		}
		a := l.kickAccount(c.KickAccount)
		accounts[a.Label] = a
		if isActive(platforms, chat.Kick) {
			l.adviseKickLogin(a)
		}
	}
	return accounts
}

func (l *loader) adviseKickLogin(a KickAccount) {
	id, secret := labelled(OptKickClientID, a.Label), labelled(OptKickClientSecret, a.Label)
	p := Problem{File: id, Found: "nothing", Allowed: "id and secret of an application on Kick, from the environment, a .env file or " + id + "_FILE",
		Remedy:   "Kick chat is only read; to answer there, set " + id + " and " + secret + " and run " + loginCommand(chat.Kick, a.Label),
		Severity: Warning, Kind: Credential}
	if a.HasApplication() {
		p.File, p.Allowed, p.Severity = labelled(OptKickRefreshToken, a.Label), "a refresh token, or a login", Info
		p.Remedy = "until somebody logs in, Kick chat is only read: " + loginCommand(chat.Kick, a.Label)
	}
	l.addOnce(p)
}

func (l *loader) kickAccount(label string) KickAccount {
	own := func(name string) string { return l.get(labelled(name, label)).value }
	// The application may be one for all accounts; the token may not.
	shared := func(name string) string { return first(own(name), l.get(name).value) }
	return KickAccount{
		Label: label, ClientID: shared(OptKickClientID), ClientSecret: l.secret(shared(OptKickClientSecret)),
		RefreshToken: l.secret(own(OptKickRefreshToken)),
	}
}

// adviseKick tells of Kick being on in one document and off in the other, which
// it is unless system.json says something.
func (l *loader) adviseKick(c *Config) {
	wanted := slices.ContainsFunc(c.Creators, func(o Creator) bool { return o.Enabled && o.On(chat.Kick) })
	if !wanted || !isActive(c.Platforms, chat.Kick) || c.System.PlatformOn(string(chat.Kick)) {
		return
	}
	l.add(Problem{File: first(l.checked["system"].file, "system.json"), Path: "$.system.platforms.kick", Found: "false", Allowed: "true, as platforms.json has kick active",
		Remedy: "Kick is not connected", Severity: Info, Kind: Advice})
}

func isActive(platforms []Platform, p chat.Platform) bool {
	return slices.ContainsFunc(platforms, func(o Platform) bool { return o.Name == string(p) && o.State == Active })
}
