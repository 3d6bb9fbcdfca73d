package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/streamsuites/streamsuites/cmd/internal/connect"
	"github.com/streamsuites/streamsuites/cmd/internal/output"
	"github.com/streamsuites/streamsuites/cmd/internal/roles"
	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/store"
)

// limitView is a limit of which something is used at the moment.
type limitView struct {
	Account   string `json:"account"`
	Scope     string `json:"scope"`
	CreatorID string `json:"creator_id,omitempty"`
	Platform  string `json:"platform"`
	Used      int    `json:"used"`
	Limit     int    `json:"limit"`
	WindowS   int    `json:"window_s"`
	Status    string `json:"status"`
}

// limitViews are the limits of which something is used. Without a configuration that
// can be read nobody knows the limits.
func limitViews(ctx context.Context, target connect.Target, s *store.Store) ([]limitView, error) {
	views := []limitView{}
	cfg, _, err := config.Load(ctx, config.Options{StateDir: target.Dir.String()})
	if err != nil {
		return views, nil //nolint:nilerr // `config validate` says what is wrong with it
	}
	budgets, now := roles.Parts{Dir: target.Dir, Config: cfg}.ExportSettings().Tables.Budgets, time.Now()
	longest := time.Minute
	for _, b := range budgets {
		longest = max(longest, b.Window)
	}
	grants, err := s.BudgetGrants(ctx, now.Add(-longest))
	if err != nil {
		return views, err
	}
	for _, u := range exports.LimitUses(budgets, grants, now) {
		if u.Used > 0 {
			views = append(views, limitView{u.Account, u.Scope, u.Creator, u.Platform, u.Used, u.Limit, int(u.Window.Seconds()), u.Status})
		}
	}
	return views, nil
}

// printLimits prints nothing when nothing is used.
func printLimits(w io.Writer, limits []limitView) error {
	if len(limits) == 0 {
		return nil
	}
	_, _ = io.WriteString(w, "\n")
	return output.Table(w, []string{"LIMIT", "OF", "USED", "STATE"}, rowsOf(limits, func(l limitView) []string {
		return []string{l.Scope, l.Account, fmt.Sprintf("%d of %d in %d s", l.Used, l.Limit, l.WindowS), l.Status}
	}))
}
