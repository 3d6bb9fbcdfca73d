package config

import (
	"slices"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// skipBadRumble leaves out the creators who want Rumble, while it is active,
// without saying where their chat is.
func (l *loader) skipBadRumble(creators []Creator, d document, platforms []Platform) []Creator {
	i := slices.IndexFunc(platforms, func(p Platform) bool { return p.Name == string(chat.Rumble) })
	if i < 0 || platforms[i].State != Active {
		return creators
	}
	return slices.DeleteFunc(creators, func(c Creator) bool {
		if !c.Enabled || !c.On(chat.Rumble) {
			return false
		}
		path := "$.creators[?(@.creator_id==" + quoteShort(c.ID) + ")]"
		skip := func(field, found, allowed string) bool {
			l.add(Problem{File: d.file, Path: path + field, Found: found, Allowed: allowed,
				Remedy: "this creator is left out", Severity: Warning, Kind: Invalid})
			return true
		}
		switch {
		case c.Rumble.WatchURL == "":
			return skip(".rumble_manual_watch_url", "nothing", "the http(s) address of the watch page")
		case c.Rumble.APIEnvKey == "":
			return skip(".rumble_livestream_api_env_key", "nothing", "the name of an environment variable")
		}
		f := l.get(c.Rumble.APIEnvKey)
		if !f.isSet() {
			return skip(".rumble_livestream_api_env_key", "a variable "+c.Rumble.APIEnvKey+" that is not set", "the name of a variable that is set")
		}
		l.secret(f.value)
		return false
	})
}
