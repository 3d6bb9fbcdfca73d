package store_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/quota"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// asking is a request for units of a day with a maximum of 100.
func asking(units int64) quota.Request {
	return quota.Request{
		Key: quota.Key{Platform: "youtube", CreatorID: creator, Credential: "second"}, Method: "videos.list", Units: units,
		Limits: quota.Limits{Max: 100, Buffer: 10}, Now: noon,
	}
}

// quotaBench is a database with the quota of a creator in it.
type quotaBench struct {
	*store.Store
	t *testing.T
}

func quotasOf(t *testing.T) quotaBench {
	t.Helper()
	_, s := storetest.New(t)
	return quotaBench{s, t}
}

func (b quotaBench) reserve(r quota.Request) quota.Reservation {
	b.t.Helper()
	granted, err := b.ReserveQuota(b.t.Context(), r)
	require.NoError(b.t, err)
	return granted
}

func (b quotaBench) refused(r quota.Request) *quota.ExhaustedError {
	b.t.Helper()
	_, err := b.ReserveQuota(b.t.Context(), r)
	var refused *quota.ExhaustedError
	require.ErrorAs(b.t, err, &refused)
	return refused
}

func (b quotaBench) settle(r quota.Reservation, units int64) {
	b.t.Helper()
	require.NoError(b.t, b.SettleQuota(b.t.Context(), r, units, noon.Add(time.Minute)))
}

// day is how the only day stands that holds an instant.
func (b quotaBench) day(at time.Time) quota.Usage {
	b.t.Helper()
	usage, err := b.QuotaUsage(b.t.Context(), at)
	require.NoError(b.t, err)
	require.Len(b.t, usage, 1)
	return usage[0]
}

// warnings are the texts of the events so far.
func (b quotaBench) warnings() (texts []string) {
	b.t.Helper()
	events, err := b.LatestRuntimeEvents(b.t.Context(), 100)
	require.NoError(b.t, err)
	for _, e := range events {
		require.Equal(b.t, store.SeverityWarning, e.Severity)
		require.Equal(b.t, []string{"youtube", creator}, []string{e.Source, e.CreatorID})
		texts = append(texts, e.Message)
	}
	return texts
}

func TestADayOfAQuotaHoldsItsMaximumAndNoMore(t *testing.T) {
	t.Parallel()
	b := quotasOf(t)
	first := b.reserve(asking(60))
	require.Equal(t, "2026-02-01", first.Day)
	refused := b.refused(asking(41))
	require.Equal(t, time.Date(2026, 2, 2, 8, 0, 0, 0, time.UTC), refused.Until, "it says when it can go again")
	require.Equal(t, []int64{41, 60, 100}, []int64{refused.Units, refused.Used, refused.Max})
	b.settle(first, 60)
	b.settle(b.reserve(asking(40)), 40)
	b.refused(asking(1))
	require.Equal(t, int64(100), b.day(noon).Used)
	require.Zero(t, b.day(noon).Reserved)

	tomorrow := asking(100)
	tomorrow.Now = refused.Until
	b.settle(b.reserve(tomorrow), 100)
	require.Equal(t, int64(100), b.day(refused.Until).Used)
	require.Equal(t, int64(100), b.day(refused.Until.Add(-time.Second)).Used, "yesterday is history")
}

func TestACallIsCountedAsWhatItTook(t *testing.T) {
	t.Parallel()
	b := quotasOf(t)
	cheaper, dearer, nothing := b.reserve(asking(10)), b.reserve(asking(10)), b.reserve(asking(10))
	require.Equal(t, int64(30), b.day(noon).Used, "what is being called counts")
	b.settle(cheaper, 4)
	b.settle(dearer, 25)
	b.settle(nothing, 0)
	b.settle(dearer, 25)
	require.Equal(t, int64(29), b.day(noon).Used, "settling again changes nothing")
	require.Zero(t, b.day(noon).Reserved)
}

func TestACallThatCostsNothingIsNotCounted(t *testing.T) {
	t.Parallel()
	b := quotasOf(t)
	b.settle(b.reserve(asking(0)), 0)
	usage, err := b.QuotaUsage(t.Context(), noon)
	require.NoError(t, err)
	require.Empty(t, usage)
}

func TestQuotasOfOtherCreatorsPlatformsAndAccountsAreApart(t *testing.T) {
	t.Parallel()
	b := quotasOf(t)
	other, platform, account := asking(100), asking(100), asking(100)
	other.CreatorID, platform.Platform, account.Credential = "another", "kick", ""
	for _, r := range []quota.Request{asking(100), other, platform, account} {
		b.reserve(r)
		b.refused(r)
	}
}

func TestUnitsThatADeadProcessReservedCountAsUsedAfterAWhile(t *testing.T) {
	t.Parallel()
	b := quotasOf(t)
	lost := b.reserve(asking(30))
	later := asking(1)
	later.Now = noon.Add(quota.Hold - time.Second)
	b.settle(b.reserve(later), 1)
	require.Equal(t, int64(30), b.day(noon).Reserved)
	later.Now = noon.Add(quota.Hold)
	b.settle(b.reserve(later), 1)
	require.Equal(t, []int64{32, 0}, []int64{b.day(noon).Used, b.day(noon).Reserved}, "the call may have been made")
	b.settle(lost, 0)
	require.Equal(t, int64(32), b.day(noon).Used, "it is too late to give them back")
}

func TestTheBeginOfADayEndsWhatIsLeftOfTheOneBefore(t *testing.T) {
	t.Parallel()
	b := quotasOf(t)
	open := asking(7)
	open.Now = noon.Add(time.Second)
	b.reserve(asking(30))
	b.reserve(asking(20))
	b.reserve(open)
	ended, err := b.BeginQuotaDay(t.Context(), noon.Add(quota.Hold))
	require.NoError(t, err)
	require.Equal(t, int64(2), ended)
	require.Equal(t, []int64{57, 7}, []int64{b.day(noon).Used, b.day(noon).Reserved})
	ended, err = b.BeginQuotaDay(t.Context(), noon.Add(quota.Hold))
	require.NoError(t, err)
	require.Zero(t, ended)
}

func TestThePlatformsRefusalEndsADayButForPeople(t *testing.T) {
	t.Parallel()
	b := quotasOf(t)
	require.NoError(t, b.ExhaustQuota(t.Context(), asking(1)))
	require.NoError(t, b.ExhaustQuota(t.Context(), asking(1)))
	require.Equal(t, noon, b.day(noon).ExhaustedAt)
	require.True(t, b.refused(asking(1)).ByPlatform)
	require.Equal(t, []string{"The platform says that today's quota is used up; it begins anew at 2026-02-02 08:00 UTC"}, b.warnings())

	insisting := asking(1)
	insisting.Insisted = true
	b.settle(b.reserve(insisting), 1)
	insert := insisting
	insert.Method = "videos.insert"
	require.NoError(t, b.ReopenQuota(t.Context(), insert))
	require.True(t, b.refused(asking(1)).ByPlatform, "calls of another method say nothing")
	require.NoError(t, b.ReopenQuota(t.Context(), insisting))
	b.reserve(asking(1))
	require.Zero(t, b.day(noon).ExhaustedAt)
}

func TestEachThresholdOfADayIsWarnedAboutOnce(t *testing.T) {
	t.Parallel()
	b := quotasOf(t)
	var warned atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			r := asking(5)
			r.WarnAt = []float64{0.5, 0.8}
			granted, err := b.ReserveQuota(t.Context(), r)
			assert.NoError(t, err)
			assert.NoError(t, b.SettleQuota(t.Context(), granted, 5, noon))
			warned.Add(1)
		})
	}
	wg.Wait()
	require.Equal(t, int64(20), warned.Load())
	require.Equal(t, []string{
		"50 of the 100 units of today's quota are used", "80 of the 100 units of today's quota are used", "90 of the 100 units of today's quota are used",
	}, b.warnings())
}

func TestChangedLimitsHoldAtOnce(t *testing.T) {
	t.Parallel()
	b := quotasOf(t)
	b.reserve(asking(100))
	b.refused(asking(1))
	raised := asking(50)
	raised.Limits.Max = 150
	b.reserve(raised)
	b.refused(raised)
	require.Equal(t, quota.Limits{Max: 150, Buffer: 10}, b.day(noon).Limits)
	raised.Limits.Max = quota.Unlimited
	b.reserve(raised)
}

func TestQuotasAreForgottenAfterTheirTime(t *testing.T) {
	t.Parallel()
	b := quotasOf(t)
	b.reserve(asking(10))
	ends := b.day(noon).Day.Ends
	n, err := b.PruneQuotas(t.Context(), ends)
	require.NoError(t, err)
	require.Zero(t, n)
	n, err = b.PruneQuotas(t.Context(), ends.Add(time.Second))
	require.NoError(t, err)
	require.Equal(t, int64(1), n)
}

func TestTheExporterIsToldOfUnits(t *testing.T) {
	t.Parallel()
	b := quotasOf(t)
	ctx, cancel := context.WithCancel(t.Context())
	told, done := make(chan string, 100), make(chan struct{})
	go func() {
		defer close(done)
		_ = b.Listen(ctx, []string{store.ChannelExport}, func(channel, _ string) { told <- channel })
	}()
	require.Empty(t, <-told, "listening begins")
	granted := b.reserve(asking(10))
	require.Equal(t, store.ChannelExport, <-told)
	b.settle(granted, 3)
	require.Equal(t, store.ChannelExport, <-told)
	cancel()
	<-done
}

// pooled is a request of a creator whose project holds 150 units.
func pooled(creatorID string, units int64) quota.Request {
	r := asking(units)
	r.CreatorID = creatorID
	r.Pool = quota.Pool{Name: "project.1", Limits: quota.Limits{Max: 150}, Several: true}
	return r
}

func (b quotaBench) used() map[string]int64 {
	b.t.Helper()
	usage, err := b.QuotaUsage(b.t.Context(), noon)
	require.NoError(b.t, err)
	used := map[string]int64{}
	for _, u := range usage {
		used[u.CreatorID+"/"+u.Credential] = u.Used
	}
	return used
}

func TestWhatCreatorsOfOneProjectUseCountsTogether(t *testing.T) {
	t.Parallel()
	b := quotasOf(t)
	first, second := b.reserve(pooled("ann", 80)), b.reserve(pooled("bob", 70))
	refused := b.refused(pooled("bob", 1))
	require.True(t, refused.Key.Project(), "bob himself has units left")
	require.Equal(t, []int64{150, 150}, []int64{refused.Used, refused.Max})
	b.settle(first, 0)
	b.settle(second, 60)
	b.settle(second, 60)
	require.Equal(t, map[string]int64{"ann/second": 0, "bob/second": 60, "/project.1": 60}, b.used())
	require.False(t, b.refused(pooled("bob", 41)).Key.Project(), "his own are used up before the project's")
	require.Equal(t, map[string]int64{"ann/second": 0, "bob/second": 60, "/project.1": 60}, b.used(), "nothing was taken from either")
}

func TestTheEndOfAProjectsQuotaIsThatOfAllItsCreators(t *testing.T) {
	t.Parallel()
	b := quotasOf(t)
	require.NoError(t, b.ExhaustQuota(t.Context(), pooled("ann", 1)))
	refused := b.refused(pooled("bob", 1))
	require.True(t, refused.ByPlatform)
	require.True(t, refused.Key.Project())
	events, err := b.LatestRuntimeEvents(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, events, 1, "it is told once")
	require.Empty(t, events[0].CreatorID)
	require.Equal(t, "The platform says that today's quota of an API project is used up; it begins anew at 2026-02-02 08:00 UTC", events[0].Message)
	insisting := pooled("ann", 1)
	insisting.Insisted = true
	b.reserve(insisting)
	require.NoError(t, b.ReopenQuota(t.Context(), insisting))
	b.reserve(pooled("bob", 1))
}

func TestTheEndOfTheAllowanceForUploadsEndsUploadsAlone(t *testing.T) {
	t.Parallel()
	b := quotasOf(t)
	upload := pooled("ann", 1)
	upload.Method = "videos.insert"
	require.NoError(t, b.ExhaustQuota(t.Context(), upload))
	require.True(t, b.refused(upload).ByPlatform)
	b.reserve(pooled("ann", 1))
	other := pooled("bob", 1)
	other.Method = "videos.insert"
	b.reserve(other)
	require.NoError(t, b.ExhaustQuota(t.Context(), pooled("ann", 1)), "what ends the units ends everything")
	require.True(t, b.refused(pooled("ann", 1)).ByPlatform)
	require.True(t, b.refused(other).ByPlatform)
}

func TestCreatorsOfOneProjectDoNotWaitForEachOtherInACircle(t *testing.T) {
	t.Parallel()
	b := quotasOf(t)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			r := pooled([]string{"ann", "bob"}[i%2], 1)
			if i%5 == 0 {
				r = r.Parts()[0] // what is read for both
			}
			granted, err := b.ReserveQuota(t.Context(), r)
			assert.NoError(t, err)
			assert.NoError(t, b.SettleQuota(t.Context(), granted, 1, noon))
			_, err = b.BeginQuotaDay(t.Context(), noon)
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	require.Equal(t, int64(40), b.used()["/project.1"])
}
