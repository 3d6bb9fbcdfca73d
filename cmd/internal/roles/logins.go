package roles

import (
	"context"
	"errors"
	"time"

	"github.com/streamsuites/streamsuites/cmd/internal/logins"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

const (
	// loginsLook is how often the accounts' logins are looked at, and loginsAsk how
	// many looks are between two at which platforms may be asked.
	loginsLook = time.Minute
	loginsAsk  = 60
)

// watchLogins tells of logins that end, until ctx does: at once, and then every
// minute.
func (p Parts) watchLogins(ctx context.Context) {
	ticker := time.NewTicker(loginsLook)
	defer ticker.Stop()
	for look := 0; ; look++ {
		var err error
		if asks(look) {
			err = errors.Join(p.identifyLogins(ctx), p.verifyLogins(ctx))
		}
		if err = errors.Join(err, p.lookAtLogins(ctx)); err != nil && ctx.Err() == nil && look%loginsAsk == 0 {
			p.Log.Warn().Err(err).Msg("The logins of the accounts could not be looked at")
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// asks reports whether platforms are asked at a look: every hour, and at the first
// ones, because tokens that are configured come into use only once roles run.
func asks(look int) bool { return look%loginsAsk == 0 || look <= 3 }

// lookAtLogins announces what ends, and keeps what it sees for the exports.
func (p Parts) lookAtLogins(ctx context.Context) error {
	if err := p.readLogins(ctx); err != nil {
		return err
	}
	vault, err := p.vault()
	if err != nil {
		return err
	}
	return vault.Announce(ctx)
}

// identifyLogins asks the platforms about configured tokens of which nothing is
// known.
func (p Parts) identifyLogins(ctx context.Context) error {
	vault, err := p.vault()
	if err != nil {
		return err
	}
	var problems []error
	for _, account := range logins.Configured(p.config()) {
		provider, err := logins.For(p.config(), chat.Platform(account.Platform), account.Label, p.Log)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if len(provider.Missing) > 0 {
			continue
		}
		err = vault.Identify(ctx, account, provider.Owner)
		if err != nil && !errors.Is(err, store.ErrNoTokens) {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}
