package manage

import (
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// ladder is the order of levels in which StreamElements and Nightbot agree.
// Somebody of a level may do what is open to those below it. Roles of this
// project have no order: a level becomes the set of roles from its own up.
var ladder = []string{"subscriber", "regular", "vip", "moderator", "editor", "broadcaster"}

// levels are the bots' words and numbers for the rungs of the ladder.
var levels = map[string]string{
	"100": "everyone", "all": "everyone", "viewer": "everyone",
	"250": "subscriber", "sub": "subscriber", "member": "subscriber",
	"300": "regular",
	"400": "vip", "twitch_vip": "vip",
	"500": "moderator", "mod": "moderator",
	"1000": "editor", "supermoderator": "editor", "supermod": "editor",
	"1500": "broadcaster", "owner": "broadcaster", "streamer": "broadcaster",
}

// setLevel reads one level, which means everybody from there up, or a list of
// roles, which means exactly those.
func setLevel(o *Options, value string) error {
	if strings.Contains(value, ",") {
		return setRoles(o, value)
	}
	role, err := roleNamed(value)
	if err != nil {
		return err
	}
	if from := slices.Index(ladder, role); from >= 0 {
		o.Roles = slices.Clone(ladder[from:])
	} else {
		o.Roles = []string{role}
	}
	return nil
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

func roleNamed(word string) (string, error) {
	name := strings.ToLower(strings.TrimFunc(word, blank))
	if role, known := levels[name]; known {
		return role, nil
	}
	if _, err := chat.ParseRole(name); err != nil {
		return "", refuse("%s is not a level: there are everyone, follower, subscriber, regular, vip, moderator, editor, broadcaster, and 100 to 1500", shown(word))
	}
	return name, nil
}
