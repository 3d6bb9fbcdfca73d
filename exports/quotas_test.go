package exports

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/quota"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// someQuotas are days in every state.
func someQuotas() QuotasInput {
	in := QuotasInput{Now: at(0), Since: at(-30 * 24 * 3600)}
	add := func(creator string, limits quota.Limits, used int64, marked time.Time) {
		key := quota.Key{Platform: "youtube", CreatorID: creator, Credential: "second"}
		in.Quotas = append(in.Quotas, QuotaSettings{Key: key, Limits: limits})
		if used > 0 {
			in.Usage = append(in.Usage, quota.Usage{
				Key: key, Day: quota.DayOf("youtube", in.Now), Used: used, Limits: limits, ExhaustedAt: marked, UpdatedAt: at(-float64(used)),
			})
		}
	}
	usual := quota.Limits{Max: 10_000, Buffer: 2_000}
	add("Zy9xW8", usual, 8_000, time.Time{})
	add("Qx7Zt2", usual, 7_999, time.Time{})
	add("Ab3dE9", usual, 10_000, time.Time{})
	add("Cc4dE9", usual, 0, time.Time{})
	add("Dd5eF0", quota.Limits{Max: quota.Unlimited}, 5_000_000_000, time.Time{})
	add("Ee6fG1", usual, 40, at(-30))
	return in
}

func TestAQuotaRowSaysHowTheDayStands(t *testing.T) {
	t.Parallel()
	day := quota.DayOf("youtube", at(0))
	usual := QuotaSettings{Key: quota.Key{Platform: "youtube", CreatorID: "Qx7Zt2"}, Limits: quota.Limits{Max: 100, Buffer: 20}}
	for used, want := range map[int64]quotaRow{
		0:   {Remaining: 100, Status: quota.OK},
		79:  {Used: 79, Remaining: 21, Status: quota.OK},
		80:  {Used: 80, Remaining: 20, Status: quota.InBuffer},
		100: {Used: 100, Status: quota.Exhausted},
		130: {Used: 130, Status: quota.Exhausted},
	} {
		want.Platform, want.Scope, want.CreatorID, want.Window, want.Max = "youtube", "creator", "Qx7Zt2", "daily", 100
		want.ResetAt = instant(time.Date(2026, 2, 2, 8, 0, 0, 0, time.UTC))
		require.Equal(t, want, quotaRowOf(usual, quota.Usage{Used: used}, day))
	}
	require.Equal(t, quota.Exhausted, quotaRowOf(usual, quota.Usage{Used: 1, ExhaustedAt: at(0)}, day).Status, "the platform's word wins")
	usual.Limits.Max = quota.Unlimited
	require.Equal(t, int32(math.MaxInt32), quotaRowOf(usual, quota.Usage{Used: 1}, day).Max)
}

func TestQuotasBeginAnewAtThePlatformsMidnight(t *testing.T) {
	t.Parallel()
	in := someQuotas()
	in.Now = time.Date(2026, 2, 2, 8, 0, 0, 0, time.UTC)
	d, err := BuildQuotas(in)
	require.NoError(t, err)
	requireValid(t, d)
	require.Equal(t, len(in.Quotas), strings.Count(string(d.Data), `"used": 0`), "what was used yesterday is history")
	require.Contains(t, string(d.Data), `"reset_at": "2026-02-03T08:00:00.000000Z"`)
	require.Contains(t, string(d.Data), `"generated_at": "2026-02-02T08:00:00.000000Z"`)
}

func TestQuotasDoNotChangeAsTimePasses(t *testing.T) {
	t.Parallel()
	in := someQuotas()
	before, err := BuildQuotas(in)
	require.NoError(t, err)
	in.Now = in.Now.Add(time.Hour)
	after, err := BuildQuotas(in)
	require.NoError(t, err)
	require.Equal(t, string(before.Data), string(after.Data))
}

func TestWithoutAnyQuotaTheListIsEmpty(t *testing.T) {
	t.Parallel()
	d, err := BuildQuotas(QuotasInput{Now: at(0), Since: at(-3600)})
	require.NoError(t, err)
	requireValid(t, d)
	require.Contains(t, string(d.Data), `"platforms": []`)
}

func TestQuotasAreThoseOfCreatorsWhoUseThePlatform(t *testing.T) {
	t.Parallel()
	c := &config.Config{System: config.System{Clips: config.ClipSystem{Destinations: []string{"folder"}}}, Creators: []config.Creator{
		{ID: "streams", Enabled: true, Platforms: map[string]bool{"youtube": true}, YouTubeAccount: "second"},
		{ID: "publishes", Enabled: true, Clips: config.CreatorClips{Destinations: []string{"folder", "youtube"}}, Limits: map[string]any{config.LimitYouTubeUnits: 77.0}},
		{ID: "neither", Enabled: true},
		{ID: "off", Platforms: map[string]bool{"youtube": true}},
	}}
	found := quotaSettings(c)
	for i := range found {
		require.NotEmpty(t, found[i].Pool.Credential)
		found[i].Pool = quota.Key{}
	}
	require.Equal(t, []QuotaSettings{
		{Key: quota.Key{Platform: "youtube", CreatorID: "publishes"}, Limits: quota.Limits{Max: 77}},
		{Key: quota.Key{Platform: "youtube", CreatorID: "streams", Credential: "second"}, Limits: quota.Limits{Max: quota.DefaultYouTubeUnits}},
	}, found)
}

func TestAProjectThatSeveralCreatorsShareHasTheFirstRow(t *testing.T) {
	t.Parallel()
	application := config.YouTubeAccount{ClientID: "4711-abc.apps.googleusercontent.com", ClientSecret: config.NewSecret("s")}
	c := &config.Config{
		YouTube: map[string]config.YouTubeAccount{"": application, "SECOND": application, "OWN": {APIKey: config.NewSecret("k")}},
		Creators: []config.Creator{
			{ID: "Ab3dE9", Enabled: true, Platforms: map[string]bool{"youtube": true}, YouTubeAccount: "SECOND"},
			{ID: "Qx7Zt2", Enabled: true, Platforms: map[string]bool{"youtube": true}},
			{ID: "Zy9xW8", Enabled: true, Platforms: map[string]bool{"youtube": true}, YouTubeAccount: "OWN"},
		},
	}
	in := QuotasInput{Quotas: quotaSettings(c), Now: at(0), Since: at(-3600)}
	day := quota.DayOf("youtube", in.Now)
	pool := c.YouTubeProjects().Of("SECOND").Pool.KeyOf("youtube")
	in.Usage = []quota.Usage{{Key: pool, Day: day, Used: 1234}}
	rows := func() (rows []string) {
		d, err := BuildQuotas(in)
		require.NoError(t, err)
		requireValid(t, d)
		require.NotContains(t, string(d.Data), "4711", "the project is not named")
		var doc quotasDocument
		require.NoError(t, json.Unmarshal(d.Data, &doc))
		for _, r := range doc.Platforms {
			rows = append(rows, fmt.Sprint(r.CreatorID, " ", r.Used, "/", r.Max, " ", r.Status))
		}
		return rows
	}
	require.Equal(t, []string{"youtube-project 1234/10000 ok", "Ab3dE9 0/10000 ok", "Qx7Zt2 0/10000 ok", "Zy9xW8 0/10000 ok"}, rows())
	in.Usage[0].ExhaustedAt, in.Usage[0].ExhaustedBy = at(-30), "videos.list"
	require.Equal(t, []string{"youtube-project 1234/10000 exhausted", "Ab3dE9 0/10000 exhausted", "Qx7Zt2 0/10000 exhausted", "Zy9xW8 0/10000 ok"}, rows(),
		"the end of a project's quota is that of all who use it")
}

// TestUnitsThatAreTakenShowInTheDocument runs the exporter against a real database:
// each reservation is notified, and shows up in both trees.
func TestUnitsThatAreTakenShowInTheDocument(t *testing.T) {
	t.Parallel()
	_, s := storetest.New(t)
	tr, began := newTree(t), time.Now()
	settings := someSettings()
	key, limits := quota.Key{Platform: "youtube", CreatorID: "Qx7Zt2"}, quota.Limits{Max: 10_000, Buffer: 100}
	settings.Quotas = []QuotaSettings{{Key: key, Limits: limits}}
	options := Options{Source: s, Settings: func() Settings { return settings }, Writer: tr.options(), Clock: func() time.Time { return at(0).Add(time.Since(began)) },
		Log: zerolog.Nop(), Heartbeat: time.Hour, Refresh: time.Hour}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- New(options).Run(ctx) }()
	await := func(want string) {
		t.Helper()
		soon(t, func() bool {
			return strings.Contains(tr.read(tr.canonical, FileQuotas), want) && strings.Contains(tr.read(tr.mirror, FileQuotas), want)
		}, "with %s", want)
	}
	await(`"used": 0`)
	request := quota.Request{Key: key, Method: "videos.insert", Units: 9_900, Limits: limits, Now: at(-60)}
	_, err := s.ReserveQuota(t.Context(), request)
	require.NoError(t, err)
	await(`"status": "buffer"`)
	require.NoError(t, s.ExhaustQuota(t.Context(), request))
	await(`"status": "exhausted"`)
	requireValid(t, Document{File: FileQuotas, Data: []byte(tr.read(tr.mirror, FileQuotas))})
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
}
