package ingest

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// mailroom is a signal sender on a database of its own.
type mailroom struct {
	*signals
	clock     *dial
	session   *sessions
	committer *store.Committer
	seq       int64
}

func newMailroom(t *testing.T) *mailroom {
	url, s := storetest.New(t)
	committer, err := store.OpenCommitter(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, committer.Close(context.Background())) })
	epochs, err := s.ClaimCreators(t.Context(), "host", []string{mira})
	require.NoError(t, err)
	m := &mailroom{clock: newDial(), session: &sessions{}, committer: committer, seq: 1}
	m.signals = &signals{
		outbox: outbox{
			creatorID: mira, epoch: epochs[mira], holder: "host", store: s, clock: m.clock, log: zerolog.Nop(),
			retry: backoff{first: time.Second, longest: time.Second, rand: func() float64 { return 0 }},
			wake:  make(chan struct{}, 1),
		},
		session: m.session, bucket: rate.NewLimiter(signalsPerSecond, signalBurst), tally: &tally{},
	}
	return m
}

// put writes n decisions into the outbox.
func (m *mailroom) put(t *testing.T, n int) {
	lane := store.LaneCommit{CreatorID: mira, Epoch: m.epoch, Clock: m.clock.Now()}
	for range n {
		key := id("clip", int(m.seq))
		body, err := json.Marshal(control.Decision{Key: key, Kind: control.DecideClip})
		require.NoError(t, err)
		lane.Outbox = append(lane.Outbox, store.Outbox{Kind: store.OutboxSignal, LaneSeq: m.seq, DedupeKey: key, Payload: body})
		m.seq++
	}
	lane.NextSeq = m.seq
	_, err := m.committer.Commit(t.Context(), []store.LaneCommit{lane})
	require.NoError(t, err)
}

func TestSignalsGoAtOnceAndTogetherWhenTheBucketIsEmpty(t *testing.T) {
	t.Parallel()
	m := newMailroom(t)
	for range signalBurst {
		m.put(t, 1)
		require.NoError(t, m.send(t.Context()))
	}
	require.Len(t, m.session.calls, signalBurst, "each at once")

	m.put(t, 3)
	done := make(chan error)
	go func() { done <- m.send(context.Background()) }()
	require.Equal(t, 500*time.Millisecond, <-m.clock.set)
	m.put(t, 4) // while it waits
	m.clock.turn(500 * time.Millisecond)
	require.NoError(t, <-done)
	require.Len(t, m.session.calls, signalBurst+1)
	require.Len(t, m.session.calls[signalBurst], 7, "everything that came together")
	all := m.session.all()
	for i, d := range all {
		require.Equal(t, id("clip", i+1), d.Key, "in the order of their decisions")
	}
}

func TestASenderThatWasOvertakenSendsNothing(t *testing.T) {
	t.Parallel()
	m := newMailroom(t)
	m.put(t, 1)
	_, err := m.store.ClaimCreators(t.Context(), "another", []string{mira})
	require.NoError(t, err)
	var told error
	m.overtaken = func(err error) { told = err }
	token(m.wake)
	m.run(t.Context(), m.send)
	require.ErrorIs(t, told, store.ErrStaleEpoch)
	require.Empty(t, m.session.calls)
}

func TestAClosedSenderWorksOffWhatIsPending(t *testing.T) {
	t.Parallel()
	m := newMailroom(t)
	m.put(t, 2)
	var ran sync.WaitGroup
	m.start = func() { ran.Go(func() { m.run(t.Context(), m.send) }) }
	m.close()
	ran.Wait()
	require.Len(t, m.session.all(), 2)
}
