package roles

import (
	"context"
	"errors"

	"github.com/streamsuites/streamsuites/cmd/internal/logins"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

// verifyLogins asks the platforms that want it whether the tokens that are in use are
// still good. What somebody took back on the platform's pages becomes known by that
// and not only when a connection breaks. An account that needs a login is no error
// here: it is announced.
func (p Parts) verifyLogins(ctx context.Context) error {
	vault, all, err := p.keptLogins(ctx)
	if err != nil {
		return err
	}
	var problems []error
	for _, s := range all {
		if s.State != tokens.StateReady && s.State != tokens.StateEnding {
			continue
		}
		provider, err := logins.For(p.config(), chat.Platform(s.Account.Platform), s.Account.Label, p.Log)
		if err == nil && (len(provider.Missing) > 0 || provider.Verify == nil) {
			continue
		}
		if err == nil {
			err = vault.Source(provider.Account, provider.Exchange, provider.Seed).Verify(ctx, provider.Verify)
		}
		if err != nil && !errors.Is(err, tokens.ErrNeedsLogin) {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}
