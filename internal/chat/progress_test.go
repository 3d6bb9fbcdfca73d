package chat_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

func TestAConnectionThatIsBehindHasReadUpToWhatItBroughtLast(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	at := func(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }
	var p chat.Progress
	require.Zero(t, p.UpTo())
	p.Heard(at(0))
	require.Equal(t, at(0), p.UpTo())
	p.Sent(at(4), at(10))
	require.Equal(t, at(4), p.UpTo())
	p.Heard(at(11))
	require.Equal(t, at(5), p.UpTo(), "what says no time is as late as what came before it")
	p.Sent(at(3), at(12))
	require.Equal(t, at(5), p.UpTo(), "what comes out of order takes nothing back")
	p.Sent(at(13), at(13))
	require.Equal(t, at(13), p.UpTo(), "it has caught up")
	p.Sent(at(20), at(15))
	require.Equal(t, at(15), p.UpTo(), "a platform's clock may be ahead")
	p.Sent(at(-9000), at(100))
	require.Equal(t, at(40), p.UpTo(), "something told late does not mean that the connection is")
}
