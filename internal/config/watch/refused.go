package watch

import (
	"regexp"

	"github.com/streamsuites/streamsuites/internal/config"
)

// refused returns the problems that keep a changed configuration from being
// taken in: everything that forbids a start, and every mistake that was not
// there before. A start leaves out what is wrong and goes on; here there is
// something better to go on with.
func refused(before, now config.Problems) config.Problems {
	known := map[config.Problem]int{}
	for _, p := range before {
		known[same(p)]++
	}
	var found config.Problems
	for _, p := range now {
		if p.Severity == config.Fatal {
			found = append(found, p)
			continue
		}
		if p.Kind == config.Advice || p.Kind == config.Credential {
			continue
		}
		if key := same(p); known[key] > 0 {
			known[key]--
			continue
		}
		found = append(found, p)
	}
	return found
}

var index = regexp.MustCompile(`\[\d+\]`)

// same is a problem as it is recognised again when entries were added above.
func same(p config.Problem) config.Problem {
	p.Path = index.ReplaceAllString(p.Path, "[]")
	return p
}
