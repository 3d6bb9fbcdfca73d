package roles

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/ingest/twitch"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
)

// budgetOf is the name of a Twitch account's budget in the store.
func budgetOf(login string) string { return "twitch:" + login }

// sharedLimits are the limits of the bot accounts that all hosts share, as the
// tables for administrators show them.
func sharedLimits(cfg *config.Config) []exports.BudgetSettings {
	limits := twitch.DefaultLimits()
	var budgets []exports.BudgetSettings
	for _, account := range cfg.Twitch {
		login := loginOf(cfg, account)
		if !account.Token.IsSet() || login == "" {
			continue
		}
		for _, b := range []struct {
			bucket, scope string
			rate          twitch.Rate
		}{
			{twitch.BucketLogin, "twitch.chat.login", limits.Login},
			{twitch.BucketJoin, "twitch.chat.join", limits.Join},
			{twitch.BucketSend, "twitch.chat.send", limits.Send},
			// What is sent as a moderator counts together with the rest.
			{twitch.BucketSend, "twitch.chat.send.moderator", limits.SendModerator},
		} {
			budgets = append(budgets, exports.BudgetSettings{
				Account: budgetOf(login), Bucket: b.bucket, Scope: b.scope, Platform: string(chat.Twitch),
				Limit: b.rate.Count, Window: b.rate.Window,
			})
		}
	}
	slices.SortFunc(budgets, func(a, b exports.BudgetSettings) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Scope, b.Scope))
	})
	return budgets
}

const (
	// serviceLook is how long what was found out about a service counts.
	serviceLook = 10 * time.Second
	// servicePatience is how long an answer may take: exports wait for it.
	servicePatience = time.Second
)

// temporalHealth is what a client of Temporal says about its server.
type temporalHealth interface {
	CheckHealth(ctx context.Context, request *client.CheckHealthRequest) (*client.CheckHealthResponse, error)
}

// serviceWatch looks at the services that the runtime stands on, besides the
// database, at most every few seconds.
type serviceWatch struct {
	temporal temporalHealth
	clock    func() time.Time

	mu     sync.Mutex
	looked time.Time
	found  []exports.ServiceState
}

func newServiceWatch(temporal temporalHealth) *serviceWatch {
	return &serviceWatch{temporal: temporal, clock: time.Now}
}

// states is how the services were at the last look.
func (w *serviceWatch) states() []exports.ServiceState {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now := w.clock(); w.looked.IsZero() || now.Sub(w.looked) >= serviceLook {
		w.looked = now
		ctx, cancel := context.WithTimeout(context.Background(), servicePatience)
		defer cancel()
		_, err := w.temporal.CheckHealth(ctx, &client.CheckHealthRequest{})
		w.found = []exports.ServiceState{{ID: "temporal", Provider: "temporal", Type: "workflows", Connected: err == nil}}
	}
	return w.found
}
