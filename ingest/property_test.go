package ingest

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// script is a random chat of several creators, each message with its place.
type script struct {
	rng    *rand.Rand
	events []chat.Event
	next   int
}

func newScript(rng *rand.Rand, creators []Creator, n int) *script {
	texts := []string{"hi", "lol", "!ping", "!clip", "!clip 20 wow", "!clip -d"}
	s := &script{rng: rng}
	base := time.Now().Add(-time.Duration(n) * 500 * time.Millisecond)
	for i := range n {
		who := creators[rng.IntN(len(creators))].ID
		e := say(who, id("m", i), texts[rng.IntN(len(texts))])
		e.Author = chat.Author{ID: id("u", rng.IntN(4)), Login: "x", Name: "X"}
		e.Platform = []chat.Platform{chat.Twitch, chat.YouTube, chat.Kick}[rng.IntN(3)]
		e.ReceivedAt = base.Add(time.Duration(i) * 500 * time.Millisecond)
		e.SentAt = e.ReceivedAt.Add(-time.Duration(rng.IntN(4000)) * time.Millisecond)
		s.events = append(s.events, e)
	}
	return s
}

// deal hands the next messages to a host, with duplicates of earlier ones in
// between.
func (s *script) deal(a *Account, n int) {
	for range min(n, len(s.events)-s.next) {
		a.Message(s.events[s.next])
		s.next++
		for s.rng.IntN(10) == 0 {
			a.Message(s.events[s.rng.IntN(s.next)])
		}
	}
}

// flaky makes commits fail at random, before and after they happen.
func flaky(rng *rand.Rand) (before, after func([]store.LaneCommit) error) {
	fail := func([]store.LaneCommit) error {
		if rng.IntN(8) == 0 {
			return errAway
		}
		return nil
	}
	return fail, fail
}

// Whatever happens to processes, connections and commits: every message that was
// dealt in the end is stored once, nothing is decided twice, no cooldown is
// spent twice, and the decisions are those that a quiet run of the stored
// sequence gives.
func TestNoSequenceOfRestartsDuplicatesAndFailuresDecidesTwice(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(seed(t), 1))
	patience := func(s *trigger.Settings) { s.LateAfter, s.ReplyWithin = time.Hour, time.Hour }
	creators := []Creator{creator(mira, patience), creator("oTher1", patience), creator("tHird1", patience)}
	quick := func(c *HostConfig) { c.Rand = func() float64 { return 0 } }
	r := newRig(t, creators, quick)
	for _, c := range creators {
		r.live(c.ID)
	}
	r.hold()
	hosts := []*rig{r}
	s := newScript(rng, creators, 2000)
	for s.next < len(s.events) {
		// Hooks run on the committer's goroutine: they get a generator of their own.
		r.db.hook(flaky(rand.New(rand.NewPCG(rng.Uint64(), 2))))
		s.deal(r.account, 50+rng.IntN(300))
		switch rng.IntN(5) {
		case 0: // stopped in order
			r.db.hook(nil, nil)
			r.end()
			r = r.beside(quick)
			hosts = append(hosts, r)
			r.hold()
		case 1: // killed; some of the chat comes again
			r.crash()
			r = r.beside(quick)
			hosts = append(hosts, r)
			r.hold()
			s.next = max(0, s.next-400)
		case 2: // overtaken while it goes on
			old := r
			r = r.beside(quick)
			hosts = append(hosts, r)
			r.hold()
			s.deal(old.account, 50)
			old.host.checkEpochs(t.Context())
			for _, shard := range old.shards {
				<-shard.done
			}
			s.next = max(0, s.next-450)
		}
	}
	r.db.hook(nil, nil)
	s.next = 0 // everything again: what a crash swallowed arrives late, the rest is known
	s.deal(r.account, len(s.events))
	r.stored(len(s.events))
	r.release()

	require.Zero(t, r.count(`select count(*) from (select from decisions group by platform, message_id, trigger_id having count(*) > 1) d`), "decided twice")
	require.Equal(t, r.count(`select count(*) from decisions where outcome = 'fired' and trigger_id = 'clip' and detail = ''`), r.count(`select count(*) from clips`))
	require.Equal(t, r.count(`select count(*) from clips`), r.count(`select count(*) from outbox where kind = 'signal' and dedupe_key like 'clip:%'`))
	require.Equal(t, r.count(`select count(*) from decisions where outcome = 'fired' and detail = ''`),
		r.count(`select count(*) from outbox where kind = 'reply' and dedupe_key not like 'joined:%'`))
	oneClipAMoment(t, r)
	require.Equal(t, len(s.events), r.count(`select sum(messages) from counters`))
	acknowledged(t, r, hosts)
	for _, c := range creators {
		again := rerun(t, r, c.ID)
		require.NotEmpty(t, again.decisions)
		again.equals(t, r)
		tellsTheTables(t, r, c.ID)
	}
}

// oneClipAMoment checks that no two clips of a creator show the same moment, where
// every clip was typed for and none failed, and that everybody who asked is written
// down once, where it was decided.
func oneClipAMoment(t *testing.T, r *rig) {
	require.Zero(t, r.count(`select count(*) from clips a join clips b on a.creator_id = b.creator_id and a.clip_id < b.clip_id
		where abs(extract(epoch from a.requested_at - b.requested_at)) <= 20`), "two clips of one moment")
	everyRequestIsKept(t, r)
	require.Greater(t, r.count(`select count(distinct platform) from clip_requests`), 2)
}

// everyRequestIsKept checks the parts in clips against what was decided.
func everyRequestIsKept(t *testing.T, r *rig) {
	require.Zero(t, r.count(`select count(*) from clips c where not exists (
		select from clip_requests q where q.clip_id = c.clip_id and (q.message_id = c.message_id or q.platform = 'operator') and q.asked_at = c.requested_at)`), "made for nobody")
	require.Zero(t, r.count(`select count(*) from clip_requests q where not exists (
		select from decisions d where d.creator_id = q.creator_id and d.lane_seq = q.lane_seq and d.outcome = 'fired'
			and (d.message_id = q.message_id and (d.author = q.user_key or d.platform = 'operator')))`), "asked without a decision")
	require.Zero(t, r.count(`select count(*) from decisions d where detail like 'joined %' and (outcome <> 'fired' or not exists (
		select from clip_requests q where 'joined ' || q.clip_id = d.detail and q.user_key = d.author))`), "joined without a trace")
	require.NotZero(t, r.count(`select count(*) from decisions where detail like 'joined %'`))
}

// acknowledged checks that nothing is missing of what commits said was written.
func acknowledged(t *testing.T, r *rig, hosts []*rig) {
	for _, host := range hosts {
		for _, lane := range host.db.acked {
			var seqs []int64
			for _, e := range lane.Events {
				seqs = append(seqs, e.LaneSeq)
			}
			require.Equal(t, len(seqs), r.count(`select count(*) from chat_events where creator_id = $1 and lane_seq = any($2)`, lane.CreatorID, seqs))
			seqs = nil
			for _, d := range lane.Decisions {
				seqs = append(seqs, d.LaneSeq)
			}
			require.Equal(t, len(seqs), r.count(`select count(*) from decisions where creator_id = $1 and lane_seq = any($2)`, lane.CreatorID, seqs))
		}
	}
}

// outcome is what was decided about an input, as far as it is stored.
type outcome struct {
	Seq                                  int64
	Trigger, Message, Step, Text, Config string
	Fired                                bool
}

func decided(t *testing.T, r *rig, creatorID string) (all []outcome) {
	r.query(func(conn *pgx.Conn) (err error) {
		rows, _ := conn.Query(context.Background(), `
			select lane_seq, trigger_id, message_id, step, detail, config, outcome = 'fired' from decisions
			where creator_id = $1 order by lane_seq, trigger_id`, creatorID)
		all, err = pgx.CollectRows(rows, pgx.RowToStructByPos[outcome])
		return err
	})
	return all
}
