package roles

import (
	"cmp"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/ingest/twitch"
	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
)

// budgetOf is the name of a Twitch account's budget in the store.
func budgetOf(login string) string { return "twitch:" + login }

// sharedLimits are the limits that all hosts share and that calls are really held
// to, as the tables for administrators show them: those of bot accounts, of
// credentials and of creators.
func sharedLimits(cfg *config.Config) []exports.BudgetSettings {
	budgets := slices.Concat(chatLimits(cfg), callLimits(cfg), creatorLimits(cfg))
	slices.SortFunc(budgets, func(a, b exports.BudgetSettings) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Scope, b.Scope))
	})
	return budgets
}

// chatLimits are those of the bot accounts in chats.
func chatLimits(cfg *config.Config) (budgets []exports.BudgetSettings) {
	limits := twitch.DefaultLimits()
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
	return budgets
}

// callLimits are those of the credentials that call platforms' APIs.
func callLimits(cfg *config.Config) (budgets []exports.BudgetSettings) {
	add := func(p chat.Platform, credential string) {
		limit, limited := cfg.System.Quotas.CallsPerMinute[string(p)]
		if !limited {
			return
		}
		budgets = append(budgets, exports.BudgetSettings{
			Account: budget.OfCredential(string(p), credential), Bucket: budget.Calls, Scope: string(p) + ".api.calls", Platform: string(p),
			Limit: limit, Window: time.Minute,
		})
	}
	for _, account := range cfg.Twitch {
		if account.ClientID == "" {
			continue
		}
		if account.Token.IsSet() {
			add(chat.Twitch, accountName(chat.Twitch, account.Label))
		}
		if account.ClientSecret.IsSet() {
			add(chat.Twitch, accountName(chat.Twitch, account.Label)+ofApplication)
		}
	}
	for label, account := range cfg.YouTube {
		if account.Complete() {
			add(chat.YouTube, label)
		}
	}
	return budgets
}

// creatorLimits are what the configuration allows creators in a minute.
func creatorLimits(cfg *config.Config) (budgets []exports.BudgetSettings) {
	for i := range cfg.Creators {
		creator := &cfg.Creators[i]
		if !creator.Enabled {
			continue
		}
		for _, p := range chat.Platforms {
			for _, claim := range ofCreator(cfg, creator, p, taken(cfg, creator, p)...) {
				budgets = append(budgets, exports.BudgetSettings{
					Account: claim.Account, Bucket: claim.Bucket, Creator: creator.ID, Scope: claim.Bucket, Platform: string(p),
					Limit: claim.Limit, Window: claim.Window,
				})
			}
		}
	}
	return budgets
}

// taken are the limits that something of the creator's counts against on a platform.
func taken(cfg *config.Config, creator *config.Creator, p chat.Platform) []string {
	var names []string
	if creator.On(p) && cfg.Polls(p) {
		names = append(names, budget.Messages, budget.Responses)
	}
	// Twitch's API is asked for all creators of a credential together.
	if p == chat.YouTube && (creator.On(p) || slices.Contains(cfg.ClipLimits(creator).Destinations, string(p))) {
		names = append(names, budget.Requests)
	}
	return names
}
