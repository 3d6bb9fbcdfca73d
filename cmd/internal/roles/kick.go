package roles

import (
	"context"
	"fmt"
	"strconv"

	"github.com/streamsuites/streamsuites/cmd/internal/logins"
	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/ingest/kick"
	"github.com/streamsuites/streamsuites/internal/chat"
	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

// connectKick makes a Kick account known to the host. Chat is read without a login,
// and who is live is known with an application; answering takes a login.
func (p Parts) connectKick(ctx context.Context, host *ingest.Host, label string) (connection, error) {
	account := p.Config.KickAccount(label)
	name := accountName(chat.Kick, label)
	log := p.Log.With().Str("account", name).Logger()
	client, err := logins.KickClient(p.Config, account, log)
	if err != nil {
		return nil, fmt.Errorf("set up Kick's API: %w", err)
	}
	cfg := kick.Config{
		Address: func(context.Context) (string, error) { return p.config().Platform(chat.Kick).Kick.Pusher, nil },
		Rooms:   client, Chatroom: p.configuredChatroom, Budget: sharedBudget{p.Store, fixedName(name)}, Log: log,
	}
	if !account.HasApplication() {
		return host.ConnectKick(name, cfg, nil), nil
	}
	application := client.API(name+ofApplication, platform.NewAppTokens(client))
	cfg.API = readingOnly{application}
	if p.Config.Platform(chat.Kick).KickWebhooks.Listen != "" {
		cfg.Subscriptions = application
	}
	source, seeded, err := p.tokensOf(ctx, chat.Kick, label)
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	chats := host.ConnectKick(name, cfg, nil)
	if err != nil {
		log.Error().Err(err).Msg("The tokens of a Kick account cannot be used; its chats are only read")
		return chats, nil
	}
	own := client.API(name, source)
	return &follower{
		connection: chats, account: tokens.Account{Platform: string(chat.Kick), Label: label}, seeded: seeded,
		adopt: func(who identity) {
			source.Recheck()
			if !who.in {
				chats.Relogin(cfg.API, "", "")
				return
			}
			chats.Relogin(own, who.login, who.id)
		},
	}, nil
}

// configuredChatroom is the number of a channel's chatroom that somebody gave, or 0.
func (p Parts) configuredChatroom(channel string) int64 {
	cfg := p.config()
	for i := range cfg.Creators {
		if c := &cfg.Creators[i]; c.Enabled && c.On(chat.Kick) && c.KickChannel == channel {
			id, _ := strconv.ParseInt(c.KickChatroomID, 10, 64) // the schema lets digits through only
			return id
		}
	}
	return 0
}

// readingOnly is the API as an application without a login has it.
type readingOnly struct{ *platform.API }

// Send implements kick.API.
func (readingOnly) Send(context.Context, platform.Message) (string, error) {
	return "", fmt.Errorf("send to Kick: nobody has logged in: %w", platform.ErrNeedsLogin)
}

// Users implements kick.API. An application is nobody.
func (readingOnly) Users(context.Context, ...int64) ([]platform.User, error) {
	return nil, fmt.Errorf("ask Kick whose account it is: nobody has logged in: %w", platform.ErrNeedsLogin)
}

// DeleteMessage implements kick.API.
func (readingOnly) DeleteMessage(context.Context, string) error {
	return fmt.Errorf("delete a message on Kick: nobody has logged in: %w", platform.ErrNeedsLogin)
}
