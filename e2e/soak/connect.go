package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/ingest/kick"
	"github.com/streamsuites/streamsuites/ingest/twitch"
	"github.com/streamsuites/streamsuites/ingest/youtube"
	"github.com/streamsuites/streamsuites/internal/chat"
	kickapi "github.com/streamsuites/streamsuites/internal/platform/kick"
	youtubeapi "github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/quota"
	youtubesim "github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// hookedAccount is the account on Kick that is called by webhooks.
const hookedAccount = "kick-hooked"

// The clients' patience is short, so that minutes hold as many reconnects as days do
// otherwise. What they do is the same.
const (
	silence      = 5 * time.Second // before a connection is probed
	probe        = 3 * time.Second // for the answer
	handshake    = 5 * time.Second
	firstBackoff = 200 * time.Millisecond
	longest      = 3 * time.Second // wait before the next attempt
	manySends    = 10_000
)

func (p *dataPlane) connectTwitch(address string) {
	bot := twitchSeed().Accounts[0]
	p.twitch = p.host.ConnectTwitch(string(chat.Twitch), twitch.Config{
		Endpoints: twitch.Endpoints{Address: address, Plain: true}, Login: bot.Login,
		Token: func(context.Context) (string, error) { return bot.Token, nil },
		Limits: twitch.Limits{
			Login: twitch.Rate{Count: manySends, Window: time.Second}, Join: twitch.Rate{Count: manySends, Window: time.Second},
			Send: twitch.Rate{Count: manySends, Window: time.Second}, SendModerator: twitch.Rate{Count: manySends, Window: time.Second},
			ChannelsPerConnection: 2,
		},
		Timing: twitch.Timing{
			Idle: silence, Pong: probe, Handshake: handshake, Dial: handshake, Join: handshake, Parked: silence,
			BackoffBase: firstBackoff, BackoffMax: longest,
		},
		Log: p.log,
	}, nil)
}

func (p *dataPlane) connectYouTube(address string) error {
	seed := youtubeSeed()
	api, err := youtubeapi.NewLive(youtubeapi.LiveConfig{
		API: "http://" + address, Idle: silence, Timeout: handshake,
		Tokens: &youtubeTokens{address: "http://" + address + youtubesim.TokenPath, seed: seed, refresh: seed.Accounts[0].RefreshToken},
	})
	if err != nil {
		return err
	}
	const units = 1 << 40 // so many that nothing is rationed
	p.youtube = p.host.ConnectYouTube(string(chat.YouTube), youtube.Config{
		API: api, Meter: youtube.NewLocalMeter(units, quota.YouTubeCosts(), time.Now), Cursors: ingest.YouTubeCursors(p.store),
		Limits: youtube.Limits{SendCount: manySends, SendWindow: time.Second},
		Timing: youtube.Timing{
			Detect: silence, Over: time.Second, Disabled: silence, Parked: silence, Poll: time.Second, Stream: firstBackoff, StreamAgain: 2 * silence,
			BackoffBase: firstBackoff, BackoffMax: longest, ThrottledMax: silence,
		},
		Log: p.log,
	})
	return nil
}

func (p *dataPlane) connectKick(address string) error {
	seed := kickSeed("")
	base := "http://" + address
	platform, err := kickapi.New(kickapi.Config{
		Endpoints: kickapi.Endpoints{API: base, OAuth: base, Site: base}, ClientID: seed.ClientID, ClientSecret: seed.ClientSecret, Log: p.log,
	})
	if err != nil {
		return err
	}
	bot := seed.Accounts[0]
	tokens := kickapi.NewUserTokens(platform, kickapi.Token{Access: bot.Token, Refresh: bot.Refresh}, nil)
	cfg := kick.Config{
		Address: kick.FixedAddress("ws://" + address + "/app/" + seed.AppKey), Login: bot.Username, API: platform.API("bot", tokens), Rooms: platform, Log: p.log,
		Limits: kick.Limits{
			Send: kick.Rate{Count: manySends, Window: time.Second}, Room: kick.Rate{Count: manySends, Window: time.Second}, SubscriptionsPerConnection: 4,
		},
		Timing: kick.Timing{
			Activity: silence, Pong: probe, Handshake: handshake, Subscribe: handshake, Parked: silence, Lookup: handshake, Keep: silence,
			BackoffBase: firstBackoff, BackoffMax: longest,
		},
	}
	p.kick = p.host.ConnectKick(string(chat.Kick), cfg, nil)
	cfg.Subscriptions = platform.API("application", kickapi.NewAppTokens(platform))
	p.hooked = p.host.ConnectKick(hookedAccount, cfg, nil)
	var hook http.Handler = kickapi.NewWebhooks(kickapi.WebhooksConfig{Keys: platform, Deliver: p.hooked.Deliver, KeyEvery: time.Second, Log: p.log})
	p.hook.Store(&hook)
	return nil
}

// youtubeTokens is a source of access tokens for the bot.
type youtubeTokens struct {
	address string
	seed    youtubesim.Seed
	refresh string

	mu     sync.Mutex
	access string
}

// Token implements youtube.Tokens.
func (t *youtubeTokens) Token(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.access == "" {
		return t.fetch(ctx)
	}
	return t.access, nil
}

// Refresh implements youtube.Tokens.
func (t *youtubeTokens) Refresh(ctx context.Context, refused string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.access != refused && t.access != "" {
		return t.access, nil
	}
	return t.fetch(ctx)
}

// fetch asks for a token. The caller holds the lock.
func (t *youtubeTokens) fetch(ctx context.Context) (_ string, err error) {
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {t.refresh}, "client_id": {t.seed.ClientID}, "client_secret": {t.seed.ClientSecret}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.address, strings.NewReader(form.Encode()))
	if err != nil {
		return "", fmt.Errorf("ask for a token: %w", err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", fmt.Errorf("ask for a token: %w", err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	var granted struct {
		Access string `json:"access_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&granted); err != nil || granted.Access == "" {
		return "", fmt.Errorf("ask for a token: status %s", response.Status)
	}
	t.access = granted.Access
	return t.access, nil
}
