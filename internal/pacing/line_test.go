package pacing_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/pacing"
)

// gate is a limit that opens at a moment, and then for one message in every interval.
type gate struct {
	mu    sync.Mutex
	next  time.Time
	every time.Duration
	went  []string
}

func (g *gate) ask(name string) func() (time.Duration, error) {
	return func() (time.Duration, error) {
		g.mu.Lock()
		defer g.mu.Unlock()
		if pause := time.Until(g.next); pause > 0 {
			return pause, nil
		}
		g.next = time.Now().Add(g.every)
		g.went = append(g.went, name)
		return 0, nil
	}
}

// queue has a message wait in a line, behind those that wait already.
func queue(t *testing.T, l *pacing.Line, c budget.Class, ask func() (time.Duration, error)) {
	go func() {
		leave, err := l.Await(budget.WithClass(t.Context(), c), ask)
		if err == nil {
			leave()
		}
	}()
	synctest.Wait()
}

func TestTheMoreUrgentGoFirstAndTheOthersKeepTheirOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l pacing.Line
		g := &gate{next: time.Now().Add(10 * time.Second), every: time.Second}
		for i, c := range []budget.Class{budget.Notice, budget.Viewer, budget.Moderator, budget.Notice, budget.Viewer, budget.Moderator} {
			queue(t, &l, c, g.ask(fmt.Sprintf("%s%d", c, i)))
		}
		<-time.After(time.Minute)
		synctest.Wait()
		require.Equal(t, []string{"moderator2", "moderator5", "viewer1", "viewer4", "notice0", "notice3"}, g.went)
	})
}

func TestWhoWaitsForALimitKeepsNobodyMoreUrgentWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l pacing.Line
		g := &gate{}
		queue(t, &l, budget.Viewer, func() (time.Duration, error) { return time.Hour, nil })
		queue(t, &l, budget.Viewer, g.ask("behind"))
		queue(t, &l, budget.Moderator, g.ask("moderator"))
		require.Equal(t, []string{"moderator"}, g.went, "at once, and nobody of the class that waits")
	})
}

func TestNothingGoesWhileSomethingIsUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l pacing.Line
		g := &gate{}
		leave, err := l.Await(t.Context(), g.ask("first"))
		require.NoError(t, err)
		queue(t, &l, budget.Viewer, g.ask("viewer"))
		queue(t, &l, budget.Moderator, g.ask("moderator"))
		<-time.After(time.Hour)
		require.Equal(t, []string{"first"}, g.went)
		leave()
		leave()
		synctest.Wait()
		require.Equal(t, []string{"first", "moderator", "viewer"}, g.went)
	})
}

func TestAWaitThatIsTooLongEndsAtOnceAndSaysHowLongItWouldBe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l pacing.Line
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := l.Await(ctx, func() (time.Duration, error) { return time.Minute, nil })
		var late *pacing.LateError
		require.ErrorAs(t, err, &late)
		require.Equal(t, time.Minute, late.After)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Zero(t, time.Since(begun))
	})
}

func TestWhoGivesUpLeavesTheLineToTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l pacing.Line
		g := &gate{}
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := l.Await(ctx, func() (time.Duration, error) { return time.Minute, nil })
				left <- err
			}()
		}
		synctest.Wait()
		queue(t, &l, budget.Viewer, g.ask("viewer"))
		cancel()
		var late *pacing.LateError
		require.ErrorAs(t, <-left, &late)
		require.ErrorAs(t, <-left, &late)
		synctest.Wait()
		require.Equal(t, []string{"viewer"}, g.went)
	})
}

func TestALimitThatCannotBeAskedEndsTheWaitOfOneAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l pacing.Line
		g := &gate{}
		broken := errors.New("the database is away")
		_, err := l.Await(t.Context(), func() (time.Duration, error) { return 0, broken })
		require.Equal(t, broken, err)
		queue(t, &l, budget.Viewer, g.ask("viewer"))
		require.Equal(t, []string{"viewer"}, g.went)
	})
}
