package trigger

import (
	"crypto/sha256"
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
)

// A lane that starts again from its rows at any moment decides like one that never
// stopped, and neither spends anything twice.
func TestNoSequenceOfMessagesReloadsAndRestartsFiresOrSpendsTwice(t *testing.T) {
	t.Parallel()
	refunds, joined, first := 0, 0, seed(t)
	for round := range 8 {
		rng := rand.New(rand.NewPCG(first, uint64(round)))
		c := newCrowd(rng, 20)
		steady, err := NewMachine(c.configs[0], NewState())
		require.NoError(t, err)
		restarted, err := NewMachine(c.configs[0], NewState())
		require.NoError(t, err)
		rows, books, seen := newRows(c.configs[0]), newBooks(t), map[chat.Key]bool{}
		for range 2500 {
			in, _ := c.next()
			if in.Message != nil {
				if seen[in.Message.Key()] {
					continue // as lanes drop them
				}
				seen[in.Message.Key()] = true
			}
			rules := steady.Rules()
			out := steady.Step(in)
			again := restarted.Step(in)
			require.Empty(t, cmp.Diff(out, again))
			c.learn(out)
			books.enter(in, out, steady.State(), rules)
			rows.commit(out, steady.State())
			if rng.IntN(15) == 0 {
				restarted, err = NewMachine(rows.config, rows.load())
				require.NoError(t, err)
			}
		}
		require.Greater(t, books.fired, 20)
		refunds += books.refunds
		joined += books.joined
	}
	require.NotZero(t, refunds)
	require.NotZero(t, joined)
}

// books checks outcomes against what can be known without the engine's state.
type books struct {
	t        *testing.T
	fired    int
	refunds  int
	running  map[cooldownKey]time.Time
	done     map[string]bool // decisions and answers
	spent    map[string]int64
	inStream map[useKey]int64
	balances map[string]int64
	clips    map[string]time.Time // anchors
	failed   map[string]bool      // as last told
	joined   int
}

func newBooks(t *testing.T) *books {
	return &books{
		t: t, running: map[cooldownKey]time.Time{}, done: map[string]bool{}, spent: map[string]int64{},
		inStream: map[useKey]int64{}, balances: map[string]int64{}, clips: map[string]time.Time{}, failed: map[string]bool{},
	}
}

func (b *books) enter(in Input, out Outcome, after *State, rules *Rules) {
	if out.Effects == nil {
		return
	}
	e := out.Effects
	for _, d := range e.Decisions {
		b.once("decision " + string(d.Key.Platform) + ":" + d.Key.MessageID + " " + d.TriggerID)
		if d.Fired {
			b.fired++
		}
		if d.Fired && in.Message != nil {
			b.limits(d, in.Message, after, rules)
		}
	}
	for _, m := range e.Messages {
		if in.Result == nil {
			b.once("message " + m.Key)
		}
	}
	for _, c := range e.Clips {
		b.once("clip " + c.ClipID)
	}
	b.moments(e, after, rules)
	b.cooldowns(in, e)
	b.points(e)
}

// moments: whoever types !clip gets no clip of what a clip shows that did not fail,
// and everybody has one part in a clip at most.
func (b *books) moments(e *Effects, after *State, rules *Rules) {
	for _, asked := range e.Asked {
		b.once("part of " + asked.UserKey + " in " + asked.ClipID)
	}
	typed := len(e.Decisions) == 1 && e.Decisions[0].TriggerID == ClipID && e.Decisions[0].Key.Platform != Operator
	if typed && e.Decisions[0].Fired && len(e.Clips) == 0 {
		b.joined++
		require.Equal(b.t, "joined ", e.Decisions[0].Detail[:7])
		require.Contains(b.t, b.clips, e.Decisions[0].Detail[7:])
		require.False(b.t, b.failed[e.Decisions[0].Detail[7:]])
		require.Empty(b.t, e.Uses)
	}
	for _, c := range e.Clips {
		for id, at := range b.clips {
			if typed && !b.failed[id] && at.After(after.Clock.Add(-time.Hour)) {
				require.Greater(b.t, at.Sub(c.RequestedAt).Abs(), rules.settings.Clip.Coalesce, "%s shows what %s shows", c.ClipID, id)
			}
		}
		b.clips[c.ClipID] = c.RequestedAt
	}
	if e.ClipOver != "" {
		b.failed[e.ClipOver] = e.ClipState == clip.Failed
	}
}

func (b *books) once(what string) {
	require.False(b.t, b.done[what], "%s twice", what)
	b.done[what] = true
}

// cooldowns: those from which nobody is exempt are never started while they run.
func (b *books) cooldowns(in Input, e *Effects) {
	for _, c := range e.Cooldowns {
		key := cooldownKey{c.TriggerID, c.Scope}
		exempt := in.Message == nil || in.Message.Author.Roles.Any(chat.Moderator|chat.Broadcaster)
		if !exempt || c.TriggerID == "wow" || c.TriggerID == "hold" {
			require.False(b.t, b.running[key].After(c.FiredAt), "%v was running", key)
		}
		if c.Until.After(b.running[key]) {
			b.running[key] = c.Until
		}
	}
}

func (b *books) limits(d Decision, e *chat.Event, after *State, rules *Rules) {
	for _, info := range rules.Triggers() {
		if info.ID != d.TriggerID {
			continue
		}
		all, own := useKey{d.TriggerID + "@" + after.StreamRef, ""}, useKey{d.TriggerID + "@" + after.StreamRef, UserKey(e.Platform, e.Author.ID)}
		b.inStream[all]++
		b.inStream[own]++
		if n := int64(info.Definition.PerStream); n > 0 {
			require.LessOrEqual(b.t, b.inStream[all], n, d.TriggerID)
		}
		if n := int64(info.Definition.PerStreamUser); n > 0 {
			require.LessOrEqual(b.t, b.inStream[own], n, d.TriggerID)
		}
	}
}

// points: nobody owes anything, and a clip is paid back once, what was paid.
func (b *books) points(e *Effects) {
	for _, p := range e.Points {
		require.GreaterOrEqual(b.t, p.Balance, int64(0))
		if before, known := b.balances[p.UserKey]; known {
			require.Equal(b.t, before+p.Delta, p.Balance)
		}
		b.balances[p.UserKey] = p.Balance
		switch p.Reason {
		case PointsSpent:
			b.spent[p.ClipID] = -p.Delta
		case PointsRefunded:
			b.refunds++
			b.once("refund " + p.ClipID)
			require.Equal(b.t, b.spent[p.ClipID], p.Delta)
		}
	}
}

func TestAHundredThousandMessagesReplayToTheSameDecisionsByteForByte(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(seed(t), 11))
	c := newCrowd(rng, 90)
	inputs := make([]Input, 0, 110_000)
	for messages := 0; messages < 100_000; {
		in, _ := c.next()
		if in.Message != nil {
			messages++
		}
		inputs = append(inputs, in)
	}
	replay := func() ([sha256.Size]byte, int) {
		m, err := NewMachine(c.configs[0], NewState())
		require.NoError(t, err)
		seen, hash, fired := map[chat.Key]bool{}, sha256.New(), 0
		for _, in := range inputs {
			if in.Message != nil && seen[in.Message.Key()] {
				continue
			}
			if in.Message != nil {
				seen[in.Message.Key()] = true
			}
			out := m.Step(in)
			if out.Effects == nil {
				continue
			}
			fired += len(out.Effects.Decisions)
			text, err := json.Marshal(out)
			require.NoError(t, err)
			hash.Write(text)
		}
		return [sha256.Size]byte(hash.Sum(nil)), fired
	}
	one, fired := replay()
	two, _ := replay()
	require.Equal(t, one, two)
	require.Greater(t, fired, 1000)
}
