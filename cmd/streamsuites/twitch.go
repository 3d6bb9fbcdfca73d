package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/cmd/internal/roles"
	"github.com/streamsuites/streamsuites/ingest/twitch"
	"github.com/streamsuites/streamsuites/ingest/twitch/smoke"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

func (r *root) twitchCommand() *cobra.Command {
	return family(&cobra.Command{
		Use:   "twitch",
		Short: "Try the connection to Twitch",
	}, r.twitchSmoke())
}

func (r *root) twitchSmoke() *cobra.Command {
	var channel, account string
	var duration time.Duration
	cmd := &cobra.Command{
		Use:   "smoke --channel NAME",
		Short: "Print a channel's chat and answer !ping, to try address, certificate and token",
		Long: `Connects as the bot account of the environment, or as the one that is logged in
by "auth login" while a runtime's Postgres can be reached, or else anonymously;
prints the channel's chat and answers !ping with pong. It needs neither Postgres
nor Temporal and stores no chat.`,
		Args: noArgs,
	}
	format := output.Flag(cmd)
	cmd.Flags().StringVar(&channel, "channel", "", "login of the channel to read")
	cmd.Flags().StringVar(&account, "account", "", "label of the bot account, when there are several")
	cmd.Flags().DurationVar(&duration, "duration", 0, "end after this long; 0 goes on until interrupted")
	_ = cmd.MarkFlagRequired("channel")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, _, err := config.Load(cmd.Context(), config.Options{StateDir: r.stateDir})
		var invalid *config.InvalidError
		if err != nil && !errors.As(err, &invalid) { // what is wrong elsewhere does not matter here
			return err
		}
		ctx := cmd.Context()
		settings, done, err := r.smokeSettings(ctx, cmd.ErrOrStderr(), cfg, account)
		if err != nil {
			return err
		}
		defer done()
		if settings.Token != nil && settings.Login == "" {
			settings.Login = channel // as ingest does: the token is the channel's own
		}
		if duration > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, duration)
			defer cancel()
		}
		summary, err := smoke.Run(ctx, settings, channel, cmd.OutOrStdout())
		if err != nil {
			return err
		}
		if *format == output.JSON {
			return output.WriteLine(cmd.OutOrStdout(), summary)
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "\n%d messages in %s, %d pings answered, %d gaps\n",
			summary.Messages, summary.Duration.Round(time.Second), summary.Pings, summary.Gaps)
		return err
	}
	return cmd
}

// smokeSettings are how the account connects: with the configured token, or with the
// login that is kept of it. Without either it reads as nobody in particular, and says
// so. done ends what the login stands on.
func (r *root) smokeSettings(ctx context.Context, say io.Writer, cfg *config.Config, label string) (s twitch.Config, done func(), err error) {
	bot, nothing := cfg.TwitchAccount(label), func() {}
	s, err = roles.TwitchChat(cfg, bot, r.quiet())
	if err != nil || bot.Token.IsSet() {
		return s, nothing, err
	}
	source, owner, done, err := r.keptLogin(ctx, tokens.Account{Platform: string(chat.Twitch), Label: label})
	switch {
	case err == nil:
		s.Token, s.Refresh, s.Login = source.Token, source.Refresh, owner.Login
		return s, done, nil
	case label != "":
		return s, nothing, fmt.Errorf("--account is %q: no such bot account is set up; set %s_%s, or log it in while a runtime runs (%w)",
			label, config.OptTwitchToken, label, err)
	}
	_, err = fmt.Fprintf(say, "Reading as nobody in particular, without answering !ping: %s is not set, and no login is known (%s)\n", config.OptTwitchToken, err)
	return s, nothing, err
}

// lookForLogin bounds how long a database is waited for that need not be there.
const lookForLogin = 10 * time.Second

// keptLogin is the login of an account that the vault keeps. done closes the vault.
func (r *root) keptLogin(ctx context.Context, account tokens.Account) (source *tokens.Source, owner tokens.Owner, done func(), err error) {
	looking, cancel := context.WithTimeout(ctx, lookForLogin)
	defer cancel()
	a, err := r.openAccess(looking)
	if err != nil {
		return nil, owner, nil, err
	}
	defer func() {
		if err != nil {
			a.store.Close()
		}
	}()
	all, err := a.vault.Statuses(looking)
	if err != nil {
		return nil, owner, nil, err
	}
	i := slices.IndexFunc(all, func(s tokens.Status) bool { return s.Account == account && s.State != tokens.StateMissing })
	if i < 0 {
		return nil, owner, nil, errors.New("`streamsuites auth login` was never used for it")
	}
	provider, err := a.provider(r, account.Platform, account.Label)
	if err != nil {
		return nil, owner, nil, err
	}
	return a.vault.Source(account, provider.Exchange, provider.Seed), all[i].Owner, a.store.Close, nil
}
