package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/quota"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// What a process that spends is told by its environment.
const (
	spendURL     = "STREAMSUITES_TEST_SPEND_URL"
	spendName    = "STREAMSUITES_TEST_SPEND_NAME"
	spendWorkers = "STREAMSUITES_TEST_SPEND_WORKERS"
)

const (
	spendCap   = 4000 // units
	spendMost  = 9    // units that one call reserves at most
	spendKills = 25   // calls of the process that is killed, at least, before it is
)

// spending asks for units of the day that all processes share.
func spending(units int64) quota.Request {
	return quota.Request{
		Key: quota.Key{Platform: "youtube", CreatorID: creator}, Method: "videos.list", Units: units,
		Limits: quota.Limits{Max: spendCap, Buffer: 500}, WarnAt: []float64{0.5, 0.8}, Now: noon,
	}
}

// spendAll is a process of its own: its goroutines call the platform until the day
// is used up. The platform is a table that knows nothing of quotas.
func spendAll(url string) (exitCode int) {
	ctx := context.Background()
	workers, err := strconv.Atoi(os.Getenv(spendWorkers))
	if err != nil {
		return complain(err)
	}
	s, err := store.Open(ctx, url)
	if err != nil {
		return complain(err)
	}
	platform, err := pgxpool.New(ctx, url)
	if err != nil {
		return complain(err)
	}
	failed := make(chan error, workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			if err := spend(ctx, s, platform); err != nil {
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

func complain(err error) int {
	fmt.Fprintln(os.Stderr, "spend:", err)
	return 3
}

// spend calls until it is refused. Calls take as much as was reserved, less, or
// nothing.
func spend(ctx context.Context, s *store.Store, platform *pgxpool.Pool) error {
	for {
		most := 1 + rand.Int64N(spendMost)
		granted, err := s.ReserveQuota(ctx, spending(most))
		var refused *quota.ExhaustedError
		if errors.As(err, &refused) {
			return nil
		}
		if err != nil {
			return err
		}
		took := rand.Int64N(most + 1)
		if _, err := platform.Exec(ctx, `insert into public.calls (name, took) values ($1, $2)`, os.Getenv(spendName), took); err != nil {
			return err
		}
		if err := s.SettleQuota(ctx, granted, took, noon); err != nil {
			return err
		}
	}
}

// spender starts a process that spends.
func spender(t *testing.T, url, name string, workers int) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), spendURL+"="+url, spendName+"="+name, spendWorkers+"="+strconv.Itoa(workers))
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	return cmd
}

func TestFiftySpendersInThreeProcessesNeverExceedAQuotaAndAKillLosesOnlyWhatWasInFlight(t *testing.T) {
	t.Parallel()
	url, s := storetest.New(t)
	b := quotaBench{s, t}
	platform, err := pgxpool.New(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(platform.Close)
	_, err = platform.Exec(t.Context(), `create table public.calls (name text not null, took bigint not null)`)
	require.NoError(t, err)
	called := func(name string) (calls, took int64) {
		require.NoError(t, platform.QueryRow(t.Context(), `
			select count(*), coalesce(sum(took), 0)::bigint from public.calls where name like $1`, name).Scan(&calls, &took))
		return calls, took
	}

	const doomed = 16
	first, killed, third := spender(t, url, "first", 17), spender(t, url, "killed", doomed), spender(t, url, "third", 17)
	require.Eventually(t, func() bool {
		calls, _ := called("killed")
		return calls >= spendKills
	}, time.Minute, time.Millisecond)
	require.NoError(t, killed.Process.Kill())
	require.Error(t, killed.Wait(), "it had not finished")
	require.NoError(t, first.Wait())
	require.NoError(t, third.Wait())

	usage := b.day(noon)
	_, took := called("%")
	require.LessOrEqual(t, usage.Used, int64(spendCap))
	lost := usage.Used - took
	require.GreaterOrEqual(t, lost, int64(0), "no call was made without its units")
	require.LessOrEqual(t, lost, usage.Reserved, "everything that was settled is exact")
	require.LessOrEqual(t, usage.Reserved, int64(doomed*spendMost), "only what was in flight is open")
	var open int
	require.NoError(t, platform.QueryRow(t.Context(), `select count(*) from streamsuites.quota_reservations`).Scan(&open))
	require.LessOrEqual(t, open, doomed)

	if rest := spendCap - usage.Used; rest > 0 {
		b.settle(b.reserve(spending(rest)), rest)
	}
	b.refused(spending(1))
	ended, err := s.BeginQuotaDay(t.Context(), noon.Add(quota.Hold))
	require.NoError(t, err)
	require.Equal(t, int64(open), ended)
	require.Equal(t, []int64{spendCap, 0}, []int64{b.day(noon).Used, b.day(noon).Reserved})
}
