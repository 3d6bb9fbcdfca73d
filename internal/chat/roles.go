package chat

import "fmt"

// Roles is the set of roles that an author holds in a channel. Roles are not
// ordered: platforms and bots disagree about the middle, so rules name the
// sets they accept.
type Roles uint16

// The canonical roles. Everyone is implied and needs no bit of its own, so that
// the zero value is an ordinary viewer.
const (
	Everyone Roles = 0
	Follower Roles = 1 << (iota - 1)
	Regular
	Subscriber
	VIP
	Moderator
	Editor
	Broadcaster
	Operator
)

var roleNames = [...]struct {
	role Roles
	name string
}{
	{Follower, "follower"},
	{Regular, "regular"},
	{Subscriber, "subscriber"},
	{VIP, "vip"},
	{Moderator, "moderator"},
	{Editor, "editor"},
	{Broadcaster, "broadcaster"},
	{Operator, "operator"},
}

// ParseRole returns the role of that name, as configuration spells it.
func ParseRole(name string) (Roles, error) {
	if name == "everyone" {
		return Everyone, nil
	}
	for _, r := range roleNames {
		if r.name == name {
			return r.role, nil
		}
	}
	return 0, fmt.Errorf("unknown role %q: allowed are everyone, follower, regular, subscriber, vip, moderator, editor, broadcaster, operator", name)
}

// Any reports whether r and other share at least one role.
func (r Roles) Any(other Roles) bool { return r&other != 0 }

// Names lists the roles in r in their canonical order; an ordinary viewer has
// none.
func (r Roles) Names() []string {
	names := []string{}
	for _, n := range roleNames {
		if r&n.role != 0 {
			names = append(names, n.name)
		}
	}
	return names
}
