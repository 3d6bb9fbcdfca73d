package config

import (
	"encoding/base64"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// application is what a platform knows a program by.
type application struct {
	id     string
	secret Secret
}

// applicationSet are the applications on one platform: one for all accounts, and
// those of single accounts, whole or in part.
type applicationSet struct {
	shared application
	own    map[string]application // by label
}

// of returns what the account of a label uses.
func (s applicationSet) of(label string) (id string, secret Secret) {
	if a, ok := s.own[label]; ok {
		return a.id, a.secret
	}
	return s.shared.id, s.shared.secret
}

// applications are the applications on every platform that has logins. They are
// known for labels without a token, too: somebody may want to log in there.
type applications struct{ twitch, youtube, kick applicationSet }

func (l *loader) loadApplications() applications {
	return applications{
		twitch:  l.applicationsOf(OptTwitchClientID, OptTwitchClientSecret),
		youtube: l.applicationsOf(OptYouTubeClientID, OptYouTubeClientSecret),
		kick:    l.applicationsOf(OptKickClientID, OptKickClientSecret),
	}
}

func (l *loader) applicationsOf(id, secret string) applicationSet {
	value := func(name, label string) string {
		return first(l.get(labelled(name, label)).value, l.get(name).value)
	}
	set := applicationSet{application{value(id, ""), l.secret(value(secret, ""))}, map[string]application{}}
	for _, label := range append(l.env.labels(id), l.env.labels(secret)...) {
		set.own[label] = application{value(id, label), l.secret(value(secret, label))}
	}
	return set
}

// loginCommand is what somebody types to log an account in.
func loginCommand(p chat.Platform, label string) string {
	command := "streamsuites auth login " + string(p)
	if label != "" {
		command += " --account " + label
	}
	return "`" + command + "`"
}

// TokenKeySize is the length of a key of STREAMSUITES_TOKEN_KEY, in bytes.
const TokenKeySize = 32

// tokenKey reads the keys of the accounts' tokens. A list with a key that is none
// is refused as a whole: the first one decides under which new tokens lie.
func (l *loader) tokenKey() Secret {
	f := l.get(OptTokenKey)
	if !f.isSet() {
		return Secret{}
	}
	list := l.secret(f.value)
	for _, key := range strings.Split(f.value, ",") {
		key = strings.TrimSpace(key)
		l.secret(key)
		if data, err := base64.StdEncoding.DecodeString(key); err != nil || len(data) != TokenKeySize {
			l.add(Problem{File: OptTokenKey, Found: "a value that is not 32 bytes in base64", Allowed: "32 random bytes in base64, as `openssl rand -base64 32` prints them; older keys behind commas",
				Remedy: "tokens of accounts can be neither read nor kept", Severity: Warning, Kind: Invalid})
			return list
		}
	}
	return list
}
