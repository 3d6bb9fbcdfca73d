package roles

import (
	"context"
	"errors"
	"time"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
)

// budgetStore keeps the grants; *store.Store is one.
type budgetStore interface {
	TakeBudgets(ctx context.Context, claims []budget.Claim, now time.Time) error
}

// governor grants what the configuration in force allows, out of budgets that all
// hosts share. What has no limit costs no question.
type governor struct {
	store   budgetStore
	config  func() *config.Config // in force
	clock   func() time.Time
	refused func(bucket string) // counts; may be nil
}

func (p Parts) governor() governor {
	return governor{p.Store, p.config, time.Now, p.Metrics.Refused}
}

// TakeMessage implements ingest.Budgets. What is not for a moderator leaves a reserve.
func (g governor) TakeMessage(ctx context.Context, creatorID string, p chat.Platform, answer bool) error {
	names := []string{budget.Messages}
	if answer {
		names = append(names, budget.Responses)
	}
	claims := ofCreatorID(g.config(), creatorID, p, names...)
	for i := range claims {
		claims[i].Limit = budget.LimitOf(ctx, claims[i].Limit)
	}
	return g.take(ctx, claims)
}

// TakeCall takes one call of a platform's API with a credential, for a creator or,
// with "", for nobody in particular. A *budget.RefusedError says when there is room
// again; then nothing was taken.
func (g governor) TakeCall(ctx context.Context, p chat.Platform, creatorID, credential string) error {
	cfg := g.config()
	claims := ofCreatorID(cfg, creatorID, p, budget.Requests)
	if limit, limited := cfg.System.Quotas.CallsPerMinute[string(p)]; limited {
		claims = append(claims, budget.PerMinute(budget.OfCredential(string(p), credential), budget.Calls, limit))
	}
	return g.take(ctx, claims)
}

func (g governor) take(ctx context.Context, claims []budget.Claim) error {
	err := g.store.TakeBudgets(ctx, claims, g.clock())
	var refused *budget.RefusedError
	if errors.As(err, &refused) && g.refused != nil {
		g.refused(refused.Bucket)
	}
	return err
}

// ofCreatorID are the claims of one token of the limits that are set for the creator
// of that id, if there is one.
func ofCreatorID(cfg *config.Config, creatorID string, p chat.Platform, names ...string) []budget.Claim {
	creator := cfg.Creator(creatorID)
	if creator == nil {
		return nil
	}
	return ofCreator(cfg, creator, p, names...)
}

// ofCreator are the claims of one token of a creator's limits that are set.
func ofCreator(cfg *config.Config, creator *config.Creator, p chat.Platform, names ...string) []budget.Claim {
	limits := cfg.LimitsOn(creator, p)
	var claims []budget.Claim
	for _, name := range names {
		if limit, limited := limits.PerMinute(name); limited {
			claims = append(claims, budget.PerMinute(budget.OfCreator(creator.ID, string(p)), name, limit))
		}
	}
	return claims
}

// platformCalls are the calls of one platform's API that are made for nobody in
// particular.
type platformCalls struct {
	governor
	platform chat.Platform
}

// TakeCall implements the Calls of a platform's client.
func (c platformCalls) TakeCall(ctx context.Context, credential string) error {
	return c.governor.TakeCall(ctx, c.platform, "", credential)
}

// creatorCalls are the calls of one platform's API that are made for creators.
type creatorCalls struct {
	governor
	platform chat.Platform
}

// TakeCall implements the Calls of a destination.
func (c creatorCalls) TakeCall(ctx context.Context, creatorID, credential string) error {
	return c.governor.TakeCall(ctx, c.platform, creatorID, credential)
}
