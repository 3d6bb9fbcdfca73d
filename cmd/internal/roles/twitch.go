package roles

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/ingest/twitch"
	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/control"
	platform "github.com/streamsuites/streamsuites/internal/platform/twitch"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

// twitchAccess is how a bot account reaches Twitch.
type twitchAccess struct {
	chat twitch.Config
	api  *platform.Helix // nil without a client id: then nobody knows who is live
}

// TwitchChat is the chat configuration of a bot account, with a budget of its
// own: for commands that connect outside the data plane.
func TwitchChat(cfg *config.Config, account config.TwitchAccount, log zerolog.Logger) (twitch.Config, error) {
	access, err := accessTwitch(cfg, account, configuredToken(account), log)
	return access.chat, err
}

// userTokens makes the source of the account's token with its application's
// client; nil when the account has none.
type userTokens func(*platform.Client) platform.Tokens

// configuredToken uses what is configured as it is: nothing could keep the tokens
// that an exchange gives.
func configuredToken(account config.TwitchAccount) userTokens {
	if !account.Token.IsSet() {
		return nil
	}
	return func(client *platform.Client) platform.Tokens {
		return platform.NewUserTokens(client, platform.Token{Access: account.Token.Reveal()}, nil)
	}
}

func accessTwitch(cfg *config.Config, account config.TwitchAccount, user userTokens, log zerolog.Logger) (twitchAccess, error) {
	return accessTwitchWithin(nil, cfg, account, user, log)
}

// accessTwitchWithin is accessTwitch within limits of the API's calls; nil for none.
func accessTwitchWithin(
	calls platform.Calls, cfg *config.Config, account config.TwitchAccount, user userTokens, log zerolog.Logger,
) (twitchAccess, error) {
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
		access.chat.Login = loginOf(cfg, account)
		token := account.Token.Reveal()
		access.chat.Token = func(context.Context) (string, error) { return token, nil }
	}
	if account.ClientID == "" {
		return access, nil
	}
	return access, access.connectAPI(calls, cfg, account, user, log)
}

// loginOf is the account's login: the configured one, or the channel's that it
// serves, as a creator's own token comes without one.
func loginOf(cfg *config.Config, account config.TwitchAccount) string {
	if account.Nick != "" {
		return account.Nick
	}
	for i := range cfg.Creators {
		if c := &cfg.Creators[i]; c.Enabled && c.On(chat.Twitch) && c.TwitchAccount == account.Label {
			return c.TwitchChannel
		}
	}
	return ""
}

// connectAPI adds what needs an application: renewing tokens, deleting messages
// as the account, and asking who is live, with the application's own token where
// there is a secret for it.
func (a *twitchAccess) connectAPI(
	calls platform.Calls, cfg *config.Config, account config.TwitchAccount, user userTokens, log zerolog.Logger,
) error {
	endpoints := cfg.Platform(chat.Twitch).Twitch
	client, err := platform.New(platform.Config{
		Endpoints: platform.Endpoints{Helix: endpoints.Helix, OAuth: endpoints.OAuth},
		ClientID:  account.ClientID, ClientSecret: account.ClientSecret.Reveal(), Calls: calls, Log: log,
	})
	if err != nil {
		return fmt.Errorf("set up Twitch's API: %w", err)
	}
	name := accountName(chat.Twitch, account.Label)
	var own platform.Tokens = platform.NewUserTokens(client, platform.Token{}, nil)
	if user != nil {
		own = user(client)
	}
	itself := client.Helix(name, own)
	if user != nil {
		a.chat.Login = loginOf(cfg, account)
		a.chat.Token, a.chat.Refresh = own.Token, own.Refresh
		a.chat.Delete, a.chat.Speak = helixDeletion{itself}.delete, helixSpeech{itself}.speak
		a.chat.Speaks = func() bool { return speaksThroughAPI(cfg) }
	}
	a.api = itself
	if account.ClientSecret.IsSet() {
		a.api = client.Helix(name+ofApplication, platform.NewAppTokens(client))
	}
	return nil
}

// ofApplication ends the name of an account's application, whose token has a limit of
// its own.
const ofApplication = ":application"

// helixDeletion deletes messages as the account.
type helixDeletion struct{ helix *platform.Helix }

// delete takes a message out of chat. One that does not exist any more is gone,
// which is all that was wanted.
func (h helixDeletion) delete(ctx context.Context, d twitch.Deletion) error {
	err := h.helix.DeleteMessage(ctx, d.RoomID, d.AccountID, d.MessageID)
	if errors.Is(err, platform.ErrMessageGone) {
		return nil
	}
	return err
}

// speaksThroughAPI reports whether a configuration has messages sent through the API.
func speaksThroughAPI(cfg *config.Config) bool {
	return cfg.Platform(chat.Twitch).SendThrough == config.ThroughAPI
}

// helixSpeech sends messages as the account.
type helixSpeech struct{ helix *platform.Helix }

// speak sends a message. Without the scope for it the account sends otherwise.
func (h helixSpeech) speak(ctx context.Context, u twitch.Utterance) error {
	_, err := h.helix.SendMessage(ctx, u.RoomID, u.AccountID, u.Text, u.ReplyTo)
	if errors.Is(err, platform.ErrMissingScope) {
		return fmt.Errorf("%w: %w", twitch.ErrMayNotSpeak, err)
	}
	return err
}

// connectTwitch makes the account known to the host and returns its connection,
// which has to be run.
func (p Parts) connectTwitch(ctx context.Context, host *ingest.Host, label string) (connection, error) {
	account := p.Config.Twitch[label]
	name := accountName(chat.Twitch, account.Label)
	calls := platformCalls{p.governor(), chat.Twitch}
	log := p.Log.With().Str("account", name).Logger()
	user, source, err := p.twitchTokens(ctx, account)
	if err != nil {
		return nil, err
	}
	access, err := accessTwitchWithin(calls, p.Config, account, user, log)
	if err != nil {
		return nil, err
	}
	access.chat.Speaks = func() bool { return speaksThroughAPI(p.config()) }
	var live ingest.LiveSource
	if access.api != nil {
		live = helixLive{access.api}
	}
	if source == nil {
		access.chat.Budget = sharedBudget{p.Store, fixedName(budgetOf(access.chat.Login))}
		return host.ConnectTwitch(name, access.chat, live), nil
	}
	as := &twitchLogin{source: source, usual: loginOf(p.Config, account)}
	as.become(identity{})
	access.chat.Login, access.chat.Budget = "", sharedBudget{p.Store, as.budget}
	client := host.ConnectTwitch(name, access.chat, live)
	seeded := account.Token.IsSet() || account.RefreshToken.IsSet()
	return &follower{
		connection: client, account: tokens.Account{Platform: string(chat.Twitch), Label: label}, seeded: seeded,
		adopt: func(who identity) {
			if login := as.become(who); who.ended == "" {
				client.Relogin(login)
			} else {
				client.Lapse(who.ended)
			}
		},
	}, nil
}

// twitchLogin is who a Twitch account is at the moment.
type twitchLogin struct {
	source *tokens.Source
	usual  string // the login where nobody knows another
	name   atomic.Pointer[string]
}

// become makes it whoever is logged in, and returns its login; empty for nobody.
func (t *twitchLogin) become(who identity) string {
	t.source.Recheck()
	login := ""
	if who.in && who.ended == "" {
		login = cmp.Or(who.login, t.usual)
	}
	t.name.Store(&login)
	return login
}

// budget names the account's budget: what one login may do counts wherever it is
// used.
func (t *twitchLogin) budget() string { return budgetOf(*t.name.Load()) }

// sharedBudget is an account's budget, kept in Postgres for all hosts.
type sharedBudget struct {
	store   *store.Store
	account func() string
}

// fixedName is the name of a budget that never changes.
func fixedName(name string) func() string { return func() string { return name } }

// Take implements twitch.Budget. What is not for a moderator leaves a reserve.
func (b sharedBudget) Take(ctx context.Context, bucket string, tokens, limit int, window time.Duration) (time.Duration, error) {
	return b.store.TakeBudget(ctx, b.account(), bucket, tokens, max(tokens, budget.LimitOf(ctx, limit)), window, time.Now())
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
			Category: s.GameName, Viewers: s.Viewers,
		}
	}
	return live, nil
}
