package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// TwitchEndpoints says where Twitch is. The defaults are the real ones.
type TwitchEndpoints struct {
	IRC    string `json:"irc"` // host:port
	IRCTLS bool   `json:"irc_tls"`
	Helix  string `json:"helix"` // base address, without a slash at the end
	OAuth  string `json:"oauth"` // base address, without a slash at the end
	// Site is the root of the web site, without a slash at the end; empty for
	// https://www.twitch.tv.
	Site string `json:"site,omitempty"`
	// CAFile is a PEM file with certificate authorities to trust besides the
	// system's; empty for none.
	CAFile string `json:"ca_file,omitempty"`
}

// SendThrough is how messages get into Twitch's chat.
type SendThrough string

// The ways to send on Twitch.
const (
	ThroughChat SendThrough = "chat" // the connection that chat is read over
	ThroughAPI  SendThrough = "api"  // "Send Chat Message" of Helix, with the scope user:write:chat
)

func (r rawEndpoints) twitch(stateDir string) TwitchEndpoints {
	return TwitchEndpoints{
		IRC:    first(r.IRC, "irc.chat.twitch.tv:6697"),
		IRCTLS: r.IRCTLS == nil || *r.IRCTLS,
		Helix:  strings.TrimRight(first(r.Helix, "https://api.twitch.tv/helix"), "/"),
		OAuth:  strings.TrimRight(first(r.OAuth, "https://id.twitch.tv/oauth2"), "/"),
		Site:   strings.TrimRight(r.Site, "/"),
		CAFile: r.caFile(stateDir),
	}
}

// TwitchAccount is a bot account on Twitch. Its connection, joins and messages
// count together, whatever channels it serves.
type TwitchAccount struct {
	Label        string `json:"label"` // "" for the variables without a label
	Nick         string `json:"nick"`  // login in lower case; empty when not given
	Token        Secret `json:"token"` // without "oauth:"
	ClientID     string `json:"client_id"`
	ClientSecret Secret `json:"client_secret"`
	RefreshToken Secret `json:"refresh_token"`
}

// TwitchAccount returns the bot account of that label. The empty label means the
// account without one or, when only one account exists, that one. An account that
// does not exist has no token, and the application that all accounts share.
func (c *Config) TwitchAccount(label string) TwitchAccount {
	a, ok := c.Twitch[label]
	if !ok && label == "" && len(c.Twitch) == 1 {
		for _, a = range c.Twitch {
			return a
		}
	}
	if a.Label = label; !ok {
		a.ClientID, a.ClientSecret = c.applications.twitch.of(label)
	}
	return a
}

// loadTwitchAccounts reads the accounts that have a token or that creators refer
// to, by label, notes on the platform when a credential is missing, and fills in
// the label where a creator names none and only a labelled account exists.
func (l *loader) loadTwitchAccounts(creators []Creator, platforms []Platform) map[string]TwitchAccount {
	accounts := map[string]TwitchAccount{}
	for _, label := range append(l.env.labels(OptTwitchToken), "") {
		if l.get(labelled(OptTwitchToken, label)).isSet() {
			accounts[label] = l.twitchAccount(label)
		}
	}
	i := slices.IndexFunc(platforms, func(p Platform) bool { return p.Name == string(chat.Twitch) })
	for n := range creators {
		c := &creators[n]
		if !c.Enabled || !c.On(chat.Twitch) {
			continue
		}
		if c.TwitchAccount == "" {
			c.TwitchAccount = l.onlyLabel(OptTwitchToken)
		}
		if _, ok := accounts[c.TwitchAccount]; ok {
			continue
		}
		a := l.twitchAccount(c.TwitchAccount)
		accounts[a.Label] = a
		if i < 0 || platforms[i].State != Active {
			continue
		}
		name := labelled(OptTwitchToken, a.Label)
		if a.ClientID != "" {
			l.add(Problem{File: name, Found: "nothing", Allowed: "the bot account's OAuth token, or a login",
				Remedy: "until somebody logs in, Twitch chat is only read: " + loginCommand(chat.Twitch, a.Label), Severity: Info, Kind: Credential})
			continue
		}
		l.add(Problem{File: name, Found: "nothing", Allowed: "the bot account's OAuth token, from the environment, a .env file or " + name + "_FILE",
			Remedy: "Twitch chat is off for the creators of this account; or set " + labelled(OptTwitchClientID, a.Label) + " and run " + loginCommand(chat.Twitch, a.Label), Severity: Warning, Kind: Credential})
		platforms[i].Error = first(platforms[i].Error, "missing credentials: "+name)
	}
	if i >= 0 {
		l.adviseSending(platforms[i], accounts)
	}
	return accounts
}

// adviseSending tells of accounts that cannot send through the API although that is
// asked for.
func (l *loader) adviseSending(p Platform, accounts map[string]TwitchAccount) {
	if p.State != Active || p.SendThrough != ThroughAPI {
		return
	}
	for _, label := range slices.Sorted(maps.Keys(accounts)) {
		if name := labelled(OptTwitchClientID, label); accounts[label].ClientID == "" {
			l.add(Problem{File: name, Found: "nothing", Allowed: "the id of an application on Twitch, as " + p.Source + " has messages sent through the API",
				Remedy: "messages of this account go through the chat connection", Severity: Warning, Kind: Credential})
		}
	}
}

func (l *loader) twitchAccount(label string) TwitchAccount {
	own := func(name string) string { return l.get(labelled(name, label)).value }
	// The application may be one for all accounts; token and login may not.
	shared := func(name string) string { return first(own(name), l.get(name).value) }
	return TwitchAccount{
		Label:        label,
		Nick:         strings.ToLower(own(OptTwitchNick)),
		Token:        l.secret(strings.TrimPrefix(own(OptTwitchToken), "oauth:")),
		ClientID:     shared(OptTwitchClientID),
		ClientSecret: l.secret(shared(OptTwitchClientSecret)),
		RefreshToken: l.secret(own(OptTwitchRefreshToken)),
	}
}

// onlyLabel returns the label to use where none is asked for: none, unless the
// variable without a label is missing and there is exactly one with a label.
func (l *loader) onlyLabel(name string) string {
	if l.get(name).isSet() {
		return ""
	}
	if labels := l.env.labels(name); len(labels) == 1 {
		return labels[0]
	}
	return ""
}

func labelled(name, label string) string {
	if label == "" {
		return name
	}
	return name + "_" + label
}
