package trigger

import (
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// ignored is somebody whose messages trigger nothing.
type ignored struct {
	platform chat.Platform // empty for all
	who      string        // a login in lower case or, of one platform, an id
}

// OnPlatform is what Settings.IgnoredLogins calls an account of one platform alone,
// by its login or its id there: the same name may be somebody else's elsewhere.
func OnPlatform(p chat.Platform, loginOrID string) string { return string(p) + ":" + loginOrID }

// ignore takes in whose messages trigger nothing.
func (r *Rules) ignore(logins []string) {
	for _, login := range logins {
		name, who, _ := strings.Cut(login, ":")
		if p := chat.Platform(strings.ToLower(name)); slices.Contains(chat.Platforms[:], p) && who != "" {
			r.ignored[ignored{p, who}] = struct{}{} // an id is told as it is
			r.ignored[ignored{p, strings.ToLower(who)}] = struct{}{}
			continue
		}
		r.ignored[ignored{who: strings.ToLower(login)}] = struct{}{}
	}
}

// ignoresAuthor reports whether the author is one of those. What the creator's own
// account says is not asked about: each trigger says whether it listens to that.
func (r *Rules) ignoresAuthor(e *chat.Event) bool {
	for _, key := range [...]ignored{{who: e.Author.Login}, {e.Platform, e.Author.Login}, {e.Platform, e.Author.ID}} {
		if _, ok := r.ignored[key]; ok && key.who != "" {
			return true
		}
	}
	return false
}
