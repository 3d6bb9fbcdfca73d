package exports

import (
	"context"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/store"
)

// limitSource is where the use of limits comes from.
type limitSource interface {
	BudgetGrants(ctx context.Context, after time.Time) ([]store.BudgetGrant, error)
	ClipsRequested(ctx context.Context, after time.Time) (map[string]int, error)
}

// RateLimitsInput is what admin/rate_limits.json is made of.
type RateLimitsInput struct {
	Settings Settings
	Grants   []store.BudgetGrant
	Clips    map[string]int // asked for in the last hour, by creator
	Lately   map[string]int // the same of the last minute
	Now      time.Time
}

type rateLimitsDocument struct {
	Meta       meta           `json:"meta"`
	RateLimits []rateLimitRow `json:"rate_limits"`
}

type rateLimitRow struct {
	ID            string   `json:"rate_limit_id"`
	Scope         string   `json:"scope"`
	Creator       *string  `json:"creator,omitempty"`
	Platform      string   `json:"platform"`
	WindowSeconds int32    `json:"window_seconds"`
	Window        int32    `json:"window"`
	MaxEvents     int32    `json:"max_events"`
	Limit         int32    `json:"limit"`
	Status        string   `json:"status"`
	UpdatedAt     *instant `json:"updated_at"`
}

// everyPlatform stands for limits that hold wherever something comes from.
const everyPlatform = "all"

// BuildRateLimits builds admin/rate_limits.json: what accounts may do on their
// platforms, and how many clips creators' chats may start, each with how much of
// it is used up. A limit of the configuration that nothing enforces is disabled.
func BuildRateLimits(in RateLimitsInput) (Document, error) {
	rows, changed := budgetRows(in)
	for _, c := range creatorsByID(in.Settings) {
		if !c.Enabled {
			continue
		}
		perHour := in.Settings.Tables.ClipsPerHour
		row := limitRow(LimitSettings{"clips.per_hour", perHour, time.Hour}, usage(in.Clips[c.ID], perHour))
		rows = append(rows, row.of(c))
		if n := in.Settings.Tables.details(c.ID).ClipsPerMinute; n < config.Unlimited {
			rows = append(rows, limitRow(LimitSettings{config.LimitJobs, n, time.Minute}, usage(in.Lately[c.ID], n)).of(c))
		}
	}
	data, err := encodeTwice(FileRateLimits, "rate_limits", rateLimitsDocument{
		newMeta(instant(orElse(changed, in.Settings.Since)), DashboardOnly, "rate-limits"), rows,
	})
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileRateLimits, Visibility: DashboardOnly, Data: data}, nil
}

func budgetRows(in RateLimitsInput) (rows []rateLimitRow, changed time.Time) {
	rows = []rateLimitRow{}
	names := namesOf(in.Settings)
	for _, u := range LimitUses(in.Settings.Tables.Budgets, in.Grants, in.Now) {
		row := limitRow(LimitSettings{u.Scope, u.Limit, u.Window}, u.Status)
		row.ID, row.Platform, row.UpdatedAt = ident(u.Account, u.Scope), u.Platform, notAfter(u.Last, in.Now)
		if name, ok := names[u.Creator]; ok {
			row.Creator = &name
		}
		rows, changed = append(rows, row), newest(changed, earlier(u.Last, in.Now))
	}
	return rows, changed
}

// LimitUse is how much of a limit is used in the window that ends now.
type LimitUse struct {
	BudgetSettings
	Used   int
	Last   time.Time // newest grant, also one that has left the window; zero for none
	Status string    // healthy, warning, exhausted, disabled
}

// LimitUses says how much of each limit is used.
func LimitUses(budgets []BudgetSettings, granted []store.BudgetGrant, now time.Time) []LimitUse {
	grants := byBudget(granted)
	uses := make([]LimitUse, 0, len(budgets))
	for _, b := range budgets {
		u := LimitUse{BudgetSettings: b}
		for _, g := range grants[[2]string{b.Account, b.Bucket}] {
			u.Last = newest(u.Last, g.At)
			if now.Sub(g.At) < b.Window {
				u.Used += g.Tokens
			}
		}
		u.Status = usage(u.Used, b.Limit)
		uses = append(uses, u)
	}
	return uses
}

// byBudget sorts grants by account and bucket.
func byBudget(all []store.BudgetGrant) map[[2]string][]store.BudgetGrant {
	grants := map[[2]string][]store.BudgetGrant{}
	for _, g := range all {
		key := [2]string{g.Account, g.Bucket}
		grants[key] = append(grants[key], g)
	}
	return grants
}

func limitRow(l LimitSettings, status string) rateLimitRow {
	window, limit := wholeSeconds(l.Window), count32(int64(l.Count))
	return rateLimitRow{
		Scope: l.Name, Platform: everyPlatform, WindowSeconds: window, Window: window, MaxEvents: limit, Limit: limit, Status: status,
	}
}

// of makes the row one of a creator's.
func (r rateLimitRow) of(c CreatorSettings) rateLimitRow {
	name := shownName(c)
	r.ID, r.Creator = ident(c.ID, r.Scope), &name
	return r
}

// usage says how near a limit is: warning from four fifths on.
func usage(used, limit int) string {
	switch {
	case limit <= 0:
		return statusDisabled
	case used >= limit:
		return "exhausted"
	case used*5 >= limit*4:
		return "warning"
	}
	return "healthy"
}

func buildRateLimits(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	now, window := c.clock(), time.Hour
	for _, b := range s.Tables.Budgets {
		window = max(window, b.Window)
	}
	grants, err := c.source.BudgetGrants(ctx, now.Add(-window))
	if err != nil {
		return nil, fmt.Errorf("read the budgets: %w", err)
	}
	clips, err := c.source.ClipsRequested(ctx, now.Add(-time.Hour))
	if err != nil {
		return nil, fmt.Errorf("read how many clips were asked for: %w", err)
	}
	lately, err := c.source.ClipsRequested(ctx, now.Add(-time.Minute))
	if err != nil {
		return nil, fmt.Errorf("read how many clips were asked for lately: %w", err)
	}
	doc, err := BuildRateLimits(RateLimitsInput{s, grants, clips, lately, now})
	return doc.Data, err
}
