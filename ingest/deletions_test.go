package ingest

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// sweeper is a platform that deletes messages, in its own time.
type sweeper struct {
	*platform
	mu      sync.Mutex
	answers []error // of the next attempts; then none
	deleted []string
	tries   int
}

func (s *sweeper) Delete(_ context.Context, channel, messageID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tries++
	if len(s.answers) > 0 {
		err := s.answers[0]
		s.answers = s.answers[1:]
		return err
	}
	s.deleted = append(s.deleted, channel+"/"+messageID)
	return nil
}

// sweeping is a rig whose account can delete.
func sweeping(t *testing.T, answers ...error) (*rig, *sweeper) {
	url, s := storetest.New(t)
	sweeps := &sweeper{answers: answers}
	r := rigOn(t, url, s, newRoster(creator(mira)), func(p *platform) Chat { sweeps.platform = p; return sweeps },
		func(c *HostConfig) { c.Rand = func() float64 { return 0 } })
	r.hold()
	return r, sweeps
}

// unwanted leaves a deletion as a lane would.
func (r *rig) unwanted(messageID, channel string, notAfter time.Time) {
	r.t.Helper()
	body, err := json.Marshal(store.Deletion{MessageID: messageID})
	require.NoError(r.t, err)
	lane := r.host.tenure(mira).lane
	lane.mu.Lock()
	lane.open.touch(time.Now())
	require.NoError(r.t, lane.open.send(store.Outbox{
		Kind: store.OutboxDelete, DedupeKey: "delete:" + messageID, Platform: chat.Twitch, Channel: channel, NotAfter: notAfter,
	}, lane.nextSeq, json.RawMessage(body), nil))
	lane.nextSeq++
	lane.announce()
	lane.mu.Unlock()
}

func (r *rig) awaitDeletion(messageID, state string) {
	r.t.Helper()
	soon(r.t, messageID+" is "+state, func() bool {
		return r.count(`select count(*) from outbox where kind = 'delete' and dedupe_key = $1 and state = $2`, "delete:"+messageID, state) == 1
	})
}

func TestADeletionIsTriedUntilItIsDone(t *testing.T) {
	t.Parallel()
	r, s := sweeping(t, errAway, &UnsentError{Err: errAway, RetryAfter: time.Millisecond})
	r.unwanted("m1", channelOf(mira), time.Now().Add(time.Hour))
	r.awaitDeletion("m1", "sent")
	require.Equal(t, []string{channelOf(mira) + "/m1"}, s.deleted)
	require.Equal(t, 3, r.count(`select attempts from outbox where kind = 'delete'`))
	require.Zero(t, r.count(`select coalesce(sum(actions_failed), 0) from counters`))
}

func TestADeletionThatCannotBeDoneSaysWhy(t *testing.T) {
	t.Parallel()
	r, s := sweeping(t, &UnsentError{Err: errAway})
	r.unwanted("refused", channelOf(mira), time.Time{})
	r.awaitDeletion("refused", "failed")
	r.unwanted("elsewhere", "another", time.Time{})
	r.awaitDeletion("elsewhere", "failed")
	r.unwanted("late", channelOf(mira), time.Now().Add(-time.Second))
	r.awaitDeletion("late", "dropped")
	s.mu.Lock()
	s.answers = []error{errAway, errAway, errAway, errAway, errAway, errAway, errAway}
	s.mu.Unlock()
	r.unwanted("hopeless", channelOf(mira), time.Time{})
	r.awaitDeletion("hopeless", "failed")
	require.Equal(t, deleteAttempts, r.count(`select attempts from outbox where dedupe_key = 'delete:hopeless'`))
	soon(t, "counted", func() bool { return r.count(`select coalesce(sum(actions_failed), 0) from counters`) == 4 })
}

func TestAnAccountThatCannotDeleteDropsTheDeletion(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.hold()
	r.unwanted("m1", channelOf(mira), time.Now().Add(time.Hour))
	r.awaitDeletion("m1", "dropped")
	require.Equal(t, 1, r.count(`select count(*) from outbox where error = $1`, errCannot.Error()))
}
