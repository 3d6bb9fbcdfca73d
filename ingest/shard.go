package ingest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/control"
)

const (
	// beatEvery is how often a shard shows that it lives, which not always goes as far
	// as Temporal, and lets its lanes rest.
	beatEvery = 6 * time.Second
	// claimWithin is how long a shard that holds nobody tries to claim its
	// creators before it leaves them to another host.
	claimWithin = 30 * time.Second
	// graceForOwn is how long a shard waits for this process's own former
	// attempt at the same creators.
	graceForOwn = 2 * time.Second
)

// ShardReport is the detail of a shard's heartbeat.
type ShardReport struct {
	Shard    int
	Creators int // held
	Broken   int // whose last commit failed
}

// shard is one attempt at holding a shard's creators.
type shard struct {
	host   *Host
	number int
	log    zerolog.Logger
	lost   chan error    // receives when a creator was overtaken
	next   chan struct{} // closed when a later attempt at the shard begins in this process

	mu   sync.Mutex
	held map[string]*tenure
}

// RunShard claims the creators of a shard and holds them until ctx ends, and
// follows the roster meanwhile. heartbeat is called every few seconds from
// another goroutine with a ShardReport. When ctx ends it commits and lets go, and
// returns nil. It returns ErrOvertaken when another holder claimed one of the
// creators: then the shard is somebody else's. It waits for Run to begin, and
// returns ErrHostStopped when Run ends.
func (h *Host) RunShard(ctx context.Context, number int, heartbeat func(any)) error {
	select {
	case <-h.started:
	case <-ctx.Done():
		return nil
	}
	s := &shard{
		host: h, number: number, log: h.log.With().Int("shard", number).Logger(),
		lost: make(chan error, 1), held: map[string]*tenure{}, next: h.succeed(number),
	}
	beating, stopBeating := context.WithCancel(context.WithoutCancel(ctx))
	var beat sync.WaitGroup
	beat.Add(1)
	go func() { defer beat.Done(); s.beat(beating, heartbeat) }()
	defer beat.Wait()
	defer stopBeating()
	defer s.release()
	return s.hold(ctx)
}

// succeed makes an attempt the newest one at its shard in this process: an earlier
// one that still goes on hands over. The channel is closed when its own time has
// come.
func (h *Host) succeed(number int) chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if earlier := h.attempts[number]; earlier != nil {
		close(earlier)
	}
	next := make(chan struct{})
	h.attempts[number] = next
	return next
}

// hold follows the roster until ctx ends or the shard is lost.
func (s *shard) hold(ctx context.Context) error {
	clock := s.host.cfg.Clock
	failures, since := 0, clock.Now()
	for {
		select {
		case <-s.host.closing:
			return ErrHostStopped
		default:
		}
		changed := s.host.cfg.Roster.Changed()
		err := s.reconcile(ctx)
		if err == nil {
			err = s.closeDeparted(ctx)
		}
		if ctx.Err() != nil {
			return nil
		}
		var again <-chan time.Time
		stop := func() {}
		if err == nil {
			failures = 0
		} else {
			failures++
			s.log.Warn().Err(err).Int("attempt", failures).Msg("creators cannot be claimed yet")
			if s.size() == 0 && clock.Now().Sub(since) > claimWithin {
				return fmt.Errorf("hold shard %d: %w", s.number, err)
			}
			again, stop = clock.Timer(s.host.retry().after(failures))
		}
		select {
		case <-ctx.Done():
			stop()
			return nil
		case <-s.host.closing:
			stop()
			return ErrHostStopped
		case <-s.next:
			stop()
			return fmt.Errorf("hold shard %d: a later attempt goes on: %w", s.number, ErrOvertaken)
		case err := <-s.lost:
			stop()
			return fmt.Errorf("hold shard %d: %w", s.number, err)
		case <-changed:
		case <-again:
		}
		stop()
	}
}

// reconcile makes what is held what the roster says.
func (s *shard) reconcile(ctx context.Context) error {
	want := map[string]Creator{}
	for _, c := range s.host.cfg.Roster.Creators() {
		if control.ShardOf(c.ID) == s.number {
			want[c.ID] = c
		}
	}
	s.letGo(func(t *tenure) bool {
		c, wanted := want[t.creatorID]
		return !wanted || !reflect.DeepEqual(c.Channels, t.creator.Channels)
	})
	var fresh []Creator
	var failure error
	for id, c := range want {
		t := s.held[id]
		if t == nil {
			fresh = append(fresh, c)
			continue
		}
		failure = errors.Join(failure, t.reconfigure(ctx, c))
	}
	if len(fresh) == 0 {
		return failure
	}
	return errors.Join(failure, s.claim(ctx, fresh))
}

// claim takes creators up. One that cannot be is logged and left; the others go
// on.
func (s *shard) claim(ctx context.Context, creators []Creator) error {
	db := s.host.cfg.Store
	ids := make([]string, len(creators))
	for i, c := range creators {
		ids[i] = c.ID
		if err := s.awaitOwn(ctx, c.ID); err != nil {
			return err
		}
	}
	statuses, err := db.PlatformStatuses(ctx)
	if err != nil {
		return err
	}
	epochs, err := db.ClaimCreators(ctx, s.host.cfg.Holder, ids)
	if err != nil {
		return err
	}
	unknown, err := db.RecoverOutbox(ctx, epochs)
	if err != nil {
		return err
	}
	if unknown > 0 {
		s.log.Warn().Int("replies", unknown).Msg("nobody knows whether these replies of a former holder were sent")
	}
	pending, err := db.PendingInbox(ctx, ids)
	if err != nil {
		return err
	}
	for _, c := range creators {
		st, err := db.LoadLane(ctx, c.ID)
		if err != nil {
			return err
		}
		left := legacy{lane: st, statuses: statuses}
		for _, row := range pending {
			if row.CreatorID == c.ID {
				left.pending = append(left.pending, row)
			}
		}
		t, err := s.host.begin(c, epochs[c.ID], left, s.lose)
		if err != nil {
			s.log.Error().Err(err).Msg("a creator is left out")
			continue
		}
		s.keep(t)
	}
	s.log.Info().Int("creators", s.size()).Msg("holding")
	return nil
}

// awaitOwn waits until this process has let go of a creator that an earlier
// attempt at the shard held, and takes it away when that does not happen.
func (s *shard) awaitOwn(ctx context.Context, creatorID string) error {
	old := s.host.own(creatorID)
	if old == nil {
		return nil
	}
	moment, stop := s.host.cfg.Clock.Timer(graceForOwn)
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-old.ended:
			return nil
		case <-moment:
			old.overtake(ErrOvertaken)
		}
	}
}

func (s *shard) keep(t *tenure) {
	s.mu.Lock()
	s.held[t.creatorID] = t
	s.mu.Unlock()
}

// lose ends the attempt when a creator was overtaken.
func (s *shard) lose(t *tenure) {
	select {
	case <-t.ended:
		return // it was let go of before
	default:
	}
	select {
	case s.lost <- fmt.Errorf("creator %s: %w", t.creatorID, ErrOvertaken):
	default: // it ends already
	}
}

// letGo ends the tenures that the test picks, all at the same time so that they
// share commits.
func (s *shard) letGo(pick func(*tenure) bool) {
	ctx, cancel := context.WithTimeout(context.Background(), s.host.cfg.DrainWithin)
	defer cancel()
	var ending sync.WaitGroup
	s.mu.Lock()
	for id, t := range s.held {
		if pick(t) {
			delete(s.held, id)
			ending.Go(func() { t.end(ctx) })
		}
	}
	s.mu.Unlock()
	ending.Wait()
}

// release lets go of everything. Who was overtaken is found out first: a process
// that stood still still holds lines of chat, which are not its own to store.
func (s *shard) release() {
	ctx, cancel := context.WithTimeout(context.Background(), lastWords)
	defer cancel()
	s.host.checkEpochs(ctx)
	s.letGo(func(*tenure) bool { return true })
	s.log.Info().Msg("let go")
}

func (s *shard) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.held)
}

// beat shows that the shard lives until ctx ends.
func (s *shard) beat(ctx context.Context, heartbeat func(any)) {
	for {
		heartbeat(s.report())
		s.rest()
		if pause(ctx, s.host.cfg.Clock, beatEvery) != nil {
			return
		}
	}
}

// rest lets the lanes rest that have nothing to do.
func (s *shard) rest() {
	now := s.host.cfg.Clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.held {
		t.lane.rest(now)
	}
}

func (s *shard) report() ShardReport {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := ShardReport{Shard: s.number, Creators: len(s.held)}
	for _, t := range s.held {
		if _, broken := t.lane.standing(); broken {
			r.Broken++
		}
	}
	return r
}
