package ingest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// The triggers of the tests below, with every kind of reservation.
const (
	hugGlobal, hugUser   = 7 * time.Second, 20 * time.Second
	onceUser, onceStream = 1, 4
	clipCost             = 3
	startPoints          = 10
	shortHug             = 5 * time.Second // hugGlobal after a reload
)

func defined(t testing.TB, texts ...string) (all []definition.Definition) {
	t.Helper()
	for _, text := range texts {
		d, err := definition.Parse([]byte(text))
		require.NoError(t, err)
		require.Empty(t, d.Check(), text)
		all = append(all, d)
	}
	return all
}

// reserving is a creator whose triggers reserve all that triggers can.
func reserving(t testing.TB, creatorID string, global time.Duration) Creator {
	return creator(creatorID, func(s *trigger.Settings) {
		s.LateAfter, s.ReplyWithin, s.StartPoints = time.Hour, time.Hour, startPoints
		s.Triggers = defined(t,
			fmt.Sprintf(`{"trigger_id": "hug", "type": "command", "command": "hug", "cooldown_global_s": %g, "cooldown_user_s": %g,
				"cooldown_group": "play", "cooldown_group_s": 2, "responses": ["$(user) hugs $(touser), hug $(count)"]}`, global.Seconds(), hugUser.Seconds()),
			fmt.Sprintf(`{"trigger_id": "once", "type": "command", "command": "once", "cooldown_global_s": 0, "limit_per_stream_user": %d,
				"limit_per_stream_global": %d, "responses": ["once: $(usercount)"]}`, onceUser, onceStream),
			fmt.Sprintf(`{"trigger_id": "buy", "type": "command", "command": "buy", "cooldown_global_s": 0, "cost": %d,
				"actions": [{"type": "clip", "seconds": 10}]}`, clipCost),
			`{"trigger_id": "hype", "type": "threshold", "keywords": ["hype"], "threshold": {"users": 3, "window_s": 60}, "cooldown_global_s": 15,
				"responses": ["HYPE"]}`,
			`{"trigger_id": "lol", "type": "keyword", "keywords": ["lol"], "cooldown_group": "play", "cooldown_group_s": 2, "delete_trigger": true,
				"actions": [{"type": "counter", "counter": "lols", "add": 1}]}`,
			`{"trigger_id": "kills", "type": "regex", "pattern": "(?P<n>[0-9]{3}) kills", "cooldown_global_s": 1, "responses": ["$(match.n)!"]}`,
			`{"trigger_id": "raid", "type": "event", "events": ["raid"], "cooldown_global_s": 0, "responses": ["hello $(amount)"]}`,
		)
	})
}

// chatter makes the random chat of several creators: viewers try everything, a
// moderator changes it.
func chatter(rng *rand.Rand, creators []Creator, n int) *script {
	viewers := []string{"hi", "!hug bob", "!hug", "!once", "!buy", "hype", "so much hype", "lol", "123 kills", "!ping", "!clip", "!x1", "!x2 a b"}
	moderator := []string{
		"!cmd add !x1 hello $(user)", "!cmd add !x1 hello again", "!cmd add !x2 $(1) and $(2), $(count)", "!cmd edit !x1 bye", "!cmd remove !x2", "!cmd options !x1 -cd 3",
		"!cmd disable !hug", "!cmd enable !hug", "!counter deaths +1", "!counter deaths set 3", "!pausecommands on", "!pausecommands off", "!pausecommands off", "!cmd add !x\u200b3 zero",
	}
	s := &script{rng: rng}
	base := time.Now().Add(-time.Duration(n) * 500 * time.Millisecond)
	for i := range n {
		e := say(creators[rng.IntN(len(creators))].ID, id("m", i), viewers[rng.IntN(len(viewers))])
		e.Author = chat.Author{ID: id("u", rng.IntN(6)), Login: "x", Name: "X"}
		if rng.IntN(12) == 0 {
			e.Author, e.Text = chat.Author{ID: "mod", Login: "mod", Name: "Mod", Roles: chat.Moderator}, moderator[rng.IntN(len(moderator))]
		}
		if rng.IntN(40) == 0 {
			e.Kind, e.Amount, e.Text = chat.Raid, int64(rng.IntN(100)), ""
		}
		e.ReceivedAt = base.Add(time.Duration(i) * 500 * time.Millisecond)
		e.SentAt = e.ReceivedAt.Add(-time.Duration(rng.IntN(4000)) * time.Millisecond)
		s.events = append(s.events, e)
	}
	return s
}

// fortunes is what happens to creators besides chat.
type fortunes struct {
	t        *testing.T
	rng      *rand.Rand
	creators []string
	live     map[string]string // the newest broadcast of each
	n        int
}

// happen lets one thing happen, through the store as other processes do it.
func (f *fortunes) happen(r *rig) {
	ctx, who := f.t.Context(), f.creators[f.rng.IntN(len(f.creators))]
	f.n++
	switch f.rng.IntN(6) {
	case 0:
		grant := control.PointGrant{UserKey: "twitch:" + id("u", f.rng.IntN(6)), Delta: int64(f.rng.IntN(20) - 5), By: "kim"}
		require.NoError(f.t, r.rows.PutPointGrant(ctx, who, id("grant", f.n), grant))
	case 1:
		order := control.TriggerOrder{RequestID: id("order", f.n), Text: fmt.Sprintf("add !o%d from the console", f.n), By: "kim"}
		require.NoError(f.t, r.rows.PutTriggerOrder(ctx, who, order))
	case 2: // a clip comes to its end
		clips, err := r.rows.ListClips(ctx, store.ClipFilter{CreatorID: who, States: []clip.State{clip.Queued}, Limit: 3})
		require.NoError(f.t, err)
		for _, c := range clips {
			_, err := r.rows.Transition(ctx, store.Transition{ClipID: c.ClipID, Seq: 1, State: clip.Failed, Reason: "no space left", Code: clip.DiskFull})
			require.NoError(f.t, err)
		}
	case 3:
		f.live[who] = id("again", f.n)
		f.broadcast(r, who, "Boss fight")
	case 4:
		f.broadcast(r, who, id("title", f.n))
	case 5:
		request := control.OperatorClip{RequestID: id("request", f.n), Seconds: 5, By: "kim", At: time.Now()}
		require.NoError(f.t, r.rows.PutInbox(ctx, who, control.InboxClipRequest, id("request", f.n), request))
	}
}

// broadcast has a creator seen live with the newest broadcast, or offline before
// that.
func (f *fortunes) broadcast(r *rig, creatorID, title string) {
	ctx := f.t.Context()
	epochs, err := r.rows.Epochs(ctx, []string{creatorID})
	require.NoError(f.t, err)
	if f.rng.IntN(2) == 0 {
		_, err = r.rows.RecordOffline(ctx, epochs[creatorID], creatorID, chat.Twitch, time.Now())
		require.NoError(f.t, err)
	}
	_, err = r.rows.RecordLive(ctx, epochs[creatorID], control.Stream{
		CreatorID: creatorID, Platform: chat.Twitch, Channel: channelOf(creatorID), StreamID: f.live[creatorID], Title: title, StartedAt: time.Now(),
	})
	require.NoError(f.t, err)
}

// Whatever happens to processes, connections, commits, configuration and the
// triggers themselves: nothing fires twice, no cooldown and no point is spent
// twice, no limit is exceeded, nothing that a moderator made is lost, and a
// replay of what is stored, from nothing, gives all that is stored.
func TestNoSequenceOfFaultsReloadsAndChangesSpendsAnythingTwice(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(seed(t), 7))
	creators := []Creator{reserving(t, mira, hugGlobal), reserving(t, "oTher1", hugGlobal)}
	reloaded := []Creator{reserving(t, mira, shortHug), reserving(t, "oTher1", shortHug)}
	quick := func(c *HostConfig) { c.Rand = func() float64 { return 0 } }
	r := newRig(t, creators, quick)
	r.hold()
	for _, c := range creators {
		r.live(c.ID)
	}
	life := &fortunes{t: t, rng: rng, creators: []string{mira, "oTher1"}, live: map[string]string{}}
	for _, c := range creators {
		life.live[c.ID] = "stream-" + c.ID
	}
	s := chatter(rng, creators, 2500)
	next := func() *rig {
		other := r.beside(quick)
		other.hold()
		return other
	}
	for s.next < len(s.events) {
		r.db.hook(flaky(rand.New(rand.NewPCG(rng.Uint64(), 2))))
		s.deal(r.account, 20+rng.IntN(100))
		life.happen(r)
		switch rng.IntN(8) {
		case 0: // stopped in order
			r.db.hook(nil, nil)
			r.end()
			r = next()
		case 1: // killed; some of the chat comes again
			r.crash()
			r = next()
			s.next = max(0, s.next-100)
		case 2: // overtaken while it goes on
			old := r
			r = next()
			s.deal(old.account, 30)
			old.host.checkEpochs(t.Context())
			for _, shard := range old.shards {
				<-shard.done
			}
			s.next = max(0, s.next-130)
		case 3:
			r.roster.set(reloaded...)
		case 4:
			r.roster.set(creators...)
		}
	}
	r.db.hook(nil, nil)
	s.next = 0 // everything again: what a crash swallowed arrives late, the rest is known
	s.deal(r.account, len(s.events))
	r.stored(len(s.events))
	soon(t, "nothing pending", func() bool { return r.count(`select count(*) from inbox where lane_seq is null`) == 0 })
	r.release()
	everyRequestIsKept(t, r)
	seen := map[string]int{}
	for _, c := range creators {
		nothingTwice(t, r, c.ID)
		again := rerun(t, r, c.ID)
		again.equals(t, r)
		again.withinLimits(t)
		again.happened(seen)
	}
	for _, what := range []string{"hug", "once", "buy", "hype", "lol", "kills", "raid", "cmd", "counter", "cmd:x1",
		"cooldown_group", "cooldown_global", "limit_per_stream_user", "threshold", "cost"} {
		require.NotZero(t, seen[what], "%s never happened, so this run proves little: %v", what, seen)
	}
}

// nothingTwice checks the rows themselves, whatever the engine thinks.
func nothingTwice(t *testing.T, r *rig, creatorID string) {
	require.Zero(t, r.count(`select count(*) from (select from decisions where creator_id = $1
		group by platform, message_id, trigger_id having count(*) > 1) d`, creatorID), "decided twice")
	apart := func(trigger, by string, least time.Duration) {
		require.Zero(t, r.count(`select count(*) from (
			select decided_at - lag(decided_at) over (partition by `+by+` order by lane_seq) as since from decisions
			where creator_id = $1 and trigger_id = $2 and outcome = 'fired'
		) d where since < $3::interval`, creatorID, trigger, least), "%s of %s was not held back", trigger, by)
	}
	apart("hug", "trigger_id", shortHug)
	apart("hug", "author", hugUser)
	apart("hype", "trigger_id", 15*time.Second)
	apart("kills", "trigger_id", time.Second)
	require.Zero(t, r.count(`select count(*) from points where creator_id = $1 and balance < 0`, creatorID))
	require.Zero(t, r.count(`
		select count(*) from points p where creator_id = $1 and balance <> $2 + (
			select sum(delta) from point_changes c where c.creator_id = p.creator_id and c.user_key = p.user_key)`, creatorID, startPoints))
	require.Equal(t, r.count(`select count(*) from decisions where creator_id = $1 and trigger_id = 'buy' and outcome = 'fired'`, creatorID),
		r.count(`select count(*) from point_changes where creator_id = $1 and reason = 'spent' and delta = $2`, creatorID, -clipCost))
	require.Equal(t, r.count(`
		select count(*) from point_changes p join clips c using (clip_id) where p.creator_id = $1 and p.reason = 'spent' and c.state = 'failed'`, creatorID),
		r.count(`select count(*) from point_changes where creator_id = $1 and reason = 'refunded' and delta = $2`, creatorID, clipCost))
	require.Zero(t, r.count(`
		select count(*) from trigger_uses u where creator_id = $1 and user_key = '' and total <> (
			select count(*) from decisions d where d.creator_id = u.creator_id and d.trigger_id = u.trigger_id and outcome = 'fired'
				and d.platform <> 'operator' and d.detail not like 'joined %')`, creatorID), "uses are counted wrongly")
}

// happened counts which triggers fired and which steps refused.
func (a *run) happened(seen map[string]int) {
	for _, d := range a.decisions {
		if d.Fired {
			seen[d.Trigger]++
		}
		seen[d.Step]++
	}
}

// withinLimits checks the limits per stream.
func (a *run) withinLimits(t *testing.T) {
	for of, n := range a.perStream {
		switch {
		case of.trigger == "once" && of.author == "":
			require.LessOrEqual(t, n, onceStream, of)
		case of.trigger == "once":
			require.LessOrEqual(t, n, onceUser, of)
		}
	}
	require.NotEmpty(t, a.changes)
	require.NotEmpty(t, a.points)
}
