package config

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/quota"
)

// streaming is a creator who streams on YouTube with an account.
func streaming(id, label string, limits map[string]any) Creator {
	return Creator{ID: id, Enabled: true, Platforms: map[string]bool{"youtube": true}, YouTubeAccount: label, Limits: limits}
}

func TestAccountsOfOneGoogleProjectAreFoundByTheirClientsAndKeys(t *testing.T) {
	t.Parallel()
	client := func(id string) YouTubeAccount { return YouTubeAccount{ClientID: id, ClientSecret: NewSecret("s")} }
	keyed := client("4711-second.apps.googleusercontent.com")
	keyed.APIKey = NewSecret("k1")
	c := &Config{
		YouTube: map[string]YouTubeAccount{
			"A": client("4711-first.apps.googleusercontent.com"), "B": keyed, "C": {APIKey: NewSecret("k1")},
			"D": {APIKey: NewSecret("k2")}, "E": client("handmade"), "F": client("handmade"), "G": client("0815-x.apps.googleusercontent.com"),
		},
		Creators: []Creator{streaming("c1", "A", nil), streaming("c2", "C", nil), streaming("c3", "D", nil), streaming("c4", "nothing", nil)},
	}
	projects := c.YouTubeProjects()
	var labels [][]string
	for _, p := range projects.All {
		labels = append(labels, p.Labels)
	}
	require.Equal(t, [][]string{{"A", "B", "C"}, {"D"}, {"E", "F"}, {"G"}, {"nothing"}}, labels)
	require.True(t, projects.Of("B").Pool.Several)
	require.False(t, projects.Of("D").Pool.Several)
	name := projects.Of("A").Pool.Name
	require.Regexp(t, `^project\.[0-9a-f]{12}$`, name)
	require.NotContains(t, name, "4711")

	key, terms := projects.Account("A")
	require.Equal(t, quota.Key{Platform: "youtube", Credential: name}, key, "nobody's alone")
	require.Equal(t, int64(quota.DefaultYouTubeUnits), terms.Limits.Max)
	key, terms = projects.Account("D")
	require.Equal(t, quota.Key{Platform: "youtube", CreatorID: "c3", Credential: "D"}, key)
	require.Equal(t, projects.Of("D").Pool, terms.Pool, "counted for the project, too")
	key, _ = projects.Account("gone")
	require.True(t, key.Project())

	c.YouTube["A"] = client("4711-another.apps.googleusercontent.com")
	require.Equal(t, name, c.YouTubeProjects().Of("C").Pool.Name, "another client of the project changes nothing")
}

func TestAProjectMayUseWhatItsCreatorsMayButNoMoreThanProjectsHave(t *testing.T) {
	t.Parallel()
	limit := func(units float64) map[string]any { return map[string]any{LimitYouTubeUnits: units} }
	for want, creators := range map[int64][]Creator{
		10_000: {streaming("c1", "", nil), streaming("c2", "", nil)},
		6_000:  {streaming("c1", "", limit(3_000)), streaming("c2", "", limit(3_000))},
		9_999:  {streaming("c1", "", limit(9_999)), streaming("c2", "", limit(0))},
		50_000: {streaming("c1", "", limit(50_000)), streaming("c2", "", nil)},
	} {
		c := &Config{Creators: creators}
		require.Equal(t, want, c.YouTubeProjects().Of("").Pool.Limits.Max)
	}
}
