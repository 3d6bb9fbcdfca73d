package store_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/sim/wire"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// through returns the address of a database behind a network that can fail.
func through(t *testing.T, databaseURL string) (string, *wire.Proxy) {
	t.Helper()
	direct, err := url.Parse(databaseURL)
	require.NoError(t, err)
	proxy, err := wire.Listen(direct.Host)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, proxy.Close()) })
	direct.Host = proxy.Address()
	return direct.String(), proxy
}

func TestAServerThatFallsSilentIsNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	databaseURL, _ := storetest.New(t)
	address, proxy := through(t, databaseURL)
	s, err := store.Open(t.Context(), address)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	ctx := store.Within(t.Context(), 300*time.Millisecond)
	for name, ask := range map[string]func() error{
		"a query":       func() error { _, err := s.Counters(ctx); return err },
		"a batch":       func() error { return s.PutInbox(ctx, "c", "kind", t.Name(), nil) },
		"a transaction": func() error { _, err := s.LoadLane(ctx, "c"); return err },
	} {
		require.NoError(t, ask(), name)
		proxy.Set(wire.Conditions{State: wire.Silent})
		require.ErrorIs(t, ask(), context.DeadlineExceeded, name)
		require.NoError(t, t.Context().Err(), "it is the statement that ended")
		proxy.Set(wire.Conditions{})
		require.Eventually(t, func() bool { return ask() == nil }, 30*time.Second, 10*time.Millisecond, name)
	}
}

func TestAListenerNoticesThatItsConnectionIsDead(t *testing.T) {
	t.Parallel()
	databaseURL, _ := storetest.New(t)
	address, proxy := through(t, databaseURL)
	s, err := store.Open(t.Context(), address)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	connected := make(chan struct{}, 10)
	go func() {
		_ = s.Listen(t.Context(), []string{store.ChannelInbox}, func(channel, _ string) {
			if channel == "" {
				connected <- struct{}{}
			}
		})
	}()
	<-connected
	proxy.Strand()
	select {
	case <-connected:
	case <-time.After(time.Minute):
		require.FailNow(t, "it listens to nobody")
	}
}

func TestACommitAfterTheServerFellSilentGoesThroughAgain(t *testing.T) {
	t.Parallel()
	databaseURL, direct := storetest.New(t)
	epochs, err := direct.ClaimCreators(t.Context(), "host", []string{creator})
	require.NoError(t, err)
	address, proxy := through(t, databaseURL)
	committer, err := store.OpenCommitter(t.Context(), address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = committer.Close(context.Background()) })
	lanes := []store.LaneCommit{chatter(creator, epochs[creator], 1, 5)}

	proxy.Set(wire.Conditions{State: wire.Silent})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err = committer.Commit(ctx, lanes)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	proxy.Cut()
	proxy.Set(wire.Conditions{})
	_, err = committer.Commit(t.Context(), lanes)
	require.NoError(t, err)
}
