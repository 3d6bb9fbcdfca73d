package roles

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/cmd/internal/logins"
	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/internal/metrics"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

const (
	// loginsGlance is how often it is asked whether somebody logged in or out: one
	// small row, whatever the number of creators.
	loginsGlance = 3 * time.Second
	// loginsAgain is how many glances are between two looks at the logins although
	// nobody did: their ends come nearer.
	loginsAgain = 20
)

// loginsSeen is what the last look at the accounts' logins found.
type loginsSeen struct {
	mu      sync.Mutex
	all     []tokens.Status
	changed chan struct{} // closed when somebody logged in or out
}

func newLoginsSeen() *loginsSeen { return &loginsSeen{changed: make(chan struct{})} }

// take notes what was found.
func (l *loginsSeen) take(all []tokens.Status) {
	l.mu.Lock()
	defer l.mu.Unlock()
	same := slices.EqualFunc(all, l.all, sameLogin)
	l.all = all
	if !same {
		close(l.changed)
		l.changed = make(chan struct{})
	}
}

// sameLogin reports whether nobody logged in or out between two looks at an account:
// a token that is refreshed changes nothing that others follow.
func sameLogin(a, b tokens.Status) bool {
	return a.Account == b.Account && a.Owner == b.Owner && a.State == b.State && a.Reason == b.Reason &&
		a.GrantedAt.Equal(b.GrantedAt) && slices.Equal(a.Scopes, b.Scopes)
}

// current returns what was found last, and a channel that is closed when somebody
// logged in or out. Nobody looks where there is nil.
func (l *loginsSeen) current() ([]tokens.Status, <-chan struct{}) {
	if l == nil {
		return nil, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all, l.changed
}

// complete marks accounts whose tokens are kept as having what they need.
func (l *loginsSeen) complete(accounts []exports.AccountSettings) {
	all, _ := l.current()
	for i := range accounts {
		a := &accounts[i]
		at := slices.IndexFunc(all, func(s tokens.Status) bool { return s.Account.Platform == a.Platform && s.Account.Label == a.Label })
		if at < 0 {
			continue
		}
		a.Complete = all[at].State == tokens.StateReady || all[at].State == tokens.StateEnding
		a.Login = cmp.Or(a.Login, all[at].Owner.Login)
	}
}

// loginFigures are the logins of all accounts that are configured or were logged in.
func (p Parts) loginFigures() []metrics.Login {
	seen, _ := p.logins.current()
	var all []metrics.Login
	for _, s := range seen {
		all = append(all, metrics.Login{Platform: s.Account.Platform, Account: s.Account.Label, State: string(s.State), Expires: s.Expires, Ends: s.Ends})
	}
	for _, account := range logins.Configured(p.config()) {
		if !slices.ContainsFunc(seen, func(s tokens.Status) bool { return s.Account == account }) {
			all = append(all, metrics.Login{Platform: account.Platform, Account: account.Label, State: string(tokens.StateMissing)})
		}
	}
	return all
}

// keptLogins opens the vault and lists what it holds.
func (p Parts) keptLogins(ctx context.Context) (*tokens.Vault, []tokens.Status, error) {
	vault, err := p.vault()
	if err != nil {
		return nil, nil, err
	}
	all, err := vault.Statuses(ctx)
	return vault, all, err
}

// readLogins looks at the accounts' logins.
func (p Parts) readLogins(ctx context.Context) error {
	_, all, err := p.keptLogins(ctx)
	if err != nil {
		return err
	}
	p.logins.take(all)
	return nil
}

// noticeLogins looks at the logins whenever somebody logs in or out, on whatever
// host, until ctx ends.
func (p Parts) noticeLogins(ctx context.Context) {
	ticker := time.NewTicker(loginsGlance)
	defer ticker.Stop()
	seen, failing := "", false
	for glance := 0; ; glance++ {
		mark, err := p.Store.TokensMark(ctx)
		if err == nil && (mark != seen || glance%loginsAgain == 0) {
			if err = p.readLogins(ctx); err == nil {
				seen = mark
			}
		}
		if err != nil && !failing && ctx.Err() == nil {
			p.Log.Warn().Err(err).Msg("It cannot be seen whether somebody logs in; it is tried again")
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
