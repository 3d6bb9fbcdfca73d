package store_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
)

func TestChatIsShownToThoseWhoWatch(t *testing.T) {
	t.Parallel()
	s := setup(t).store
	ids, err := s.ChatWatchers(t.Context())
	require.NoError(t, err)
	require.Empty(t, ids)

	ctx, stop := context.WithCancel(t.Context())
	batches, ended := make(chan []byte, 10), make(chan error, 1)
	go func() { ended <- s.FollowChat(ctx, "w1", "c1", func(b []byte) { batches <- b }) }()
	require.Nil(t, <-batches, "it listens")
	ids, err = s.ChatWatchers(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"c1"}, ids)

	most := strings.Repeat("x", store.NoticeBytes)
	require.NoError(t, s.ShowChat(t.Context(), [][]byte{[]byte("[1]"), []byte(most)}))
	require.Equal(t, "[1]", string(<-batches))
	require.Equal(t, most, string(<-batches))
	require.Error(t, s.ShowChat(t.Context(), [][]byte{[]byte(most + "x")}), "the database takes no more in one")
	require.NoError(t, s.ShowChat(t.Context(), nil))

	stop()
	require.ErrorIs(t, <-ended, context.Canceled)
	ids, err = s.ChatWatchers(t.Context())
	require.NoError(t, err)
	require.Empty(t, ids, "who leaves is not shown anything any more")
}
