package access

import (
	"encoding/json"
	"errors"
	"time"
)

// ErrNeedsLogin is wrapped by errors that only a person can mend: the account has
// to grant access anew.
var ErrNeedsLogin = errors.New("the account needs a new login")

// early is how long before its end a token is replaced.
const early = 5 * time.Minute

// Token is what a token service grants.
type Token struct {
	Access  string
	Refresh string    // empty for application tokens
	Expires time.Time // zero when unknown
	Scopes  []string
}

// String hides the token, so that printing one by accident shows nothing.
func (t Token) String() string { return "token [redacted]" }

// GoString hides the token from %#v.
func (t Token) GoString() string { return t.String() }

// MarshalJSON hides it as well: tokens are stored field by field where secrets
// belong.
func (t Token) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }

func (t Token) ending(now time.Time) bool {
	return !t.Expires.IsZero() && now.After(t.Expires.Add(-early))
}
