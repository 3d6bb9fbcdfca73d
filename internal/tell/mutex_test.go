package tell_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/tell"
)

func TestCallsAreMadeInTheirOrderAndWithoutTheLock(t *testing.T) {
	t.Parallel()
	var m tell.Mutex
	var told []int
	m.Lock()
	for i := range 3 {
		m.Note(func() {
			m.Lock() // would hang if the lock were held
			defer m.UnlockAndTell()
			told = append(told, i)
			if i == 0 {
				m.Note(func() { told = append(told, 9) })
			}
		})
	}
	require.Empty(t, told, "nothing is told under the lock")
	m.UnlockAndTell()
	require.Equal(t, []int{0, 1, 2, 9}, told)
}

func TestWhoeverTellsTellsWhatOthersNotedMeanwhile(t *testing.T) {
	t.Parallel()
	var m tell.Mutex
	var told []string
	busy, free := make(chan struct{}), make(chan struct{})
	var first sync.WaitGroup
	first.Go(func() {
		m.Lock()
		m.Note(func() {
			close(busy)
			<-free
			told = append(told, "first")
		})
		m.UnlockAndTell()
	})
	<-busy
	m.Lock()
	m.Note(func() { told = append(told, "second") })
	m.UnlockAndTell() // returns although the first call goes on
	require.Empty(t, told)
	close(free)
	first.Wait()
	require.Equal(t, []string{"first", "second"}, told)
}

func TestWhoeverMustNotRunAheadWaitsUntilItsCallWasMade(t *testing.T) {
	t.Parallel()
	var m tell.Mutex
	var told []string
	busy, free := make(chan struct{}), make(chan struct{})
	var both sync.WaitGroup
	both.Go(func() {
		m.Lock()
		m.Note(func() {
			close(busy)
			<-free
			told = append(told, "first")
		})
		m.UnlockAndTell()
	})
	<-busy
	both.Go(func() {
		m.Lock()
		m.Note(func() { told = append(told, "second") })
		close(free)
		m.UnlockHavingTold()
		told = append(told, "returned")
	})
	both.Wait()
	require.Equal(t, []string{"first", "second", "returned"}, told)
}

func TestNothingNotedIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	var m tell.Mutex
	m.Lock()
	m.Note(func() {
		m.Lock()
		m.UnlockHavingTold() // there is nothing to be told
	})
	m.UnlockAndTell()
}

func TestEveryCallOfManyGoroutinesIsMadeOnce(t *testing.T) {
	t.Parallel()
	var m tell.Mutex
	told := map[int]int{} // only calls touch it, and they are made one at a time
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			m.Lock()
			m.Note(func() { told[i]++ })
			if i%2 == 0 {
				m.UnlockAndTell()
			} else {
				m.UnlockHavingTold()
			}
		})
	}
	all.Wait()
	require.Len(t, told, 50)
	for i, n := range told {
		require.Equal(t, 1, n, i)
	}
}
