package ingest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestABufferThatABurstMadeLargeIsGivenUpWhenItStaysNearlyEmpty(t *testing.T) {
	t.Parallel()
	s := newSegment(mira, 1)
	fill := func(n int) {
		for range n {
			s.commit.Events = append(s.commit.Events, store.Event{Event: chat.Event{Text: "hi"}})
		}
		s.reset()
	}
	fill(1000)
	for range maxSlack - 1 {
		fill(3)
	}
	require.GreaterOrEqual(t, cap(s.commit.Events), 1000, "another burst may come")
	fill(900)
	for range maxSlack - 1 {
		fill(3)
	}
	require.GreaterOrEqual(t, cap(s.commit.Events), 1000, "one came")
	fill(3)
	require.Zero(t, cap(s.commit.Events))
	for range 3 * maxSlack {
		fill(3)
	}
	require.LessOrEqual(t, cap(s.commit.Events), 16)
	require.Positive(t, cap(s.commit.Events), "what fits is kept")
}
