package exports

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

// past is a database whose clips and boards a test changes at random, one change
// after the other, remembering what was exported after each.
type past struct {
	t         *testing.T
	url       string
	conn      *pgx.Conn
	store     *store.Store
	committer *store.Committer
	epoch     int64
	seq       int64
	random    *rand.Rand
	settings  Settings
	polls     []string
	tallies   []string
	boards    []string
	moments   []moment
}

// moment is what was exported then.
type moment struct {
	at   time.Time
	what string // was done last
	docs map[string]string
}

func newPast(t *testing.T, seed uint64) *past {
	t.Helper()
	url, s := storetest.New(t)
	committer, err := store.OpenCommitter(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, committer.Close(context.Background())) })
	epochs, err := s.ClaimCreators(t.Context(), "host", []string{"Qx7Zt2"})
	require.NoError(t, err)
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close(context.Background())) })
	p := &past{t: t, url: url, conn: conn, store: s, committer: committer, epoch: epochs["Qx7Zt2"], random: rand.New(rand.NewPCG(seed, 1)), settings: someSettings()}
	p.settings.Newest = 4 // so that there are pages
	return p
}

// now is the database's clock, which all rows are dated by.
func (p *past) now() time.Time {
	p.t.Helper()
	var at time.Time
	require.NoError(p.t, p.conn.QueryRow(p.t.Context(), `select clock_timestamp()`).Scan(&at))
	return at
}

func (p *past) built(at time.Time) map[string]string {
	p.t.Helper()
	set, err := BuildPast(p.t.Context(), p.store, func() Settings { return p.settings }, time.Now, at)
	require.NoError(p.t, err)
	return texts(set.Documents)
}

func texts(docs []Document) map[string]string {
	found := map[string]string{}
	for _, d := range docs {
		if d.File != FileMeta {
			found[d.File] = string(d.Data)
		}
	}
	return found
}

// remember exports what stands now, as the runtime does.
func (p *past) remember(what string) {
	p.t.Helper()
	docs, err := BuildSet(p.t.Context(), p.store, func() Settings { return p.settings }, time.Now)
	require.NoError(p.t, err)
	told := texts(docs)
	for file := range told {
		f, _ := familyOf(file)
		if untold(or(f.key(), file)) != "" {
			delete(told, file)
		}
	}
	p.moments = append(p.moments, moment{p.now(), what, told})
}

func (p *past) exec(statement string, args ...any) {
	p.t.Helper()
	storetest.Exec(p.t, p.url, statement, args...)
}

// request has a viewer ask for a clip.
func (p *past) request() string {
	p.seq++
	id := fmt.Sprintf("clip%02d", p.seq)
	now := p.now()
	result, err := p.committer.Commit(p.t.Context(), []store.LaneCommit{{
		CreatorID: "Qx7Zt2", Epoch: p.epoch, NextSeq: p.seq, Clock: now, Clips: []clip.Request{{
			ClipID: id, JobID: clip.NewJobID("Qx7Zt2", id, "clip", 0), CreatorID: "Qx7Zt2", Creator: "Marmot Lantern", Title: "Otter " + id,
			SourceTitle: "Otter", Platform: chat.Twitch, Channel: "marmot", MessageID: id, RequestedBy: "twitch:viewer77", Clipper: "viewer77",
			RequestedAt: now, Start: now.Add(-25 * time.Second), End: now, Destination: "folder",
		}},
	}})
	require.NoError(p.t, err)
	require.Empty(p.t, result.Stale)
	return "request of " + id
}

// advance takes a clip on to one of the states that it may become.
func (p *past) advance() string {
	clips, err := p.store.ListClips(p.t.Context(), store.ClipFilter{})
	require.NoError(p.t, err)
	if len(clips) == 0 {
		return p.request()
	}
	c := clips[p.random.IntN(len(clips))]
	var next []clip.State
	for _, state := range clip.States {
		if c.State.CanBecome(state) {
			next = append(next, state)
		}
	}
	if len(next) == 0 {
		return p.request()
	}
	change := store.Transition{ClipID: c.ClipID, Seq: c.Seq + 1, State: next[p.random.IntN(len(next))]}
	switch change.State {
	case clip.Encoded:
		change.Result = &store.EncodeResult{
			OutputPath: "clips/output/" + c.ClipID + ".mp4", Thumbnail: "clips/output/" + c.ClipID + ".jpg",
			Duration: time.Duration(p.random.IntN(60)) * time.Second, Bytes: 1000, SHA256: "00",
		}
	case clip.Published:
		change.URL = "http://127.0.0.1:8080/clips/" + c.ClipID + ".mp4"
	case clip.Failed:
		change.Reason, change.Code = fmt.Sprintf("failure %d", p.random.IntN(1000)), clip.TooOld
	}
	_, err = p.store.Transition(p.t.Context(), change)
	require.NoError(p.t, err)
	return fmt.Sprintf("%s becomes %s", c.ClipID, change.State)
}

// tell has a viewer change counters, one of them twice.
func (p *past) tell() string {
	p.seq++
	now := p.now()
	change := func(value int) store.CounterChange {
		name := fmt.Sprintf("counter %d", p.random.IntN(3))
		return store.CounterChange{ChatCounter: store.ChatCounter{Name: name, Value: int64(value)}, LaneSeq: p.seq, By: "twitch:viewer77", At: now}
	}
	again := change(p.random.IntN(50) - 9)
	again.Value++
	result, err := p.committer.Commit(p.t.Context(), []store.LaneCommit{{
		CreatorID: "Qx7Zt2", Epoch: p.epoch, NextSeq: p.seq, Clock: now,
		ChatCounters: []store.CounterChange{change(p.random.IntN(50)), again, change(p.random.IntN(50)), again},
	}})
	require.NoError(p.t, err)
	require.Empty(p.t, result.Stale)
	return "change of counters"
}

// define adds a poll, a tally and a scoreboard.
func (p *past) define() string {
	n := len(p.polls) + 1
	poll, tally, board := fmt.Sprintf("poll-%d", n), fmt.Sprintf("tally-%d", n), fmt.Sprintf("score-%d", n)
	at := p.now()
	p.exec(`with poll as (
			insert into polls (poll_id, creator_id, creator, question, created_at, updated_at, public) values ($1::text, 'Qx7Zt2', 'Marmot Lantern', $1::text, $2, $2, $3) returning poll_id)
		insert into poll_options (poll_id, option_id, position, label) select poll_id, 'o' || n, n, 'Option ' || n from poll, generate_series(1, 3) n`,
		poll, at, p.random.IntN(3) > 0)
	p.exec(`insert into tallies (tally_id, creator_id, creator, label, created_at, updated_at) values ($1::text, 'Qx7Zt2', '', $1::text, $2, $2)`, tally, at)
	p.exec(`insert into scoreboards (scoreboard_id, creator_id, creator, title, created_at, updated_at) values ($1::text, 'Qx7Zt2', '', $1::text, $2, $2)`, board, at)
	p.polls, p.tallies, p.boards = append(p.polls, poll), append(p.tallies, tally), append(p.boards, board)
	return "definition " + poll
}

// count adds a vote, an increment and a score to one of each.
func (p *past) count() string {
	if len(p.polls) == 0 {
		return p.define()
	}
	i, voter, at := p.random.IntN(len(p.polls)), fmt.Sprintf("u%d", p.random.IntN(1e9)), p.now()
	p.exec(`insert into poll_votes (poll_id, option_id, platform, voter_id, voted_at) values ($1, 'o' || $2::integer, 'twitch', $3, $4)`,
		p.polls[i], 1+p.random.IntN(3), voter, at)
	p.exec(`insert into tally_increments (tally_id, delta, platform, counted_at) values ($1, $2, 'twitch', $3)`, p.tallies[i], p.random.IntN(9)-3, at)
	p.exec(`insert into score_events (scoreboard_id, entry_id, user_id, label, delta, platform, scored_at) values ($1, $2::text, $2::text, $3, $4, 'twitch', $5)`,
		p.boards[i], fmt.Sprintf("u%d", p.random.IntN(4)), "viewer "+voter, p.random.IntN(9)-3, at)
	return "counts of " + p.polls[i]
}

// turn changes the state of a board.
func (p *past) turn() string {
	if len(p.polls) == 0 {
		return p.define()
	}
	i, at := p.random.IntN(len(p.polls)), p.now()
	p.exec(`update polls set state = case state when 'draft' then 'open' when 'open' then 'closed' else 'archived' end, updated_at = $2,
		opened_at = case state when 'draft' then $2::timestamptz else opened_at end, closed_at = case state when 'open' then $2::timestamptz else closed_at end
		where poll_id = $1 and state <> 'archived'`, p.polls[i], at)
	p.exec(`update tallies set state = case state when 'active' then 'paused' else 'active' end, updated_at = $2 where tally_id = $1`, p.tallies[i], at)
	p.exec(`update scoreboards set state = 'final', finalized_at = $2, updated_at = $2 where scoreboard_id = $1 and state <> 'final'`, p.boards[i], at)
	return "turn of " + p.polls[i]
}

func TestAPastMomentIsExportedAsItWasExportedThen(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			p := newPast(t, seed)
			for range 60 {
				do := []func() string{p.request, p.advance, p.advance, p.advance, p.define, p.count, p.count, p.turn, p.tell}[p.random.IntN(9)]
				p.remember(do())
			}
			for n, m := range p.moments {
				got := p.built(m.at)
				require.Len(t, got, len(m.docs), "moment %d, after the %s", n, m.what)
				for file, want := range m.docs {
					require.Equal(t, want, got[file], "%s at moment %d, after the %s", file, n, m.what)
				}
			}
		})
	}
}

func TestAFileIsToldOfTheTimeUntilItWasMadeAnew(t *testing.T) {
	t.Parallel()
	p := newPast(t, 1)
	p.request()
	for seq, change := range []store.Transition{
		{State: clip.Encoding}, {State: clip.Encoded, Result: &store.EncodeResult{OutputPath: "first.mp4", Duration: 11 * time.Second}},
		{State: clip.Failed, Reason: "the file is gone", Code: clip.TooOld}, {State: clip.Encoding},
		{State: clip.Encoded, Result: &store.EncodeResult{OutputPath: "second.mp4", Duration: 22 * time.Second}},
	} {
		change.ClipID, change.Seq = "clip01", seq+1
		_, err := p.store.Transition(t.Context(), change)
		require.NoError(t, err)
		p.moments = append(p.moments, moment{at: p.now()})
	}
	told := func(n int) string { return p.built(p.moments[n].at)[FileClips] }
	require.Contains(t, told(0), `"output_path": null`)
	for n := 1; n < 4; n++ {
		require.Contains(t, told(n), `"output_path": "first.mp4"`, n)
		require.Contains(t, told(n), `"duration_seconds": 11`, n)
		require.Equal(t, n == 2, strings.Contains(told(n), "the file is gone"), n)
	}
	require.Contains(t, told(4), `"output_path": "second.mp4"`)
	require.Contains(t, told(4), `"duration_seconds": 22`)

	// Earlier versions did not write down what was made with the change.
	p.exec(`update clip_state_history set made = null`)
	for n := range 4 {
		require.Contains(t, told(n), `"output_path": null`, "only the new file is known")
		require.Contains(t, told(n), `"duration_seconds": 0`)
	}
	require.Contains(t, told(4), `"output_path": "second.mp4"`)
}

func TestASetOfThePastKeepsTheContractAndStaysApartFromThePresent(t *testing.T) {
	t.Parallel()
	p := newPast(t, 1)
	p.request()
	p.define()
	at := p.now()
	set, err := BuildPast(t.Context(), p.store, func() Settings { return p.settings }, time.Now, at)
	require.NoError(t, err)
	tr := newTree(t)
	o := tr.options()
	o.Mirrors, o.Past = nil, at
	w, err := OpenWriter(o)
	require.NoError(t, err)
	_, err = w.WriteSet(set.Documents)
	require.NoError(t, err)
	w.Close()
	findings, err := Verify(t.Context(), os.DirFS(tr.canonical), time.Now)
	require.NoError(t, err)
	require.Empty(t, findings, "not even a note: nothing of it is missing")
	require.Equal(t, "<none>", tr.read(tr.canonical, FileJobs))
	require.Contains(t, tr.read(tr.canonical, FileManifest), `"at": "`+at.UTC().Format("2006-01-02T15:04:05.000000Z")+`"`)
	require.NoError(t, os.Remove(tr.canonical+"/"+FilePolls))
	findings, err = look(os.DirFS(tr.canonical), time.Now)
	require.NoError(t, err)
	require.NotEmpty(t, findings, "what has a history has to be there")

	// The same folder can hold another moment, and one of the present cannot.
	w, err = OpenWriter(o)
	require.NoError(t, err)
	w.Close()
	present := newTree(t)
	written := present.open()
	mustWrite(t, written, doc(FileClips, "x"))
	written.Close()
	o.Canonical = present.canonical
	_, err = OpenWriter(o)
	require.ErrorIs(t, err, ErrPresent)
}

func TestCountersAreNotToldOfTheTimeOfWhichChangesAreForgotten(t *testing.T) {
	t.Parallel()
	p := newPast(t, 1)
	p.request()
	for range 40 {
		p.tell()
		p.moments = append(p.moments, moment{at: p.now()})
	}
	_, err := p.store.PruneCounters(t.Context(), p.moments[30].at)
	require.NoError(t, err)
	require.NotContains(t, p.built(p.moments[5].at), FileCounters)
	set, err := BuildPast(t.Context(), p.store, func() Settings { return p.settings }, time.Now, p.moments[5].at)
	require.NoError(t, err)
	require.Contains(t, fmt.Sprint(set.Untold), "{counters.json changes of counters are kept since 20")
	require.Contains(t, p.built(p.moments[30].at), FileCounters)
}

func TestMomentsOfWhichNothingIsKnownAreRefused(t *testing.T) {
	t.Parallel()
	p := newPast(t, 1)
	build := func(at time.Time) *MomentError {
		_, err := BuildPast(t.Context(), p.store, func() Settings { return p.settings }, time.Now, at)
		var refused *MomentError
		require.True(t, errors.As(err, &refused), "%v", err)
		return refused
	}
	require.Contains(t, build(p.now()).Error(), "there are no clips, polls, tallies, scoreboards and counters yet")
	before := p.now()
	p.request()
	require.Contains(t, build(before).Error(), "the first record is of 20")
	require.Contains(t, build(time.Now().Add(time.Hour)).Error(), "lies in the future: it is 20")
}

func TestEveryDocumentHasAHistoryOrAReasonWhyNot(t *testing.T) {
	t.Parallel()
	for _, f := range families() {
		require.NotEqual(t, "no history of it is kept", untold(f.key()), f.key())
	}
	for _, k := range catalog() {
		require.NotEqual(t, "no history of it is kept", untold(k.file), k.file)
	}
}
