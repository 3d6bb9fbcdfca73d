package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/cmd/internal/connect"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

// loginsOf are the logins of all accounts. No key is needed for them: whether this
// host can read the tokens is what `auth status` says.
func (r *root) loginsOf(ctx context.Context, target connect.Target, s *store.Store) ([]loginView, error) {
	cfg, _, err := config.Load(ctx, config.Options{StateDir: target.Dir.String()})
	var invalid *config.InvalidError
	if err != nil && !errors.As(err, &invalid) {
		return nil, err
	}
	rows, err := s.AllAccountTokens(ctx)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	kept := make([]tokens.Status, len(rows))
	for i, row := range rows {
		kept[i] = tokens.Describe(row, now)
	}
	return loginViews(cfg, kept, r.quiet())
}

// printLogins prints nothing where there are no accounts.
func printLogins(w io.Writer, logins []loginView) error {
	if len(logins) == 0 {
		return nil
	}
	at := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.Local().Format(time.DateTime)
	}
	return section(w, "logins", []string{"LOGIN ON", "ACCOUNT", "AS", "STATE", "TOKEN UNTIL", "ENDS", "WHY", "WHAT TO DO"}, rowsOf(logins, func(v loginView) []string {
		return []string{
			v.Platform, cmp.Or(v.Account, "-"), cmp.Or(v.Login, "-"), string(v.State), at(v.ExpiresAt), at(v.EndsAt),
			strings.Join(v.why(), "; "), v.Remedy,
		}
	}))
}
