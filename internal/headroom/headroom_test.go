package headroom

import (
	"context"
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

const megabyte = 1_000_000

// fake is a process that allocates at a rate.
type fake struct {
	allocated uint64
	rate      uint64 // bytes a second
	percents  []int
	released  int
}

func (f *fake) Allocated() uint64 {
	f.allocated += f.rate * uint64(every/time.Second)
	return f.allocated
}

func (f *fake) SetPercent(percent int) { f.percents = append(f.percents, percent) }

func (f *fake) Release() { f.released++ }

// keep runs a process at each of the rates for two minutes.
func keep(t *testing.T, rates ...uint64) *fake {
	f := &fake{rate: rates[0]}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); Keep(ctx, f) }()
		for _, rate := range rates {
			synctest.Wait()
			f.rate = rate
			time.Sleep(2 * time.Minute)
		}
		cancel()
		<-ended
	})
	return f
}

func TestAQuietProcessGetsRoomByHowFastItAllocates(t *testing.T) {
	t.Parallel()
	f := keep(t, 5*megabyte)
	require.Equal(t, []int{50, most}, f.percents, "one for every 100 kB a second, and the default at the end")
	require.Equal(t, 1, f.released)
}

func TestAnIdleProcessKeepsSomeRoom(t *testing.T) {
	t.Parallel()
	require.Equal(t, []int{least, most}, keep(t, 0).percents)
}

func TestABusyProcessHasTheRoomThatGoGivesIt(t *testing.T) {
	t.Parallel()
	f := keep(t, 100*megabyte)
	require.Equal(t, []int{most}, f.percents)
	require.Zero(t, f.released)
}

func TestLoadTakesItsRoomAtOnceAndGivesItBackBitByBit(t *testing.T) {
	t.Parallel()
	f := keep(t, 2*megabyte, 100*megabyte, 2*megabyte)
	require.Equal(t, []int{least, most}, f.percents[:2], "in one step")
	require.Greater(t, len(f.percents), 4, "in several")
	require.IsDecreasing(t, f.percents[1:len(f.percents)-1])
	require.Equal(t, 2, f.released, "once each time that it became quiet")
}

func TestThisProcessCanBeAsked(t *testing.T) {
	require.Positive(t, This{}.Allocated())
	before := debug.SetGCPercent(60)
	This{}.SetPercent(before)
	require.Equal(t, before, debug.SetGCPercent(before))
}
