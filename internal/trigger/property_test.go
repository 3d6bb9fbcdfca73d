package trigger

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

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

// randomInputs makes a chat with bursts, skewed clocks and every other input.
func randomInputs(rng *rand.Rand, n int) []Input {
	texts := []string{"hi", "!ping", "!clip", "!clip 20", "!clip -d 9 nice", "!clip -d", "!CLIP 999 x", "lol !clip"}
	inputs, now := make([]Input, 0, n), noon
	for i := range n {
		now = now.Add(time.Duration(rng.IntN(3000)) * time.Millisecond)
		switch rng.IntN(20) {
		case 0:
			stream := control.Stream{Platform: chat.Twitch, StreamID: strconv.Itoa(rng.IntN(3)), Title: "t"}
			if rng.IntN(3) == 0 {
				inputs = append(inputs, Input{Over: &stream, At: now})
			} else {
				inputs = append(inputs, Input{Live: &stream, At: now})
			}
		case 1:
			inputs = append(inputs, Input{Request: &control.OperatorClip{RequestID: fmt.Sprint("r", i), Seconds: rng.IntN(90)}, At: now})
		case 2:
			id := clip.NewID("aBc123", fmt.Sprint("m", rng.IntN(i+1)), "clip", 0)
			inputs = append(inputs, Input{Result: &control.ClipResult{ClipID: id, State: clip.Published, Channel: "mira", MessageID: "m"}, At: now})
		default:
			skew := time.Duration(rng.IntN(200)-100) * time.Second
			user := fmt.Sprint("u", rng.IntN(5))
			inputs = append(inputs, message(fmt.Sprint("m", i), texts[rng.IntN(len(texts))], by(user, chat.Roles(rng.IntN(4)*int(chat.VIP))),
				func(e *chat.Event) { e.SentAt, e.ReceivedAt = now.Add(skew), now }))
		}
	}
	return inputs
}

func TestTheSameChatGivesTheSameDecisions(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(seed(t), 1))
	inputs := randomInputs(rng, 3000)
	r := rules(t)
	run := func() (all []Outcome) {
		s := NewState()
		for _, in := range inputs {
			out := Evaluate(s, in, r)
			s.Apply(out)
			all = append(all, out)
		}
		return all
	}
	require.Empty(t, cmp.Diff(run(), run()))
}

func TestEvaluationItselfChangesNothing(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(seed(t), 2))
	s, r := NewState(), rules(t)
	for _, in := range randomInputs(rng, 2000) {
		first := Evaluate(s, in, r)
		require.Empty(t, cmp.Diff(first, Evaluate(s, in, r)))
		s.Apply(first)
	}
}

func TestNoCooldownIsSpentTwice(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(seed(t), 3))
	s, r := NewState(), rules(t, func(s *Settings) { s.Clip.CooldownExempt, s.Ping.CooldownExempt = 0, 0 })
	running := map[cooldownKey]time.Time{}
	fired := 0
	for _, in := range randomInputs(rng, 5000) {
		out := Evaluate(s, in, r)
		s.Apply(out)
		if out.Effects == nil {
			continue
		}
		for _, c := range out.Effects.Cooldowns {
			key := cooldownKey{c.TriggerID, c.Scope}
			require.False(t, running[key].After(c.FiredAt), "%v was still running", key)
			running[key] = c.Until
			fired++
		}
	}
	require.NotZero(t, fired)
}
