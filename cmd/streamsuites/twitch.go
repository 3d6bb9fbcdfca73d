package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/cmd/internal/roles"
	"github.com/streamsuites/streamsuites/ingest/twitch/smoke"
	"github.com/streamsuites/streamsuites/internal/config"
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
		Long: `Connects as the bot account of the environment, or anonymously where no token
is set, prints the channel's chat and answers !ping with pong. It needs neither
Postgres nor Temporal and stores nothing.`,
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
		bot := cfg.TwitchAccount(account)
		if account != "" && !bot.Token.IsSet() {
			return fmt.Errorf("--account is %q: no such bot account is set up; set %s_%s", account, config.OptTwitchToken, account)
		}
		settings, err := roles.TwitchChat(cfg, bot, r.quiet())
		if err != nil {
			return err
		}
		if settings.Token != nil && settings.Login == "" {
			settings.Login = channel // as ingest does: the token is the channel's own
		}
		ctx := cmd.Context()
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
