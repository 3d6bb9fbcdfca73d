package exports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/quota"
)

// FileQuotas is the document about the platforms' daily quotas.
const FileQuotas = "quotas.json"

// quotaSource is where the rows of quotas.json come from.
type quotaSource interface {
	// QuotaUsage returns how the days stand that hold an instant.
	QuotaUsage(ctx context.Context, at time.Time) ([]quota.Usage, error)
}

// QuotaSettings is what a creator may use of a platform in a day.
type QuotaSettings struct {
	quota.Key
	Limits quota.Limits
}

// QuotasInput is what quotas.json is made of.
type QuotasInput struct {
	Quotas []QuotaSettings // each creator and platform once
	Usage  []quota.Usage   // of the days that hold Now; what has none is not used yet
	Now    time.Time       // decides which day it is, and nothing else
	Since  time.Time       // oldest stamp of the document
}

type quotasDocument struct {
	SchemaVersion string     `json:"schema_version"`
	GeneratedAt   instant    `json:"generated_at"`
	Platforms     []quotaRow `json:"platforms"`
}

type quotaRow struct {
	Platform  string       `json:"platform"`
	Scope     string       `json:"scope"`
	CreatorID string       `json:"creator_id"`
	Window    string       `json:"window"`
	Used      int32        `json:"used"`
	Max       int32        `json:"max"`
	Remaining int32        `json:"remaining"`
	ResetAt   instant      `json:"reset_at"`
	Status    quota.Status `json:"status"`
}

// BuildQuotas builds quotas.json. Its stamp is that of the newest change, which may
// be the begin of a day.
func BuildQuotas(in QuotasInput) (Document, error) {
	used := make(map[quota.Key]quota.Usage, len(in.Usage))
	for _, u := range in.Usage {
		used[u.Key] = u
	}
	doc := quotasDocument{SchemaVersion: "v1", Platforms: make([]quotaRow, 0, len(in.Quotas))}
	changed := in.Since
	for _, q := range in.Quotas {
		day := quota.DayOf(q.Platform, in.Now)
		usage := used[q.Key]
		if usage.Day.Date != day.Date {
			usage = quota.Usage{} // of a clock that was wrong
		}
		doc.Platforms = append(doc.Platforms, quotaRowOf(q, usage, day))
		changed = newest(changed, day.Begins, usage.UpdatedAt)
	}
	slices.SortFunc(doc.Platforms, func(a, b quotaRow) int {
		return cmp.Or(cmp.Compare(a.CreatorID, b.CreatorID), cmp.Compare(a.Platform, b.Platform))
	})
	doc.GeneratedAt = instant(changed)
	data, err := encode(FileQuotas, doc)
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileQuotas, Visibility: DashboardOnly, Data: data}, nil
}

func quotaRowOf(q QuotaSettings, u quota.Usage, day quota.Day) quotaRow {
	row := quotaRow{
		Platform: q.Platform, Scope: "creator", CreatorID: q.CreatorID, Window: "daily",
		Used: count32(u.Used), Max: count32(q.Limits.Max), Remaining: count32(q.Limits.Remaining(u.Used)),
		ResetAt: instant(day.Ends), Status: q.Limits.Status(u.Used),
	}
	if !u.ExhaustedAt.IsZero() {
		row.Status = quota.Exhausted
	}
	return row
}

func buildQuotas(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	now := c.clock()
	usage, err := c.source.QuotaUsage(ctx, now)
	if err != nil {
		return nil, err
	}
	doc, err := BuildQuotas(QuotasInput{Quotas: s.Quotas, Usage: usage, Now: now, Since: s.Since})
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", FileQuotas, err)
	}
	return doc.Data, nil
}

// quotaSettings are the quotas of those who use a platform that has some: creators
// who stream on YouTube, or whose clips go there.
func quotaSettings(c *config.Config) []QuotaSettings {
	const youtube = "youtube"
	var all []QuotaSettings
	for i := range c.Creators {
		creator := &c.Creators[i]
		publishes := slices.Contains(c.ClipLimits(creator).Destinations, youtube)
		if !creator.Enabled || !creator.Platforms[youtube] && !publishes {
			continue
		}
		terms := c.YouTubeQuota(creator)
		all = append(all, QuotaSettings{quota.Key{Platform: youtube, CreatorID: creator.ID, Credential: terms.Credential}, terms.Limits})
	}
	return all
}
