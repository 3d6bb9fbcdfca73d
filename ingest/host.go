package ingest

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// Defaults of HostConfig.
const (
	DefaultLaneBytes     = 16 << 20
	DefaultHostBytes     = 128 << 20
	DefaultCommitRows    = 16384
	DefaultLinger        = 20 * time.Millisecond
	DefaultCommitTimeout = 30 * time.Second
	DefaultLiveEvery     = 15 * time.Second
	DefaultDrainWithin   = 6 * time.Second
)

// HostConfig is what a Host needs. Zero values of the bounds mean the defaults.
type HostConfig struct {
	Store     Store
	Committer Committer
	Signaller Signaller
	Roster    Roster
	Budgets   Budgets // nil means that creators have no limits
	// Watchers are shown chat as it happens; nil means that nobody is.
	Watchers Watchers
	// Holder names this process in the rows that it claims: unique for each
	// process start.
	Holder  string
	Clock   Clock          // nil means SystemClock
	Rand    func() float64 // numbers in [0, 1) for jitter; nil means math/rand
	Metrics Metrics
	Log     zerolog.Logger

	LaneBytes     int64         // what one lane may hold before it loses messages
	HostBytes     int64         // what all lanes together may hold
	CommitRows    int           // about how many rows one commit writes at most
	Linger        time.Duration // how long a commit waits for more
	CommitTimeout time.Duration
	LiveEvery     time.Duration // between two questions which channels are live
	DrainWithin   time.Duration // how long letting go of creators may take
}

func (c HostConfig) withDefaults() HostConfig {
	if c.Clock == nil {
		c.Clock = SystemClock{}
	}
	if c.Rand == nil {
		c.Rand = rand.Float64
	}
	orDefault(&c.LaneBytes, DefaultLaneBytes)
	orDefault(&c.HostBytes, DefaultHostBytes)
	orDefault(&c.CommitRows, DefaultCommitRows)
	orDefault(&c.Linger, DefaultLinger)
	orDefault(&c.CommitTimeout, DefaultCommitTimeout)
	orDefault(&c.LiveEvery, DefaultLiveEvery)
	orDefault(&c.DrainWithin, DefaultDrainWithin)
	return c
}

func orDefault[T int | int64 | time.Duration](value *T, fallback T) {
	if *value <= 0 {
		*value = fallback
	}
}

// Errors of a Host.
var (
	ErrHostStopped = errors.New("the ingest host has stopped")
	errIncomplete  = errors.New("ingest host: store, committer, signaller, roster and holder are needed")
)

// Host is a process's data plane. It lives as long as the process; shards come
// and go.
type Host struct {
	cfg       HostConfig
	log       zerolog.Logger
	accounts  map[string]*Account
	group     *group
	inbox     *mailbox
	feed      *feed // nil when nobody is shown anything
	presences *presences
	pollers   []*poller
	tally     tally
	memory    memory

	started chan struct{}   // closed when Run begins
	closing chan struct{}   // closed when it is to end
	work    context.Context // of lanes and senders
	endWork context.CancelFunc

	routes atomic.Pointer[map[string]*tenure] // where chat goes, by creator; replaced, never changed

	mu       sync.Mutex
	owned    map[string]*tenure    // by creator, until they have ended
	attempts map[int]chan struct{} // by shard, of the newest attempt
	gone     chan struct{}         // holds one token after a tenure has ended
}

// NewHost prepares a host. Accounts are added before Run.
func NewHost(cfg HostConfig) (*Host, error) {
	if cfg.Store == nil || cfg.Committer == nil || cfg.Signaller == nil || cfg.Roster == nil || cfg.Holder == "" {
		return nil, errIncomplete
	}
	cfg = cfg.withDefaults()
	h := &Host{
		cfg: cfg, log: cfg.Log.With().Str("component", "ingest").Logger(),
		accounts: map[string]*Account{}, presences: newPresences(),
		started: make(chan struct{}), closing: make(chan struct{}),
		owned: map[string]*tenure{}, attempts: map[int]chan struct{}{}, gone: make(chan struct{}, 1),
	}
	h.memory.limit = cfg.HostBytes
	h.work, h.endWork = context.WithCancel(context.Background())
	h.routes.Store(&map[string]*tenure{})
	h.group = newGroup(cfg.Committer, cfg.Clock, cfg.Metrics, &h.tally, h.log, cfg.CommitRows, cfg.Linger, cfg.CommitTimeout)
	if cfg.Watchers != nil {
		h.feed = newFeed(cfg.Watchers, cfg.Clock, h.log)
		h.group.committed = h.feed.committed
	}
	h.inbox = &mailbox{
		store: cfg.Store, holder: cfg.Holder, clock: cfg.Clock, retry: h.retry(), log: h.log,
		tenure: h.tenure, all: h.held,
		asked: map[string]struct{}{}, wake: make(chan struct{}, 1),
	}
	return h, nil
}

// retry is the backoff of everything that waits for the database or a session.
func (h *Host) retry() backoff {
	return backoff{first: 100 * time.Millisecond, longest: 5 * time.Second, rand: h.cfg.Rand}
}

// Run does the work of all shards until ctx ends. Then every shard lets go of
// its creators, for which Run waits as long as a drain may take. A Host runs
// once.
func (h *Host) Run(ctx context.Context) error {
	defer h.endWork()
	work := h.work
	var running sync.WaitGroup
	start := func(f func(context.Context)) {
		running.Add(1)
		go func() { defer running.Done(); f(work) }()
	}
	start(h.group.run)
	start(h.inbox.listen)
	start(h.inbox.run)
	start(h.keepStatus)
	if h.feed != nil {
		start(h.feed.run)
	}
	for name, account := range h.accounts {
		if account.live == nil {
			continue
		}
		p := &poller{
			account: name, source: account.live, store: h.cfg.Store, clock: h.cfg.Clock, every: h.cfg.LiveEvery,
			log: h.log, metrics: h.cfg.Metrics, channels: h.watched, changed: h.recorded,
			nudge: make(chan struct{}, 1), known: map[watched]*broadcast{},
		}
		h.pollers = append(h.pollers, p)
		start(p.run)
	}
	close(h.started)
	<-ctx.Done()
	close(h.closing)
	h.awaitShards()
	h.endWork()
	running.Wait()
	return ctx.Err()
}

// awaitShards waits until every creator was let go of.
func (h *Host) awaitShards() {
	limit, stop := h.cfg.Clock.Timer(h.cfg.DrainWithin + lastWords)
	defer stop()
	for {
		h.mu.Lock()
		left := len(h.owned)
		h.mu.Unlock()
		if left == 0 {
			return
		}
		select {
		case <-h.gone:
		case <-limit:
			h.log.Error().Int("creators", left).Msg("creators are still held at the end")
			return
		}
	}
}

// own returns this process's tenure of a creator that has not ended, or nil.
func (h *Host) own(creatorID string) *tenure {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.owned[creatorID]
}

// forget notes that a tenure has ended.
func (h *Host) forget(t *tenure) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.owned[t.creatorID] == t {
		delete(h.owned, t.creatorID)
	}
	token(h.gone)
}

// publish lets a creator's chat reach its lane.
func (h *Host) publish(t *tenure) {
	h.mu.Lock()
	defer h.mu.Unlock()
	routes := maps.Clone(*h.routes.Load())
	routes[t.creatorID], h.owned[t.creatorID] = t, t
	h.routes.Store(&routes)
}

// withdraw ends that.
func (h *Host) withdraw(t *tenure) {
	h.mu.Lock()
	defer h.mu.Unlock()
	routes := maps.Clone(*h.routes.Load())
	if routes[t.creatorID] == t {
		delete(routes, t.creatorID)
		h.routes.Store(&routes)
	}
}

func (h *Host) tenure(creatorID string) *tenure { return (*h.routes.Load())[creatorID] }

// held lists the creators that this host holds.
func (h *Host) held() []string {
	routes := *h.routes.Load()
	ids := make([]string, 0, len(routes))
	for id := range routes {
		ids = append(ids, id)
	}
	return ids
}

// watched lists the channels whose live state an account is asked for.
func (h *Host) watched(account string) []watched {
	var all []watched
	for _, t := range *h.routes.Load() {
		for _, p := range t.presences {
			if p.channel.Account == account && p.reader() != nil {
				all = append(all, watched{t.creatorID, t.epoch, p.channel})
			}
		}
	}
	return all
}

// recorded makes a creator's lane and session learn what was just recorded.
func (h *Host) recorded(creatorID string) {
	h.inbox.ask(creatorID)
	if t := h.tenure(creatorID); t != nil {
		t.wakeSenders()
	}
}

// lookAgain has the live states asked for at once.
func (h *Host) lookAgain() {
	for _, p := range h.pollers {
		token(p.nudge)
	}
}

// Stats returns the host's figures.
func (h *Host) Stats() Stats {
	n := &h.tally
	s := Stats{
		Lines: n.lines.Load(), Bytes: n.bytes.Load(), Unrouted: n.unrouted.Load(), Duplicates: n.duplicates.Load(),
		Lost: n.lost.Load(), Gaps: n.gaps.Load(), Commits: n.commits.Load(), Committed: n.committed.Load(),
		Conflicts: n.conflicts.Load(), Rebuilds: n.rebuilds.Load(), Signals: n.signals.Load(),
		Replies: n.replies.Load(), RepliesFailed: n.repliesFailed.Load(), Silences: n.silences.Load(),
	}
	if at := n.lastCommit.Load(); at != 0 {
		s.LastCommit = time.Unix(0, at)
	}
	now := h.cfg.Clock.Now()
	for _, t := range *h.routes.Load() {
		bytes, waiting := t.lane.queue.held()
		oldest, broken := t.lane.standing()
		s.Creators++
		s.QueueBytes += bytes
		s.QueueLines += waiting
		if broken {
			s.BrokenLanes++
		}
		if !oldest.IsZero() {
			s.Uncommitted = max(s.Uncommitted, now.Sub(oldest))
		}
	}
	return s
}

// standing returns when the oldest input arrived that is not committed, and
// whether the last commit failed.
func (l *lane) standing() (oldest time.Time, broken bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.flight != nil:
		oldest = l.flight.oldest
	case l.open.used:
		oldest = l.open.oldest
	}
	return oldest, l.trouble != nil
}
