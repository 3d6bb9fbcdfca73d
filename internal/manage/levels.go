package manage

import (
	"slices"
	"strconv"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/match"
)

// setLevel reads one level, which means everybody from there up, or a list of
// roles, which means exactly those.
func setLevel(o *Options, value string) error {
	if strings.Contains(value, ",") {
		return setRoles(o, value)
	}
	if level, err := strconv.Atoi(value); err == nil && known(level) {
		o.Roles = definition.RolesOfLevel(level)
		return nil
	}
	if roles, ok := definition.RolesOfUserLevel(value); ok {
		o.Roles = roles
		return nil
	}
	if strings.EqualFold(value, "editor") { // which Nightbot does not have
		o.Roles = definition.RolesOfLevel(superModerator)
		return nil
	}
	return setRoles(o, value)
}

// superModerator is StreamElements' level between moderator and broadcaster.
const superModerator = 1000

// known reports whether StreamElements has a level of that number.
func known(level int) bool {
	return slices.Contains([]int{100, 250, 300, 400, 500, superModerator, 1500}, level)
}

// setRoles reads a list of roles, of which an author needs one.
func setRoles(o *Options, value string) error {
	roles := []string{}
	for word := range strings.SplitSeq(value, ",") {
		role, err := roleNamed(word)
		if err != nil {
			return err
		}
		if !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	o.Roles = roles
	return nil
}

// roleNamed reads the name of one role, in bots' spellings too.
func roleNamed(word string) (string, error) {
	name := strings.ToLower(strings.TrimFunc(word, match.Blank))
	switch name {
	case "twitch_vip":
		return "vip", nil
	case "owner":
		return "broadcaster", nil
	case "operator": // nobody in chat is one
	default:
		if _, err := chat.ParseRole(name); err == nil {
			return name, nil
		}
	}
	return "", refuse("%s is not a level: there are everyone, follower, subscriber, regular, vip, moderator, editor, broadcaster, and 100 to 1500", shown(word))
}
