package roles

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/cmd/internal/logins"
	"github.com/streamsuites/streamsuites/ingest/kick"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
)

// kickWebhookPath is where Kick calls.
const kickWebhookPath = "/webhooks/kick"

// Limits of calls. What Kick sends is a few kilobytes, at once.
const (
	webhookHeaders  = 16 << 10
	webhookPatience = 10 * time.Second
	webhookIdle     = time.Minute
	webhookFarewell = 3 * time.Second
)

// webhooks takes in what Kick calls about. Every client gets every delivery and
// keeps what is about its channels.
type webhooks struct {
	address string // empty for nowhere
	hook    http.Handler
	log     zerolog.Logger
	counts  webhookCounts
}

// kickWebhooks is the listener of Kick's webhooks for these connections.
func (p Parts) kickWebhooks(all []connection) (webhooks, error) {
	w := webhooks{address: p.Config.Platform(chat.Kick).KickWebhooks.Listen, log: p.Log.With().Str("component", "kick webhooks").Logger()}
	if w.address == "" || !p.Config.Polls(chat.Kick) {
		return webhooks{}, nil
	}
	var clients []*kick.Client
	for _, c := range all {
		if f, follows := c.(*follower); follows {
			c = f.connection
		}
		if client, ok := c.(*kick.Client); ok {
			clients = append(clients, client)
		}
	}
	// The key that deliveries are signed with is the platform's, and told to anybody.
	keys, err := logins.KickClient(p.Config, config.KickAccount{}, w.log)
	if err != nil {
		return webhooks{}, fmt.Errorf("set up Kick's API for webhooks: %w", err)
	}
	hook := platform.NewWebhooks(platform.WebhooksConfig{
		Keys: keys, Log: w.log,
		Deliver: func(d platform.Delivery) {
			for _, client := range clients {
				client.Deliver(d)
			}
		},
	})
	w.hook = hook
	w.counts = webhookCounts{host: p.Host, save: p.Store.SaveWebhookCounts, read: func() (map[string]int64, int64) {
		late := int64(0)
		for _, client := range clients {
			late += client.Stats().LateHooks
		}
		return hook.Stats().Outcomes(), late
	}}
	return w, p.Metrics.ObserveWebhooks(string(chat.Kick), w.counts.read)
}

// Run implements connection: it serves until ctx ends. Calls that have begun are
// answered first.
func (w webhooks) Run(ctx context.Context) error {
	if w.address == "" {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", w.address)
	if err != nil {
		return fmt.Errorf("listen for Kick's webhooks (platforms.json, webhooks.listen): %w", err)
	}
	return w.serve(ctx, listener)
}

func (w webhooks) serve(ctx context.Context, listener net.Listener) error {
	mux := http.NewServeMux()
	mux.Handle("POST "+kickWebhookPath, w.hook)
	server := &http.Server{
		Handler: mux, MaxHeaderBytes: webhookHeaders,
		ReadTimeout: webhookPatience, WriteTimeout: webhookPatience, IdleTimeout: webhookIdle,
	}
	w.log.Info().Str("address", listener.Addr().String()).Msg("Kick's webhooks are taken in")
	counting, stop := context.WithCancel(ctx)
	counted := make(chan struct{})
	go func() { defer close(counted); w.counts.run(counting, w.log) }()
	defer func() { stop(); <-counted }()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve Kick's webhooks: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), webhookFarewell)
	defer cancel()
	err := server.Shutdown(last)
	<-ended
	if errors.Is(err, context.DeadlineExceeded) {
		return server.Close()
	}
	return err
}
