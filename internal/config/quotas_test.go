package config

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/quota"
)

func TestTheQuotaOfYouTubeIsThePlatformsUnlessALayerSaysOtherwise(t *testing.T) {
	t.Parallel()
	c, problems := newState(t, map[string]string{
		"creators.json": `{"creators": [
			{"creator_id": "plain1"}, {"creator_id": "other1", "limits": {"youtube_daily_units_max": 0}}, {"creator_id": "free01"}]}`,
		"ratelimits.json": `{
			"global": {"youtube_daily_units_buffer": 500},
			"creators": {"free01": {"overrides": {"youtube_daily_units_max": null, "youtube_daily_units_buffer": null}}}}`,
	}).mustLoad()
	require.Empty(t, problems)
	for id, want := range map[string]quota.Limits{
		"plain1": {Max: 10_000, Buffer: 500}, "other1": {Max: 0, Buffer: 500}, "free01": {Max: quota.Unlimited},
	} {
		require.Equal(t, want, c.YouTubeQuota(c.Creator(id)).Limits, id)
	}
	terms := c.YouTubeQuota(c.Creator("plain1"))
	require.Equal(t, []float64{0.8, 0.95}, terms.WarnAt)
	require.Equal(t, quota.YouTubeCosts(), terms.Costs)
}

func TestCostsAndWarningsOfQuotasAreConfiguration(t *testing.T) {
	t.Parallel()
	c, problems := newState(t, map[string]string{
		"system.json":   `{"quotas": {"warn_at": [0.5], "youtube_units": {"videos.insert": 1600, "videos.list": 2.0}}}`,
		"creators.json": `{"creators": [{"creator_id": "plain1"}]}`,
	}).mustLoad()
	require.Empty(t, problems)
	terms := c.YouTubeQuota(c.Creator("plain1"))
	require.Equal(t, []float64{0.5}, terms.WarnAt)
	require.Equal(t, quota.YouTubeCosts().With(quota.Costs{"videos.insert": 1600, "videos.list": 2}), terms.Costs)
}

func TestQuotasThatCannotBeAreNamed(t *testing.T) {
	t.Parallel()
	c, problems := newState(t, map[string]string{
		"system.json":   `{"quotas": {"warn_at": [0.5, 80], "youtube_units": {"videos.insert": -1}}}`,
		"creators.json": `{"creators": [{"creator_id": "plain1"}]}`,
	}).mustLoad()
	text := lines(problems)
	require.Contains(t, text, "warn_at[1]")
	require.Contains(t, text, "videos.insert")
	require.Equal(t, []float64{0.5}, c.System.Quotas.WarnAt)
	require.Equal(t, int64(1), c.System.Quotas.YouTubeUnits["videos.insert"], "the default")
}
