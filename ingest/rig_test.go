package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/connection"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const (
	mira    = "mIra01"
	patient = 3 * time.Minute // bound of every wait that normally takes milliseconds
)

var errAway = errors.New("the database is away")

// seed returns the seed of a random test: SEED, or one of the moment.
func seed(t testing.TB) uint64 {
	n := uint64(time.Now().UnixNano())
	if text := os.Getenv("SEED"); text != "" {
		var err error
		n, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("SEED=%d", n)
	return n
}

// soon waits for a condition.
func soon(t testing.TB, what string, ok func() bool) {
	t.Helper()
	require.Eventually(t, ok, patient, 2*time.Millisecond, what)
}

// database is a Committer whose commits can be made to wait or fail.
type database struct {
	Committer
	mu     sync.Mutex
	before func([]store.LaneCommit) error // an error keeps the commit from happening
	after  func([]store.LaneCommit) error // an error loses the answer
	acked  []store.LaneCommit
}

func (d *database) Commit(ctx context.Context, lanes []store.LaneCommit) (store.CommitResult, error) {
	d.mu.Lock()
	before, after := d.before, d.after
	d.mu.Unlock()
	if before != nil {
		if err := before(lanes); err != nil {
			return store.CommitResult{}, err
		}
	}
	result, err := d.Committer.Commit(ctx, lanes)
	if err == nil && after != nil {
		err = after(lanes)
	}
	if err != nil {
		return store.CommitResult{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, lane := range lanes {
		if !slices.Contains(result.Stale, lane.CreatorID) {
			lane.Events, lane.Decisions = slices.Clone(lane.Events), slices.Clone(lane.Decisions)
			d.acked = append(d.acked, lane)
		}
	}
	return result, nil
}

func (d *database) hook(before, after func([]store.LaneCommit) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.before, d.after = before, after
}

// rows is a Store of which some calls can be made to fail.
type rows struct {
	*store.Store
	dead atomic.Bool

	mu      sync.Mutex
	before  error        // keeps configurations from being written
	after   error        // loses the answer
	refused atomic.Int64 // answers that were such an error
}

func (r *rows) refuse(err error) { r.mu.Lock(); defer r.mu.Unlock(); r.before = err }
func (r *rows) forget(err error) { r.mu.Lock(); defer r.mu.Unlock(); r.after = err }

func (r *rows) PutConfig(ctx context.Context, creatorID string, epoch int64, key string, settings json.RawMessage) error {
	r.mu.Lock()
	before, after := r.before, r.after
	r.mu.Unlock()
	err := before
	if err == nil {
		if err = r.Store.PutConfig(ctx, creatorID, epoch, key, settings); err == nil {
			err = after
		}
	}
	if err != nil {
		r.refused.Add(1)
	}
	return err
}

func (r *rows) FinishOutbox(ctx context.Context, id int64, state store.OutboxState, why string) error {
	if r.dead.Load() {
		return errAway
	}
	return r.Store.FinishOutbox(ctx, id, state, why)
}

func (r *rows) LoadLane(ctx context.Context, creatorID string) (store.LaneState, error) {
	if r.dead.Load() {
		return store.LaneState{}, errAway
	}
	return r.Store.LoadLane(ctx, creatorID)
}

// said is one message that was sent to a platform.
type said struct{ channel, text, replyTo string }

// platform is a chat connection that is live at once.
type platform struct {
	account func() *Account
	quiet   bool // says nothing about states
	mu      sync.Mutex
	joined  map[string]string
	said    []said
	send    func(ctx context.Context, s said) error
}

func (p *platform) Join(channel, creatorID string) error {
	p.mu.Lock()
	p.joined[channel] = creatorID
	quiet := p.quiet
	p.mu.Unlock()
	if !quiet {
		p.account().State(channel, string(connection.Live), "")
	}
	return nil
}

func (p *platform) Part(channel string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.joined, channel)
}

func (p *platform) Send(ctx context.Context, channel, text, replyTo string) error {
	p.mu.Lock()
	p.said = append(p.said, said{channel, text, replyTo})
	send := p.send
	p.mu.Unlock()
	if send != nil {
		return send(ctx, said{channel, text, replyTo})
	}
	return nil
}

func (p *platform) all() []said {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.said)
}

// sessions collects signals.
type sessions struct {
	mu    sync.Mutex
	calls [][]control.Decision
	fail  func() error
}

func (s *sessions) Signal(_ context.Context, _ string, decisions []control.Decision) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		if err := s.fail(); err != nil {
			return err
		}
	}
	s.calls = append(s.calls, decisions)
	return nil
}

func (s *sessions) all() (all []control.Decision) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, call := range s.calls {
		all = append(all, call...)
	}
	return all
}

// roster is a Roster that tests change.
type roster struct {
	mu       sync.Mutex
	creators []Creator
	changed  chan struct{}
}

func newRoster(creators ...Creator) *roster {
	return &roster{creators: creators, changed: make(chan struct{})}
}

func (r *roster) Creators() []Creator {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.creators)
}

func (r *roster) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

func (r *roster) set(creators ...Creator) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.creators = creators
	close(r.changed)
	r.changed = make(chan struct{})
}

// creator is somebody on Twitch whose channel has the creator's own name, with
// no limits of clips.
func creator(id string, change ...func(*trigger.Settings)) Creator {
	settings := trigger.DefaultSettings(id, "Mira")
	settings.Clip.MaxActive, settings.Clip.PerHour = 0, 0
	settings.RecordTexts = true
	for _, c := range change {
		c(&settings)
	}
	return Creator{ID: id, Settings: settings, Channels: []Channel{{chat.Twitch, channelOf(id), "bot"}}}
}

// apart gives every request a clip of its own.
func apart(s *trigger.Settings) { s.Clip.Coalesce = 0 }

func channelOf(creatorID string) string { return "ch_" + creatorID }

// rig is a host on a database of its own.
type rig struct {
	t        testing.TB
	url      string
	rows     *rows
	db       *database
	chat     *platform
	sessions *sessions
	roster   *roster
	host     *Host
	account  *Account
	stop     context.CancelFunc
	over     chan struct{}
	shards   map[int]*running
}

// running is a shard that runs.
type running struct {
	stop context.CancelFunc
	done chan struct{} // closed when err is set
	err  error
	beat atomic.Int64
}

// newRig makes a host that runs, without any shard. change adapts it.
func newRig(t testing.TB, creators []Creator, change ...func(*HostConfig)) *rig {
	t.Helper()
	url, s := storetest.New(t)
	return rigOn(t, url, s, newRoster(creators...), nil, change...)
}

// beside makes another host on the same database, as another process.
func (r *rig) beside(change ...func(*HostConfig)) *rig {
	r.t.Helper()
	return rigOn(r.t, r.url, r.rows.Store, r.roster, nil, change...)
}

// rigOn makes a host on a database. speaker is what it speaks through instead of the
// rig's platform, unless it is nil.
func rigOn(t testing.TB, url string, s *store.Store, who *roster, speaker func(*platform) Chat, change ...func(*HostConfig)) *rig {
	t.Helper()
	committer, err := store.OpenCommitter(t.Context(), url)
	require.NoError(t, err)
	r := &rig{
		t: t, url: url, rows: &rows{Store: s}, db: &database{Committer: committer},
		sessions: &sessions{}, roster: who, over: make(chan struct{}), shards: map[int]*running{},
	}
	r.chat = &platform{account: func() *Account { return r.account }, joined: map[string]string{}}
	cfg := HostConfig{
		Store: r.rows, Committer: r.db, Signaller: r.sessions, Roster: who, Linger: time.Millisecond,
		Holder: fmt.Sprintf("host-%p", r), Log: zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.ErrorLevel),
	}
	for _, c := range change {
		c(&cfg)
	}
	r.host, err = NewHost(cfg)
	require.NoError(t, err)
	r.account = r.host.NewAccount("bot", chat.Twitch)
	var connection Chat = r.chat
	if speaker != nil {
		connection = speaker(r.chat)
	}
	r.account.Connect(connection, nil)
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	go func() { defer close(r.over); _ = r.host.Run(ctx) }()
	t.Cleanup(func() {
		r.end()
		require.NoError(t, committer.Close(context.Background()))
	})
	return r
}

// hold runs the shards of all creators and waits until this host holds them.
func (r *rig) hold() {
	r.t.Helper()
	for _, c := range r.roster.Creators() {
		r.shard(control.ShardOf(c.ID))
	}
	soon(r.t, "holding", func() bool { return r.host.Stats().Creators == len(r.roster.Creators()) })
}

func (r *rig) shard(n int) *running {
	if r.shards[n] != nil {
		return r.shards[n]
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &running{stop: stop, done: make(chan struct{})}
	r.shards[n] = s
	go func() {
		defer close(s.done)
		s.err = r.host.RunShard(ctx, n, func(any) { s.beat.Add(1) })
	}()
	return s
}

// release lets go of everything in order.
func (r *rig) release() {
	for _, s := range r.shards {
		s.stop()
	}
	for n, s := range maps.Clone(r.shards) {
		<-s.done
		delete(r.shards, n)
	}
}

// crash ends the host as a killed process would: nothing more is written.
func (r *rig) crash() {
	r.rows.dead.Store(true)
	r.db.hook(func([]store.LaneCommit) error { return errAway }, nil)
	r.host.endWork()
	r.end()
}

func (r *rig) end() {
	r.release()
	r.stop()
	<-r.over
}

// live makes a creator live.
func (r *rig) live(creatorID string) {
	r.t.Helper()
	epochs, err := r.rows.Epochs(r.t.Context(), []string{creatorID})
	require.NoError(r.t, err)
	_, err = r.rows.RecordLive(r.t.Context(), epochs[creatorID], control.Stream{
		CreatorID: creatorID, Platform: chat.Twitch, Channel: channelOf(creatorID), StreamID: "stream-" + creatorID,
		Title: "Boss fight", StartedAt: time.Now().Add(-time.Hour),
	})
	require.NoError(r.t, err)
}

// say is a message that arrives now.
func say(creatorID, id, text string) chat.Event {
	now := time.Now()
	return chat.Event{
		Platform: chat.Twitch, MessageID: id, CreatorID: creatorID, Channel: channelOf(creatorID), Text: text,
		Author: chat.Author{ID: "u1", Login: "ann", Name: "Ann", Roles: chat.Moderator}, SentAt: now, ReceivedAt: now,
	}
}

// count asks the database for a number.
func (r *rig) count(sql string, args ...any) (n int) {
	r.t.Helper()
	r.query(func(conn *pgx.Conn) error { return conn.QueryRow(context.Background(), sql, args...).Scan(&n) })
	return n
}

func (r *rig) query(ask func(*pgx.Conn) error) {
	r.t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, r.url)
	require.NoError(r.t, err)
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, `set search_path to streamsuites`)
	require.NoError(r.t, err)
	require.NoError(r.t, ask(conn))
}

// stored waits until the database holds that many messages.
func (r *rig) stored(n int) {
	r.t.Helper()
	soon(r.t, fmt.Sprintf("%d messages stored", n), func() bool { return r.count(`select count(*) from chat_events`) == n })
}

func id(prefix string, n int) string { return prefix + "-" + strconv.Itoa(n) }
