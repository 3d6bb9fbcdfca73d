package trigger

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func TestAMachineThatRestsDecidesAsOneThatDoesNot(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(seed(t), 4))
	inputs := randomInputs(rng, 2000)
	for i := range inputs { // chat and files change the rules now and then
		switch rng.IntN(100) {
		case 0:
			inputs[i] = Input{Order: orderOf(inputs[i].At.String(), "!cmd add !hey there"), At: noon.Add(time.Hour)}
		case 1:
			changed := settings(with(command("extra")))
			inputs[i] = Input{Config: &changed, At: noon.Add(time.Hour)}
		}
	}
	run := func(rest func() bool) (all []Outcome) {
		m := machineOf(t, NewState())
		for _, in := range inputs {
			if rest() {
				m.Rest()
			}
			all = append(all, m.Step(in))
		}
		return all
	}
	awake := run(func() bool { return false })
	require.Empty(t, cmp.Diff(awake, run(func() bool { return true })))
	require.Empty(t, cmp.Diff(awake, run(func() bool { return rng.IntN(10) == 0 })))
}

func TestRulesAreMadeOnlyWhenSomethingIsDecidedByThem(t *testing.T) {
	t.Parallel()
	m := machineOf(t, NewState(), with(command("extra")))
	require.True(t, m.Rests())
	changed := settings()
	m.steps(goesLive("s1", noon), goesOff("s1", noon), Input{Config: &changed, At: noon})
	require.True(t, m.Rests(), "none of these depends on rules")
	m.steps(message("m1", "hello"))
	require.False(t, m.Rests())
	m.Rest()
	require.True(t, m.Rests())
	require.Equal(t, changed.Hash(), m.Rules().Hash())
}
