package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestTheStatesOfThousandsOfConnectionsAreSavedAndConfirmedInNoTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	ids := make([]string, 1000)
	for i := range ids {
		ids[i] = fmt.Sprintf("many%04d", i)
	}
	epochs, err := b.store.ClaimCreators(ctx, "host-a", ids)
	require.NoError(t, err)
	var all []store.PlatformStatus
	for _, id := range ids {
		for _, p := range []chat.Platform{chat.Kick, chat.Twitch, chat.YouTube} {
			all = append(all, store.PlatformStatus{CreatorID: id, Epoch: epochs[id], Platform: p, Channel: id, State: connection.Live, Since: noon, LastHeartbeat: noon, LastSuccess: noon})
		}
	}
	for range 8 { // the first ones are planned for what is given, the others for anything
		require.NoError(t, b.store.SavePlatformStatus(ctx, all), "within the limit of a statement")
	}
	later := noon.Add(time.Minute)
	for i := range all {
		all[i].LastHeartbeat, all[i].LastSuccess = later, time.Time{}
	}
	all[7].State, all[8].Error, all[9].Epoch = connection.Degraded, "no answer", all[9].Epoch-1
	confirmed, err := b.store.ConfirmPlatformStatus(ctx, all)
	require.NoError(t, err)
	require.Equal(t, len(all)-3, confirmed, "neither those that show something else nor what is another holder's")
	statuses, err := b.store.PlatformStatuses(ctx)
	require.NoError(t, err)
	require.Len(t, statuses, len(all))
	for i, s := range statuses {
		want := later
		if i >= 7 && i <= 9 {
			want = noon
		}
		require.Equal(t, want, s.LastHeartbeat)
		require.Equal(t, noon, s.LastSuccess)
		require.Equal(t, noon, s.Since)
	}
	confirmed, err = b.store.ConfirmPlatformStatus(ctx, nil)
	require.NoError(t, err)
	require.Zero(t, confirmed)
}
