package tokens

import (
	"context"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// notices are how long before an access ends that only a login prolongs, each of
// which is told once.
var notices = []time.Duration{time.Hour, 24 * time.Hour, 3 * 24 * time.Hour, soon}

// Announce tells of accounts whose access ends soon, or has ended: in the log, and
// among the runtime events, once for all hosts and for each notice.
func (v *Vault) Announce(ctx context.Context) error {
	rows, err := v.o.Store.AllAccountTokens(ctx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := v.announce(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

func (v *Vault) announce(ctx context.Context, row store.AccountTokens) error {
	now := v.o.Clock()
	notice, text := due(row, now)
	if notice == 0 || row.Announced != 0 && row.Announced <= notice {
		return nil
	}
	claimed, err := v.o.Store.AnnounceTokenEnd(ctx, row.TokenKey, row.Generation, notice, store.RuntimeEvent{
		At: now, Source: row.Platform, Severity: store.SeverityWarning, Message: text,
	})
	if err != nil || !claimed {
		return err
	}
	v.o.Log.Warn().Str("platform", row.Platform).Str("account", row.Label).Time("ends_at", Ends(row)).Msg(text)
	return nil
}

// ended is the notice of what has ended: the last one.
const ended = time.Second

// due is the notice that an account's access is within, and what it says.
func due(row store.AccountTokens, now time.Time) (time.Duration, string) {
	who := fmt.Sprintf("The access of %s account %q", row.Platform, row.Label)
	if row.Login != "" {
		who = fmt.Sprintf("The access of %s account %s", row.Platform, row.Login)
	}
	remedy := "; run " + LoginCommand(row.TokenKey)
	ends := Ends(row)
	switch {
	case row.NeedsLogin:
		return ended, who + " has ended: " + row.Reason + remedy
	case ends.IsZero():
		return 0, ""
	case !now.Before(ends):
		return ended, who + " has ended" + remedy
	}
	for _, notice := range notices {
		if now.After(ends.Add(-notice)) {
			return notice, who + " ends at " + ends.UTC().Format(time.RFC3339) + remedy
		}
	}
	return 0, ""
}

// Identify asks whose the tokens are that came from configuration, and when they
// end, with the platform's answer to ask. What is known already is not asked.
func (v *Vault) Identify(ctx context.Context, account Account, ask func(context.Context, Grant) (Owner, Grant, error)) error {
	row, err := v.load(ctx, account)
	if err != nil || row.AccountID != "" || row.access == "" || row.NeedsLogin {
		return err
	}
	owner, g, err := ask(ctx, Grant{Access: row.access, Expires: row.Expires, Scopes: row.Scopes})
	if err != nil {
		return fmt.Errorf("ask whose tokens those of %s account %q are: %w", account.Platform, account.Label, err)
	}
	return v.o.Store.IdentifyTokens(ctx, account, row.Generation, owner, g.Scopes, g.Expires)
}
