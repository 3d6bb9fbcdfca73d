package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// What a process that talks is told by its environment.
const (
	talkURL  = "STREAMSUITES_TEST_TALK_URL"
	talkName = "STREAMSUITES_TEST_TALK_NAME"
)

const (
	talkers = 17  // goroutines of a process
	sayMost = 300 // messages of the creator in the window
	callCap = 500 // calls of the credential in the window
)

// talking is what one message needs: a process sends for a creator of its own, or
// for the one that all share, always with the same credential.
func talking(creatorID string) []budget.Claim {
	return []budget.Claim{
		budget.PerMinute(budget.OfCreator(creatorID, "twitch"), budget.Messages, sayMost),
		budget.PerMinute(budget.OfCredential("twitch", ""), budget.Calls, callCap),
	}
}

// talkAll is a process of its own: its goroutines send until they are refused. The
// platform is a table that knows nothing of limits.
func talkAll(url string) (exitCode int) {
	ctx := context.Background()
	s, err := store.Open(ctx, url)
	if err != nil {
		return complain(err)
	}
	platform, err := pgxpool.New(ctx, url)
	if err != nil {
		return complain(err)
	}
	failed := make(chan error, talkers)
	var wg sync.WaitGroup
	for n := range talkers {
		wg.Go(func() {
			who := "shared"
			if n%2 == 1 {
				who = os.Getenv(talkName)
			}
			if err := talk(ctx, s, platform, who, n); err != nil {
				failed <- err
			}
		})
	}
	wg.Wait()
	select {
	case err := <-failed:
		return complain(err)
	default:
		return 0
	}
}

// talk sends until it is refused. Hosts' clocks differ, all within one window.
func talk(ctx context.Context, s *store.Store, platform *pgxpool.Pool, who string, n int) error {
	for {
		err := s.TakeBudgets(ctx, talking(who), noon.Add(time.Duration(n)*time.Millisecond))
		var refused *budget.RefusedError
		if errors.As(err, &refused) {
			if refused.Wait <= 0 || refused.Wait > time.Minute+time.Second {
				return fmt.Errorf("a wait of %s", refused.Wait)
			}
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := platform.Exec(ctx, `insert into public.said (process, creator) values ($1, $2)`, os.Getenv(talkName), who); err != nil {
			return err
		}
	}
}

func TestFiftyTalkersInThreeProcessesNeverExceedALimitAndUseAllOfIt(t *testing.T) {
	t.Parallel()
	url, s := storetest.New(t)
	platform, err := pgxpool.New(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(platform.Close)
	_, err = platform.Exec(t.Context(), `create table public.said (process text not null, creator text not null)`)
	require.NoError(t, err)
	said := func(condition string) (n int) {
		require.NoError(t, platform.QueryRow(t.Context(), `select count(*) from public.said where `+condition).Scan(&n))
		return n
	}
	self, err := os.Executable()
	require.NoError(t, err)
	start := func(name string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), talkURL+"="+url, talkName+"="+name)
		cmd.Stderr = os.Stderr
		require.NoError(t, cmd.Start())
		return cmd
	}
	first, killed, third := start("first"), start("killed"), start("third")
	require.Eventually(t, func() bool { return said(`process = 'killed'`) >= 20 }, time.Minute, time.Millisecond)
	_ = killed.Process.Kill() // it may have been refused already
	_ = killed.Wait()
	require.NoError(t, first.Wait())
	require.NoError(t, third.Wait())

	require.LessOrEqual(t, said(`true`), callCap)
	require.GreaterOrEqual(t, said(`true`), callCap-talkers, "only what was in flight at the kill is lost")
	for _, who := range []string{"shared", "first", "killed", "third"} {
		require.LessOrEqual(t, said(`creator = '`+who+`'`), sayMost, who)
	}
	grants, err := s.BudgetGrants(t.Context(), noon.Add(-time.Minute))
	require.NoError(t, err)
	granted := map[string]int{}
	for _, g := range grants {
		granted[g.Bucket] += g.Tokens
	}
	require.Equal(t, map[string]int{budget.Messages: callCap, budget.Calls: callCap}, granted, "all of it or nothing")
	var refused *budget.RefusedError
	require.ErrorAs(t, s.TakeBudgets(t.Context(), talking("another"), noon), &refused)
	require.Equal(t, budget.Calls, refused.Bucket)
	require.NoError(t, s.TakeBudgets(t.Context(), talking("another"), noon.Add(2*time.Minute)))
}
