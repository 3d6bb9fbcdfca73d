package quota_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/quota"
)

var noon = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

func TestADayIsInItsBufferBeforeItIsExhausted(t *testing.T) {
	t.Parallel()
	limits := quota.Limits{Max: 100, Buffer: 20}
	for used, want := range map[int64]quota.Status{0: quota.OK, 79: quota.OK, 80: quota.InBuffer, 99: quota.InBuffer, 100: quota.Exhausted, 101: quota.Exhausted} {
		require.Equal(t, want, limits.Status(used), used)
	}
	require.Equal(t, quota.OK, quota.Limits{Max: 100}.Status(99), "without a buffer")
	require.Equal(t, quota.Exhausted, quota.Limits{}.Status(0), "nothing is allowed")
	require.Equal(t, quota.OK, quota.Limits{Max: quota.Unlimited}.Status(quota.Unlimited))
	require.Equal(t, int64(0), limits.Remaining(130))
	require.Equal(t, int64(30), limits.Remaining(70))
}

func TestUnitsAreGrantedUpToTheMaximumAndNoFurther(t *testing.T) {
	t.Parallel()
	r := quota.Request{Key: quota.Key{Platform: "youtube", CreatorID: "c"}, Units: 10, Limits: quota.Limits{Max: 100}, Now: noon}
	_, refused := r.Decide(quota.State{Used: 60, Reserved: 30})
	require.Nil(t, refused)
	_, refused = r.Decide(quota.State{Used: 60, Reserved: 31})
	require.Equal(t, &quota.ExhaustedError{Key: r.Key, Units: 10, Used: 91, Max: 100, Until: time.Date(2026, 2, 2, 8, 0, 0, 0, time.UTC)}, refused)
	require.EqualError(t, refused, "youtube: the day's quota of c is used up until 2026-02-02T08:00:00Z: 91 of 100 units are used and 10 more are needed")
	r.Limits.Max = quota.Unlimited
	_, refused = r.Decide(quota.State{Used: quota.Unlimited})
	require.Nil(t, refused)
}

func TestOnlyPeopleGetPastThePlatformsRefusalAndNotPastTheMaximum(t *testing.T) {
	t.Parallel()
	r := quota.Request{Units: 10, Limits: quota.Limits{Max: 100}, Now: noon}
	_, refused := r.Decide(quota.State{Marked: true})
	require.True(t, refused.ByPlatform)
	r.Insisted = true
	_, refused = r.Decide(quota.State{Marked: true})
	require.Nil(t, refused)
	_, refused = r.Decide(quota.State{Marked: true, Used: 91})
	require.False(t, refused.ByPlatform)
}

func TestTheHighestThresholdThatIsPassedIsWarnedAboutOnce(t *testing.T) {
	t.Parallel()
	r := quota.Request{Units: 10, Limits: quota.Limits{Max: 100, Buffer: 15}, WarnAt: []float64{0.95, 0.5, 0, 7}}
	for used, want := range map[int64]int64{0: 0, 39: 0, 40: 50, 74: 50, 75: 85, 85: 95, 90: 95} {
		warn, refused := r.Decide(quota.State{Used: used})
		require.Nil(t, refused)
		require.Equal(t, want, warn, used)
	}
	warn, _ := r.Decide(quota.State{Used: 60, Warned: 50})
	require.Zero(t, warn)
	r.Limits.Max = quota.Unlimited
	warn, _ = r.Decide(quota.State{Used: quota.Unlimited})
	require.Zero(t, warn)
}

func TestWhatIsNotListedCostsOneUnitACall(t *testing.T) {
	t.Parallel()
	costs := quota.YouTubeCosts().With(quota.Costs{"videos.insert": 100, "videos.list": 0})
	require.Equal(t, int64(200), costs.Of("videos.insert", 2))
	require.Equal(t, int64(0), costs.Of("videos.list", 2))
	require.Equal(t, int64(3), costs.Of("captions.list", 3))
	require.Equal(t, int64(1), quota.YouTubeCosts().Of("videos.insert", 1), "the platform's figures are not changed")
}
