package roles

import (
	"context"
	"errors"
	"time"

	"github.com/streamsuites/streamsuites/cmd/internal/logins"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

// loginsLook is how often the accounts' logins are looked at.
const loginsLook = time.Hour

// watchLogins tells of logins that end, until ctx does: at once, and then every
// hour.
func (p Parts) watchLogins(ctx context.Context) {
	ticker := time.NewTicker(loginsLook)
	defer ticker.Stop()
	for {
		if err := p.lookAtLogins(ctx); err != nil && ctx.Err() == nil {
			p.Log.Warn().Err(err).Msg("The logins of the accounts could not be looked at")
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// lookAtLogins asks the platforms about configured tokens of which nothing is
// known, and announces what ends.
func (p Parts) lookAtLogins(ctx context.Context) error {
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
	return errors.Join(append(problems, vault.Announce(ctx))...)
}
