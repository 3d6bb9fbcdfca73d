package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/logins"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/logging"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

func (r *root) authCommand() *cobra.Command {
	return family(&cobra.Command{
		Use:   "auth",
		Short: "Log accounts in and out, and show their logins",
		Long: `Accounts log in once per platform. Their tokens lie encrypted in the database,
which all hosts share, and are refreshed by themselves.`,
	}, r.authLogin(), r.authStatus(), r.authLogout())
}

// access is what the commands about logins work on.
type access struct {
	cfg   *config.Config
	store *store.Store
	vault *tokens.Vault
}

func (r *root) openAccess(ctx context.Context) (*access, error) {
	cfg, _, err := config.Load(ctx, config.Options{StateDir: r.stateDir})
	var invalid *config.InvalidError
	if err != nil && !errors.As(err, &invalid) { // what is wrong elsewhere does not matter here
		return nil, err
	}
	s, err := r.store(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.CheckSchema(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("%w: run `streamsuites setup` first", err)
	}
	vault, err := logins.Vault(ctx, cfg, s, &logging.Redactor{}, r.quiet())
	if err != nil {
		s.Close()
		return nil, err
	}
	return &access{cfg, s, vault}, nil
}

// provider is what can be done about an account's login.
func (a *access) provider(r *root, platform, label string) (*logins.Provider, error) {
	p, err := logins.For(a.cfg, chat.Platform(platform), label, r.quiet())
	if err != nil {
		return nil, err
	}
	if len(p.Missing) > 0 {
		return nil, fmt.Errorf("%s has no application to log in with: set %s", platform, strings.Join(p.Missing, " and "))
	}
	return p, nil
}

// onePlatform is for commands about the account of a platform.
func onePlatform(cmd *cobra.Command, args []string) error {
	names := make([]string, len(logins.Platforms))
	for i, p := range logins.Platforms {
		names[i] = string(p)
		if len(args) == 1 && args[0] == names[i] {
			return nil
		}
	}
	if len(args) == 1 {
		return fmt.Errorf("%q has no logins: choose from %s", args[0], strings.Join(names, ", "))
	}
	return fmt.Errorf("`%s` takes one platform: choose from %s", cmd.CommandPath(), strings.Join(names, ", "))
}
