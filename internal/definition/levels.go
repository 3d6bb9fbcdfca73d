package definition

import (
	"slices"
	"strings"
)

// above lists the roles of bots that order them, from the lowest to the highest.
// Who has a higher one may do what a lower one may.
var above = []string{"subscriber", "regular", "vip", "moderator", "editor", "broadcaster"}

// RolesOfLevel returns the roles that StreamElements' numeric access level lets
// pass: 100 everyone, 250 subscriber, 300 regular, 400 VIP, 500 moderator, 1000
// super moderator, 1500 broadcaster. A number between two asks for the higher
// one; nobody passes a level above the highest but the broadcaster, who always
// does.
func RolesOfLevel(level int) []string {
	for i, bound := range []int{250, 300, 400, 500, 1000} {
		switch {
		case level <= 100:
			return []string{"everyone"}
		case level <= bound:
			return slices.Clone(above[i:])
		}
	}
	return []string{"broadcaster"}
}

// RolesOfUserLevel returns the roles that Nightbot's user level of that name lets
// pass, and false for a name that it does not have: everyone, subscriber,
// regular, twitch_vip, moderator, owner, admin.
func RolesOfUserLevel(name string) ([]string, bool) {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "", "everyone":
		return []string{"everyone"}, true
	case "subscriber", "sub":
		return slices.Clone(above[0:]), true
	case "regular", "reg":
		return slices.Clone(above[1:]), true
	case "twitch_vip", "vip":
		return slices.Clone(above[2:]), true
	case "moderator", "mod":
		return slices.Clone(above[3:]), true
	case "owner", "admin", "broadcaster":
		return []string{"broadcaster"}, true
	}
	return nil, false
}
