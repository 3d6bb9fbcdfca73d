package exports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

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

// QuotaSettings is what a creator, or a project, may use of a platform in a day.
type QuotaSettings struct {
	quota.Key
	Limits  quota.Limits
	Pool    quota.Key // of the project that a creator's calls count against as well
	Project string    // what a project is called; empty for a creator
}

// QuotasInput is what quotas.json is made of.
type QuotasInput struct {
	Quotas []QuotaSettings // each creator and platform, and each project, once
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

	shared bool
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
		row := quotaRowOf(q, usage, day)
		if pool := used[q.Pool]; q.Pool != q.Key && pool.Day.Date == day.Date && !pool.ExhaustedAt.IsZero() && !quota.Apart(pool.ExhaustedBy) {
			row.Status = quota.Exhausted // whatever the creator has left
		}
		doc.Platforms = append(doc.Platforms, row)
		changed = newest(changed, day.Begins, usage.UpdatedAt)
	}
	slices.SortFunc(doc.Platforms, quotaOrder)
	doc.GeneratedAt = instant(changed)
	data, err := encode(FileQuotas, doc)
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileQuotas, Visibility: DashboardOnly, Data: data}, nil
}

// quotaOrder puts what is shared first: readers show the first row of a platform.
func quotaOrder(a, b quotaRow) int {
	rank := func(r quotaRow) int {
		if r.shared {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.CreatorID, b.CreatorID), cmp.Compare(a.Platform, b.Platform))
}

func quotaRowOf(q QuotaSettings, u quota.Usage, day quota.Day) quotaRow {
	row := quotaRow{
		Platform: q.Platform, Scope: "creator", CreatorID: q.CreatorID, Window: "daily",
		Used: count32(u.Used), Max: count32(q.Limits.Max), Remaining: count32(q.Limits.Remaining(u.Used)),
		ResetAt: instant(day.Ends), Status: q.Limits.Status(u.Used),
	}
	if q.Project != "" {
		row.CreatorID, row.shared = q.Project, true
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
// who stream on YouTube, or whose clips go there, and projects that several of them
// share.
func quotaSettings(c *config.Config) []QuotaSettings {
	const youtube = "youtube"
	var all []QuotaSettings
	projects := c.YouTubeProjects()
	for _, project := range projects.All {
		if project.Pool.Several {
			all = append(all, QuotaSettings{Key: project.Pool.KeyOf(youtube), Limits: project.Pool.Limits, Project: sharedName(project.Labels[0])})
		}
		for _, creator := range project.Creators {
			terms := projects.Terms(creator)
			all = append(all, QuotaSettings{
				Key:    quota.Key{Platform: youtube, CreatorID: creator.ID, Credential: terms.Credential},
				Limits: terms.Limits, Pool: terms.Pool.KeyOf(youtube),
			})
		}
	}
	return all
}

// sharedName is what the row of a project is called, by its first account.
func sharedName(label string) string {
	if label == "" {
		return "youtube-project"
	}
	return "youtube-project." + strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' {
			return '-'
		}
		return r
	}, label[:min(len(label), 40)])
}
