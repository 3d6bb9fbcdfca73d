package trigger

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
)

// benchTriggers are 300 triggers as a large channel has them: 200 keywords, 50
// commands, 50 patterns, of which all but scans hold a literal.
func benchTriggers(scans int) []definition.Definition {
	var list []definition.Definition
	for i := range 200 {
		list = append(list, of(definition.Keyword, func(d *definition.Definition) {
			d.ID, d.Keywords = fmt.Sprint("k", i), []string{fmt.Sprintf("keyword%d", i), fmt.Sprintf("%c%cphrase %d", 'a'+i%26, 'a'+i/26, i)}
		}))
	}
	for i := range 50 {
		list = append(list, command(fmt.Sprintf("command%d", i), func(d *definition.Definition) { d.Aliases = []string{fmt.Sprintf("c%d", i)} }))
	}
	for i := range 50 {
		pattern := fmt.Sprintf(`\bpattern%d[a-z]*\s+(?P<what>\w+)`, i)
		if i < scans {
			pattern = []string{`^\d{4,}$`, `\b[a-z]{2}\d+[a-z]{2}\b`, `^[A-Z]{12,}$`, `(.)\d\d\d\d\d$`, `\p{Han}{6,}`}[i%5]
		}
		list = append(list, of(definition.Regex, func(d *definition.Definition) {
			d.ID, d.Pattern, d.CaseSensitive = fmt.Sprint("p", i), pattern, i < scans
		}))
	}
	return list
}

func BenchmarkEvaluate(b *testing.B) {
	for _, c := range []struct {
		name  string
		scans int
	}{{"300 triggers, every pattern with a literal", 0}, {"300 triggers, 5 patterns without one", 5}} {
		b.Run(c.name, func(b *testing.B) {
			events := realChat(b)
			s, r := live(), rules(b, with(benchTriggers(c.scans)...))
			require.Empty(b, r.Problems())
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				s.Apply(Evaluate(s, Input{Message: &events[i%len(events)]}, r))
			}
			b.ReportMetric(medianNanoseconds(s, r, events), "median-ns/line")
		})
	}
}

// medianNanoseconds is the median over the lines of what each takes, each measured
// over many rounds.
func medianNanoseconds(s *State, r *Rules, events []chat.Event) float64 {
	const rounds = 20
	var each []float64
	for i := range events {
		in := Input{Message: &events[i]}
		began := time.Now()
		for range rounds {
			s.Apply(Evaluate(s, in, r))
		}
		each = append(each, float64(time.Since(began).Nanoseconds())/rounds)
	}
	slices.Sort(each)
	return each[len(each)/2]
}

func BenchmarkCompile(b *testing.B) {
	set := settings(with(benchTriggers(5)...))
	for b.Loop() {
		if _, err := Compile(set, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func TestThreeHundredTriggersAllocateNothingForWhatMatchesNone(t *testing.T) {
	s, r := live(), rules(t, with(benchTriggers(exactScans)...))
	require.Empty(t, r.Problems())
	for _, e := range realChat(t)[:500] {
		in := Input{Message: &e}
		if Evaluate(s, in, r).Effects != nil {
			continue
		}
		require.Zero(t, testing.AllocsPerRun(5, func() { s.Apply(Evaluate(s, in, r)) }), "%q", e.Text)
	}
	for _, text := range []string{"!ünï", "!unknown", strings.Repeat("keyword ", 1200), strings.Repeat("é", 5000)} {
		in := message("m", text)
		require.Zero(t, testing.AllocsPerRun(5, func() { s.Apply(Evaluate(s, in, r)) }), "%.20q", text)
	}
}
