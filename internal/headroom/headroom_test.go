package headroom

import (
	"context"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

const megabyte = 1_000_000

// fake is a process that allocates at a rate.
type fake struct {
	allocated uint64
	rate      atomic.Uint64 // bytes a second
	percents  []int
	released  int
}

func (f *fake) Allocated() uint64 {
	f.allocated += f.rate.Load() * uint64(every/time.Second)
	return f.allocated
}

func (f *fake) SetPercent(percent int) { f.percents = append(f.percents, percent) }

func (f *fake) Release() { f.released++ }

// keep runs a process at each of the rates for two minutes.
func keep(t *testing.T, rates ...uint64) *fake {
	f := &fake{}
	f.rate.Store(rates[0])
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); Keep(ctx, f) }()
		for _, rate := range rates {
			synctest.Wait()
			f.rate.Store(rate)
			time.Sleep(2 * time.Minute)
		}
		cancel()
		<-ended
	})
	return f
}

func TestAQuietProcessGetsRoomByHowFastItAllocates(t *testing.T) {
	t.Parallel()
	f := keep(t, 2.5*megabyte)
	require.IsDecreasing(t, f.percents[:len(f.percents)-1])
	require.InDelta(t, 50, f.percents[len(f.percents)-2], step, "one for every 50 kB a second")
	require.Equal(t, most, f.percents[len(f.percents)-1], "the default at the end")
	require.Equal(t, 1, f.released)
}

func TestAnIdleProcessKeepsSomeRoom(t *testing.T) {
	t.Parallel()
	f := keep(t, 0)
	require.InDelta(t, least, f.percents[len(f.percents)-2], step)
	require.GreaterOrEqual(t, f.percents[len(f.percents)-2], least)
}

func TestABurstIsNoLoad(t *testing.T) {
	t.Parallel()
	var s speed
	for _, seen := range []float64{1, 1, 90, 1, 1, 90, 1} {
		s.observe(seen)
		require.LessOrEqual(t, s.known, 1.0)
	}
	s.observe(90)
	s.observe(80)
	require.InDelta(t, 80, s.known, 0, "it lasts")
	s.observe(0)
	require.InDelta(t, 40, s.known, 0)
}

func TestABusyProcessHasTheRoomThatGoGivesIt(t *testing.T) {
	t.Parallel()
	f := keep(t, 100*megabyte)
	require.Equal(t, []int{most}, f.percents)
	require.Zero(t, f.released)
}

func TestLoadTakesItsRoomInOneStepAndGivesItBackBitByBit(t *testing.T) {
	t.Parallel()
	f := keep(t, megabyte/2, 100*megabyte, megabyte/2)
	busy := slices.Index(f.percents, most)
	require.InDelta(t, least, f.percents[busy-1], step, "in one step")
	require.Greater(t, len(f.percents), busy+3, "in several")
	require.IsDecreasing(t, f.percents[busy:len(f.percents)-1])
	require.Equal(t, 2, f.released, "once each time that it became quiet")
}

func TestThisProcessCanBeAsked(t *testing.T) {
	require.Positive(t, This{}.Allocated())
	before := debug.SetGCPercent(60)
	This{}.SetPercent(before)
	require.Equal(t, before, debug.SetGCPercent(before))
}
