// Package pacingtest checks that a platform's client sends in the order in which it
// should: whatever the platform, an answer to a moderator goes before the rest.
//
// It must not know any platform; the client under test says how it sends and what chat
// showed. All of it runs on the virtual time of a synctest bubble.
package pacingtest

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/budget"
)

// atOnce is more than a channel's own pace and much less than a wait for a budget.
const atOnce = 2 * time.Second

// Sender sends a text with the context's class and returns when it is known whether it
// was sent.
type Sender func(ctx context.Context, text string) error

// as begins to send a text of a class, behind those that were begun before.
func (send Sender) as(t *testing.T, c budget.Class, text string) <-chan error {
	sent := make(chan error, 1)
	go func() { sent <- send(budget.WithClass(t.Context(), c), text) }()
	synctest.Wait()
	return sent
}

// As sends a text of a class.
func (send Sender) As(t *testing.T, c budget.Class, text string) error {
	return <-send.as(t, c, text)
}

// ModeratorsGoFirst checks that a moderator's answer overtakes those that wait for the
// account's budget, which has to be five messages a minute, and no others. shown lists
// what chat showed of the client.
func ModeratorsGoFirst(t *testing.T, send Sender, shown func() []string) {
	t.Helper()
	for _, text := range []string{"v1", "v2", "v3", "v4"} {
		require.NoError(t, send.As(t, budget.Viewer, text))
	}
	waiting := []<-chan error{send.as(t, budget.Viewer, "v5"), send.as(t, budget.Viewer, "v6"), send.as(t, budget.Notice, "n1")}
	begun := time.Now()
	require.NoError(t, send.As(t, budget.Moderator, "m1"))
	require.Less(t, time.Since(begun), atOnce, "the channel's pace alone")
	for _, sent := range waiting {
		require.NoError(t, <-sent)
	}
	synctest.Wait()
	require.Equal(t, []string{"v1", "v2", "v3", "v4", "m1", "v5", "v6", "n1"}, shown())
}

// NobodyWaitsForALostAnswer checks that a moderator's answer goes while the platform,
// which has to leave the next message without an answer, keeps an earlier one waiting.
// It returns what became of that one.
func NobodyWaitsForALostAnswer(t *testing.T, send Sender) error {
	t.Helper()
	lost := send.as(t, budget.Viewer, "lost")
	begun := time.Now()
	require.NoError(t, send.As(t, budget.Moderator, "m1"))
	require.Less(t, time.Since(begun), atOnce)
	return <-lost
}
