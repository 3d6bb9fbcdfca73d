package kick

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
	"github.com/streamsuites/streamsuites/internal/sim/faults"
	sim "github.com/streamsuites/streamsuites/internal/sim/kick"
)

// pair is a client that reads the simulated platform both ways, over the
// machine's own network: the platform calls its webhook.
type pair struct {
	*recorder
	server *sim.Server
	faults *faults.Switches
	client *Client
	hook   *platform.Webhooks
	api    *platform.API // of the application
	stop   func()
}

// pairUp joins the harbor and waits until both ways work.
func pairUp(t *testing.T) *pair {
	t.Helper()
	p := &pair{recorder: &recorder{}}
	var hook http.Handler
	called := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { hook.ServeHTTP(w, r) }))
	t.Cleanup(called.Close)
	dir := t.TempDir()
	var err error
	p.faults, err = faults.Open(filepath.Join(dir, "faults.json"), sim.Targets()...)
	require.NoError(t, err)
	seed := sim.DefaultSeed()
	seed.Webhook = called.URL + "/webhooks/kick"
	p.server, err = sim.Open(sim.Options{
		Dir: filepath.Join(dir, "kick"), Seed: seed, Faults: p.faults, Log: zerolog.Nop(),
		Patience: sim.Patience{Retry: 20 * time.Millisecond},
	})
	require.NoError(t, err)
	web := httptest.NewServer(p.server.Handler())
	client, err := platform.New(platform.Config{
		Endpoints: platform.Endpoints{API: web.URL, OAuth: web.URL, Site: web.URL},
		ClientID:  seed.ClientID, ClientSecret: seed.ClientSecret, Log: zerolog.Nop(),
	})
	require.NoError(t, err)
	p.api = client.API("application", platform.NewAppTokens(client))
	user := platform.NewUserTokens(client, platform.Token{Access: seed.Accounts[0].Token, Refresh: seed.Accounts[0].Refresh}, nil)
	address := strings.Replace(web.URL, "http", "ws", 1) + "/app/" + seed.AppKey + "?protocol=7&client=go&version=1"
	p.client = New(Config{
		Address: FixedAddress(address), API: client.API("bot", user), Rooms: client, Subscriptions: p.api, Log: zerolog.Nop(),
	}, p)
	p.hook = platform.NewWebhooks(platform.WebhooksConfig{Keys: client, Deliver: p.client.Deliver, Log: zerolog.Nop()})
	hook = p.hook
	ctx, cancel := context.WithCancel(context.Background())
	sending, running := make(chan error, 1), make(chan error, 1)
	go func() { sending <- p.server.Run(ctx) }()
	reading, stop := context.WithCancel(context.Background())
	go func() { running <- p.client.Run(reading) }()
	p.stop = func() {
		stop()
		require.NoError(t, <-running)
		running <- nil
	}
	t.Cleanup(func() {
		p.stop()
		cancel()
		require.NoError(t, <-sending)
		require.NoError(t, p.server.Close())
		web.Close()
	})
	require.NoError(t, p.client.Join(harbor, creator))
	p.eventually(t, "both ways", func() bool {
		list, err := p.api.Subscriptions(t.Context(), 7000002)
		return err == nil && len(list) == len(wanted) && p.client.States()[harbor].State == StateLive
	})
	return p
}

// patient bounds every wait that normally takes milliseconds.
const patient = 3 * time.Minute

func (p *pair) eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	require.Eventually(t, done, patient, 5*time.Millisecond, what)
}

func TestWhatBothSourcesTellIsHandedOnOnce(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(t *testing.T, s *sim.Server){
		"a message": func(t *testing.T, s *sim.Server) {
			_, err := s.Say(sim.Utterance{User: "Anna_B", Text: "hello"})
			require.NoError(t, err)
		},
		"a subscription": func(t *testing.T, s *sim.Server) {
			_, err := s.Happen(sim.Event{Kind: "subscription", User: "Anna_B", Months: 4})
			require.NoError(t, err)
		},
		"a bomb of gifts": func(t *testing.T, s *sim.Server) {
			_, err := s.Happen(sim.Event{Kind: "gift", User: "Anna_B", Count: 5})
			require.NoError(t, err)
		},
		"a gift of somebody unknown": func(t *testing.T, s *sim.Server) {
			_, err := s.Happen(sim.Event{Kind: "gift", Count: 5})
			require.NoError(t, err)
		},
		"kicks": func(t *testing.T, s *sim.Server) {
			_, err := s.Happen(sim.Event{Kind: "kicks", User: "Anna_B", Amount: 100, Text: "wow"})
			require.NoError(t, err)
		},
		"a follow": func(t *testing.T, s *sim.Server) {
			_, err := s.Happen(sim.Event{Kind: "follow", User: "Anna_B"})
			require.NoError(t, err)
		},
		"a ban":                  func(t *testing.T, s *sim.Server) { require.NoError(t, s.Ban(harbor, "Anna_B", 10)) },
		"the end of a broadcast": func(t *testing.T, s *sim.Server) { require.NoError(t, s.SetLive(harbor, false)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := pairUp(t)
			act(t, p.server)
			p.eventually(t, "two tellings", func() bool {
				s := p.client.Stats()
				return s.Pusher == 1 && s.Webhooks == 1 && s.Events+s.Duplicates == 2
			})
			require.EqualValues(t, 1, p.client.Stats().Events)
			require.Len(t, p.ids(), 1)
		})
	}
}

func TestWhatOneSourceLosesTheOtherTells(t *testing.T) {
	t.Parallel()
	p := pairUp(t)
	require.NoError(t, p.faults.Set(sim.TargetPusher, "drop", 1))
	m, err := p.server.Say(sim.Utterance{User: "Anna_B", Text: "by webhook alone", Roles: []string{"moderator"}})
	require.NoError(t, err)
	p.eventually(t, "the webhook", func() bool { return len(p.ids()) == 1 })
	require.Equal(t, m.ID, p.last(t).MessageID)
	require.Equal(t, chat.Webhook, p.last(t).Via)
	p.recorder.mu.Lock()
	require.Equal(t, []chat.Via{chat.Webhook}, p.sources, "told once")
	p.recorder.mu.Unlock()
	require.Equal(t, []string{"moderator"}, p.last(t).Author.Roles.Names())
	require.NoError(t, p.faults.Set(sim.TargetWebhook, "lost", 1))
	_, err = p.server.Say(sim.Utterance{User: "Anna_B", Text: "by the message service alone"})
	require.NoError(t, err)
	p.eventually(t, "the message service", func() bool { return len(p.ids()) == 2 })
	require.Equal(t, chat.Message, p.last(t).Kind)
	require.Equal(t, chat.Pusher, p.last(t).Via)
}

func TestAWebhookThatIsNotAsItShouldBeIsRefusedAndCounted(t *testing.T) {
	t.Parallel()
	for kind, counted := range map[string]func(s platform.WebhookStats, c Stats) bool{
		"bad_signature": func(s platform.WebhookStats, _ Stats) bool { return s.BadSignature == 1 && s.Accepted == 1 },
		"old_timestamp": func(s platform.WebhookStats, _ Stats) bool { return s.Old == 1 && s.Accepted == 1 },
		"duplicate":     func(s platform.WebhookStats, _ Stats) bool { return s.Duplicates == 1 && s.Accepted == 1 },
		"malformed":     func(s platform.WebhookStats, c Stats) bool { return s.Accepted == 1 && c.Broken == 1 },
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p := pairUp(t)
			require.NoError(t, p.faults.Set(sim.TargetWebhook, kind, 1))
			m, err := p.server.Say(sim.Utterance{User: "Anna_B", Text: "hello"})
			require.NoError(t, err)
			p.eventually(t, kind, func() bool { return counted(p.hook.Stats(), p.client.Stats()) && len(p.ids()) == 1 })
			require.Equal(t, []string{m.ID}, p.ids())
		})
	}
}

func TestSubscriptionsOfWebhooksEndWithTheClient(t *testing.T) {
	t.Parallel()
	p := pairUp(t)
	p.stop()
	left, err := p.api.Subscriptions(t.Context(), 7000002)
	require.NoError(t, err)
	require.Empty(t, left)
}
