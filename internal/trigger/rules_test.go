package trigger

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestEverythingThatIsWrongIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	s := DefaultSettings("", "x")
	s.Prefix = "a b"
	s.Ping.Aliases = []string{"clip", "two words"}
	s.Clip.UserCooldown = -1
	s.Clip.PerHour = -1
	s.Clip.OnDenied = "shout"
	_, err := Compile(s, nil)
	for _, want := range []string{
		"creator id is empty", `prefix "a b"`, `"clip" belongs to "clip" and to "ping"`, `command name "two words"`,
		"a cooldown is negative", "a limit is negative", `answer "shout"`,
	} {
		require.ErrorContains(t, err, want)
	}
}

func TestLengthsAreBroughtIntoTheirBounds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ min, def, max, wantMin, wantDef, wantMax time.Duration }{
		"no maximum means the longest there is":   {5, 30, 0, 5, 30, 240},
		"nobody gets more than the longest":       {5, 30, 900, 5, 30, 240},
		"a default over the maximum is cut":       {5, 30, 20, 5, 20, 20},
		"a minimum over the maximum is cut":       {50, 60, 20, 20, 20, 20},
		"a minimum of nothing becomes one second": {0, 30, 60, 1, 30, 60},
		"a default below the minimum is raised":   {10, 5, 60, 10, 10, 60},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := DefaultSettings("a", "")
			s.Clip.MinLength, s.Clip.DefaultLength, s.Clip.MaxLength = c.min*time.Second, c.def*time.Second, c.max*time.Second
			r, err := Compile(s, nil)
			require.NoError(t, err)
			got := r.Settings().Clip
			require.Equal(t, []time.Duration{c.wantMin * time.Second, c.wantDef * time.Second, c.wantMax * time.Second},
				[]time.Duration{got.MinLength, got.DefaultLength, got.MaxLength})
		})
	}
}

func TestTheHashFollowsTheConfiguration(t *testing.T) {
	t.Parallel()
	one, err := Compile(DefaultSettings("a", "A"), nil)
	require.NoError(t, err)
	same, err := Compile(DefaultSettings("a", "A"), nil)
	require.NoError(t, err)
	changed := DefaultSettings("a", "A")
	changed.Clip.UserCooldown++
	other, err := Compile(changed, nil)
	require.NoError(t, err)
	require.Equal(t, one.Hash(), same.Hash())
	require.NotEqual(t, one.Hash(), other.Hash())
}
