package roles

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/ingest/twitch"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/control"
	platform "github.com/streamsuites/streamsuites/internal/platform/twitch"
	"github.com/streamsuites/streamsuites/internal/store"
)

// twitchAccess is how a bot account reaches Twitch.
type twitchAccess struct {
	chat twitch.Config
	api  *platform.Helix // nil without a client id: then nobody knows who is live
}

// TwitchChat is the chat configuration of a bot account, with a budget of its
// own: for commands that connect outside the data plane.
func TwitchChat(cfg *config.Config, account config.TwitchAccount, log zerolog.Logger) (twitch.Config, error) {
	access, err := accessTwitch(cfg, account, log)
	return access.chat, err
}

func accessTwitch(cfg *config.Config, account config.TwitchAccount, log zerolog.Logger) (twitchAccess, error) {
	endpoints := cfg.Platform(chat.Twitch).Twitch
	access := twitchAccess{chat: twitch.Config{
		Endpoints: twitch.Endpoints{Address: endpoints.IRC, Plain: !endpoints.IRCTLS},
		Log:       log,
	}}
	if endpoints.CAFile != "" {
		trusted, err := twitch.TLSWithCA(endpoints.CAFile)
		if err != nil {
			return access, fmt.Errorf("trust %s: %w", endpoints.CAFile, err)
		}
		access.chat.TLS = trusted
	}
	if account.Token.IsSet() {
		access.chat.Login = account.Nick
		token := account.Token.Reveal()
		access.chat.Token = func(context.Context) (string, error) { return token, nil }
	}
	if account.ClientID == "" {
		return access, nil
	}
	return access, access.connectAPI(endpoints, account, log)
}

// connectAPI adds what needs an application: renewing tokens, and asking who is
// live, with the application's own token where there is a secret for it.
func (a *twitchAccess) connectAPI(endpoints config.TwitchEndpoints, account config.TwitchAccount, log zerolog.Logger) error {
	client, err := platform.New(platform.Config{
		Endpoints: platform.Endpoints{Helix: endpoints.Helix, OAuth: endpoints.OAuth},
		ClientID:  account.ClientID, ClientSecret: account.ClientSecret.Reveal(), Log: log,
	})
	if err != nil {
		return fmt.Errorf("set up Twitch's API: %w", err)
	}
	user := platform.NewUserTokens(client, platform.Token{
		Access: account.Token.Reveal(), Refresh: account.RefreshToken.Reveal(),
	}, nil)
	if account.Token.IsSet() {
		a.chat.Token, a.chat.Refresh = user.Token, user.Refresh
	}
	var tokens platform.Tokens = user
	if account.ClientSecret.IsSet() {
		tokens = platform.NewAppTokens(client)
	}
	a.api = client.Helix(accountName(account.Label), tokens)
	return nil
}

// connectTwitch makes the account known to the host and returns its connection,
// which has to be run.
func connectTwitch(host *ingest.Host, cfg *config.Config, account config.TwitchAccount, s *store.Store, log zerolog.Logger) (*twitch.Client, error) {
	name := accountName(account.Label)
	access, err := accessTwitch(cfg, account, log.With().Str("account", name).Logger())
	if err != nil {
		return nil, err
	}
	access.chat.Budget = sharedBudget{s, "twitch:" + account.Nick}
	var live ingest.LiveSource
	if access.api != nil {
		live = helixLive{access.api}
	}
	wired := host.NewAccount(name, chat.Twitch)
	client := twitch.New(access.chat, chatHandler{wired})
	wired.Connect(speaker{client}, live)
	return client, nil
}

// chatHandler hands what the connection reads to the data plane.
type chatHandler struct{ account *ingest.Account }

func (h chatHandler) OnEvent(event chat.Event) { h.account.Message(event) }

func (h chatHandler) OnOther(twitch.OtherKind) {}

func (h chatHandler) OnGap(channel string, from, to time.Time, reason string) {
	h.account.Gap(channel, from, to, reason)
}

func (h chatHandler) OnState(channel string, state twitch.State, detail string) {
	h.account.State(channel, string(state), detail)
}

// speaker says in the data plane's words whether a message was surely not sent.
type speaker struct{ *twitch.Client }

func (s speaker) Send(ctx context.Context, channel, text, replyTo string) error {
	err := s.Client.Send(ctx, channel, text, replyTo)
	var refused *twitch.SendError
	if errors.As(err, &refused) && !refused.MaybeSent {
		return &ingest.UnsentError{Err: err}
	}
	return err
}

// sharedBudget is an account's budget, kept in Postgres for all hosts.
type sharedBudget struct {
	store   *store.Store
	account string
}

// Take implements twitch.Budget.
func (b sharedBudget) Take(ctx context.Context, bucket string, tokens, limit int, window time.Duration) (time.Duration, error) {
	return b.store.TakeBudget(ctx, b.account, bucket, tokens, limit, window, time.Now())
}

// helixLive asks Twitch which channels are live.
type helixLive struct{ helix *platform.Helix }

// Live implements ingest.LiveSource.
func (h helixLive) Live(ctx context.Context, channels []string) (map[string]control.Stream, error) {
	streams, err := h.helix.Streams(ctx, channels)
	if err != nil {
		return nil, err
	}
	live := make(map[string]control.Stream, len(streams))
	for _, s := range streams {
		login := strings.ToLower(s.UserLogin)
		live[login] = control.Stream{
			Platform: chat.Twitch, Channel: login, StreamID: s.ID, Title: s.Title, StartedAt: s.StartedAt,
		}
	}
	return live, nil
}
