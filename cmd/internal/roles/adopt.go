package roles

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

// identity is who an account is logged in as. Two of them are equal as long as nobody
// logs in or out: a refreshed token changes nothing.
type identity struct {
	in      bool   // there are tokens to use: a login's, or configured ones
	ended   string // why they are of no more use, or empty
	login   string // may be empty, as long as it is not known
	id      string // likewise
	granted int64  // when somebody logged in, in nanoseconds; 0 for configured tokens
	scopes  string // that were granted then
}

// met reports whether next is the same login, of which more is known by now.
func (i identity) met(next identity) bool {
	if i.login == "" {
		next.login = ""
	}
	if i.id == "" {
		next.id = ""
	}
	return i == next
}

// identityOf finds an account among the logins that were seen. seeded says that
// tokens are configured, which are taken in when nobody has logged in.
func identityOf(all []tokens.Status, account tokens.Account, seeded bool) identity {
	at := slices.IndexFunc(all, func(s tokens.Status) bool { return s.Account == account })
	if at < 0 {
		return identity{in: seeded}
	}
	s := all[at]
	who := identity{in: s.State != tokens.StateUnreadable, login: s.Owner.Login, id: s.Owner.AccountID}
	if s.Origin == store.OriginLogin {
		who.granted, who.scopes = s.GrantedAt.UnixNano(), strings.Join(s.Scopes, " ")
	}
	if s.State == tokens.StateNeedsLogin {
		who.ended = cmp.Or(s.Reason, "the login has ended") + "; run " + tokens.LoginCommand(account)
	}
	return who
}

// follower is an account's connection that becomes whoever is logged in.
type follower struct {
	connection
	account tokens.Account
	seeded  bool // tokens are configured
	// itself says that the connection finds out who it is, and does not want to be told.
	itself bool
	adopt  func(identity)

	now   identity
	known bool
}

// look has the connection adopt another login, if there is one.
func (f *follower) look(all []tokens.Status) {
	next := identityOf(all, f.account, f.seeded)
	same := next == f.now || f.itself && f.now.met(next)
	if !f.known || !same {
		f.adopt(next)
	}
	f.now, f.known = next, true
}

// adoptLogins has the connections be whoever is logged in now.
func (p Parts) adoptLogins(all []connection) {
	seen, _ := p.logins.current()
	for _, c := range all {
		if f, follows := c.(*follower); follows {
			f.look(seen)
		}
	}
}

// followLogins has the connections become whoever logs in, until ctx ends.
func (p Parts) followLogins(ctx context.Context, all []connection) {
	for {
		_, changed := p.logins.current()
		p.adoptLogins(all)
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}
