package tokens

import (
	"context"
	"errors"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// State is what an account's access is like.
type State string

// The states of an account.
const (
	StateReady      State = "ready"
	StateEnding     State = "ending"        // soon, and only a login prolongs it
	StateNeedsLogin State = "needs_login"   // it has ended, or was taken back
	StateUnreadable State = "unreadable"    // kept, under a key that is not ours
	StateConfigured State = "configured"    // the configured tokens have not been used yet
	StateMissing    State = "not_logged_in" // nothing is kept
)

// soon is how long before its end an access is shown as ending.
const soon = 7 * 24 * time.Hour

// Status is an account's access, without any token.
type Status struct {
	Account     Account
	Owner       Owner
	State       State
	Reason      string // of StateNeedsLogin and StateUnreadable
	Origin      string
	Scopes      []string
	Expires     time.Time // of the access token; zero when unknown
	Refreshable bool      // whether that is replaced by itself
	Ends        time.Time // when only a login helps; zero when unknown or never
	GrantedAt   time.Time
	RefreshedAt time.Time
	Generation  int64
}

// Ends is when an account's access ends so that only a login helps; zero when
// that is unknown or never.
func Ends(row store.AccountTokens) time.Time {
	if len(row.Tokens.Refresh) > 0 {
		return row.ConsentEnds
	}
	return row.Expires
}

// Statuses returns the access of every account that is kept, by platform and
// label.
func (v *Vault) Statuses(ctx context.Context) ([]Status, error) {
	rows, err := v.o.Store.AllAccountTokens(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Status, len(rows))
	for i, row := range rows {
		all[i] = v.status(row)
	}
	return all, nil
}

func (v *Vault) status(row store.AccountTokens) Status {
	s := Describe(row, v.o.Clock())
	var wrong *KeyError
	if _, err := v.open(row); errors.As(err, &wrong) {
		s.State, s.Reason = StateUnreadable, wrong.Error()
	}
	return s
}

// Describe is what a row says of an account's access, without a look at its tokens:
// whether they can be read here is not known then.
func Describe(row store.AccountTokens, now time.Time) Status {
	s := Status{
		Account: row.TokenKey, Owner: row.TokenOwner, State: StateReady, Reason: row.Reason, Origin: row.Origin, Scopes: row.Scopes,
		Expires: row.Expires, Refreshable: len(row.Tokens.Refresh) > 0, Ends: Ends(row),
		GrantedAt: row.GrantedAt, RefreshedAt: row.RefreshedAt, Generation: row.Generation,
	}
	switch {
	case row.NeedsLogin:
		s.State = StateNeedsLogin
	case !s.Ends.IsZero() && !now.Before(s.Ends):
		s.State, s.Reason = StateNeedsLogin, "the access ended at "+s.Ends.UTC().Format(time.RFC3339)
	case !s.Ends.IsZero() && now.After(s.Ends.Add(-soon)):
		s.State = StateEnding
	}
	return s
}
