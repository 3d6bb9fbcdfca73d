package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

func TestACursorOnlyMovesForwardWithinAChat(t *testing.T) {
	t.Parallel()
	_, s := storetest.New(t)
	at := func(channel string) store.ChatCursor {
		c, err := s.ChatCursor(t.Context(), chat.YouTube, channel)
		require.NoError(t, err)
		return c
	}
	require.Zero(t, at("UC1"))
	save := func(c store.ChatCursor) { require.NoError(t, s.SaveChatCursor(t.Context(), chat.YouTube, "UC1", c)) }
	first := store.ChatCursor{ChatID: "C1", Page: "A", LastAt: noon}
	second := store.ChatCursor{ChatID: "C1", Page: "B", LastAt: noon.Add(time.Minute)}
	save(first)
	require.Equal(t, first, at("UC1"))
	save(second)
	save(first)
	require.Equal(t, second, at("UC1"), "one that was overtaken may still write")
	save(store.ChatCursor{ChatID: "C1", Page: "C", LastAt: second.LastAt})
	require.Equal(t, "C", at("UC1").Page, "a page without a message")
	other := store.ChatCursor{ChatID: "C2", Page: "Z", LastAt: noon}
	save(other)
	require.Equal(t, other, at("UC1"), "another chat begins anew")
	require.Zero(t, at("UC2"))
}
