package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

func (r *root) authLogout() *cobra.Command {
	var label string
	var force bool
	cmd := &cobra.Command{
		Use:   "logout PLATFORM",
		Short: "Take an account's login back and forget it",
		Long: `Revokes the login on the platform and deletes the tokens. When the platform
cannot be asked, nothing is deleted, so that it can be tried again; --force
deletes them all the same. Runtimes notice within seconds: they go on reading where
that takes no login, and answer no more.`,
		Args: onePlatform,
	}
	cmd.Flags().StringVar(&label, "account", "", "label of the account, when there are several")
	cmd.Flags().BoolVar(&force, "force", false, "delete the tokens even if the platform does not take them back")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, out := cmd.Context(), cmd.OutOrStdout()
		a, err := r.openAccess(ctx)
		if err != nil {
			return err
		}
		defer a.store.Close()
		account := tokens.Account{Platform: args[0], Label: label}
		kept, err := a.vault.Tokens(ctx, account)
		if errors.Is(err, store.ErrNoTokens) {
			return fmt.Errorf("%s account %q: %w", account.Platform, account.Label, errNothingKept)
		}
		p, missing := a.provider(r, args[0], label)
		if err == nil {
			err = missing
		}
		if err == nil {
			err = p.Revoke(ctx, kept)
		}
		if err != nil && !force {
			return fmt.Errorf("take the login back: %w; --force deletes it here all the same", err)
		}
		if _, err := a.vault.Forget(ctx, account); err != nil {
			return err
		}
		if err != nil {
			_, _ = fmt.Fprintf(out, "The platform did not take the login back: %v\n", err)
		}
		_, _ = fmt.Fprintf(out, "The login of %s account %q is deleted.\n", account.Platform, account.Label)
		if p != nil && p.Seed.IsSet() {
			_, _ = fmt.Fprintln(out, "The environment holds tokens of this account, which count again from now on; take them out to end its access.")
		}
		return nil
	}
	return cmd
}
