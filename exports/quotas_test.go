package exports

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/quota"
)

// someQuotas are days in every state.
func someQuotas() QuotasInput {
	in := QuotasInput{Now: at(0), Since: at(-30 * 24 * 3600)}
	add := func(creator string, limits quota.Limits, used int64, marked time.Time) {
		key := quota.Key{Platform: "youtube", CreatorID: creator, Credential: "second"}
		in.Quotas = append(in.Quotas, QuotaSettings{key, limits})
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
	usual := QuotaSettings{quota.Key{Platform: "youtube", CreatorID: "Qx7Zt2"}, quota.Limits{Max: 100, Buffer: 20}}
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
