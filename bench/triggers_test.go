package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// expressionOf says what a trigger matches in the plainest way.
func expressionOf(d definition.Definition) string {
	switch d.Type {
	case definition.Command:
		return `^!(?:` + strings.Join(append([]string{d.Command}, d.Aliases...), "|") + `)(?:\s|$)`
	case definition.Keyword:
		return `(?:^|[^\pL\pN\pM_])(?:` + strings.Join(d.Keywords, "|") + `)(?:$|[^\pL\pN\pM_])`
	default:
		return d.Pattern
	}
}

func TestTheLoadHasThreeHundredTriggers(t *testing.T) {
	t.Parallel()
	kinds, ids := map[definition.Type]int{}, map[string]bool{}
	all := newRepertoire()
	for _, d := range all.triggers {
		kinds[d.Type]++
		ids[d.ID] = true
		require.Empty(t, d.Check(), d.ID)
	}
	require.Equal(t, map[definition.Type]int{definition.Command: 50, definition.Keyword: 200, definition.Regex: 50}, kinds)
	require.Len(t, ids, 300)
	require.Len(t, all.withoutScans(), 295)
}

func TestEveryTextMatchesItsTriggerAlone(t *testing.T) {
	t.Parallel()
	all := newRepertoire()
	for i, d := range all.triggers {
		re := regexp.MustCompile(`(?i)` + expressionOf(d))
		for j, texts := range all.texts {
			for _, text := range texts {
				require.Equal(t, i == j, re.MatchString(text), "%s %s", d.ID, text)
			}
		}
	}
}

func TestRealChatMatchesNothing(t *testing.T) {
	t.Parallel()
	path, err := linesPath(t.Context())
	require.NoError(t, err)
	lines, err := readLines(path)
	require.NoError(t, err)
	matches := func(expression string) string {
		re := regexp.MustCompile(`(?i)` + expression)
		for _, line := range lines {
			if re.Match(line.said) {
				return string(line.said)
			}
		}
		return ""
	}
	for _, d := range newRepertoire().triggers {
		require.Empty(t, matches(expressionOf(d)), d.ID)
	}
}

func TestFewTriggersAreAskedForOftenAndMostSeldom(t *testing.T) {
	t.Parallel()
	all := newRepertoire()
	owner := map[string]int{}
	for i, texts := range all.texts {
		for _, text := range texts {
			owner[text] = i
		}
	}
	s, asked := newSampler(all.texts), make([]int, len(all.triggers))
	const draws = 30_000
	for range draws {
		asked[owner[s.next()]]++
	}
	often, never := 0, 0
	for _, n := range asked {
		if n > draws/100 {
			often++
		}
		if n == 0 {
			never++
		}
	}
	require.Greater(t, often, 5)
	require.Less(t, often, 60)
	require.Zero(t, never)
}
