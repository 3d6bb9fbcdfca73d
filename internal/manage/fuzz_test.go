package manage_test

import (
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/manage"
	"github.com/streamsuites/streamsuites/internal/match"
)

// FuzzParse gives two orders in turn: none panics, a refusal is one sentence that
// fits, and what is accepted brings nothing into force that cannot be used.
func FuzzParse(f *testing.F) {
	for _, rest := range []string{
		"add !x hello $(user)", "edit discord -cd 5 hello", "options dice -cd 10 -usercd=30 -cost 5 -level 250 -type say -count 3",
		"add -ul=moderator !y -a=!discord", "alias add discord a b c", "alias remove dc", "remove discord", "reset discord",
		"disable hype", "enable old", `add z -level="vip,mod" -- -cd`, "add \u202eevil\u200b text", "add ﬁ x", "add !!a \xff\xfe",
		"add x -platforms twitch,kick -stream online -hidden on text", "deaths +3", "deaths set -9223372036854775808", "on", "",
	} {
		f.Add("cmd", rest, "add fı\u0301 again")
		f.Add("counter", rest, rest)
		f.Add("commands", rest, "options discord -count 1")
		f.Add("pausecommands", rest, "off")
	}
	f.Fuzz(func(t *testing.T, command, first, second string) {
		s := world()
		for _, rest := range []string{first, second} {
			order, err := manage.Parse(command, rest)
			if err != nil {
				requireSentence(t, err)
				continue
			}
			result, err := manage.Apply(order, s, manage.Who{Manages: true})
			if err != nil {
				requireSentence(t, err)
				require.Empty(t, result)
				continue
			}
			require.NotEmpty(t, result.Reply)
			require.LessOrEqual(t, utf8.RuneCountInString(result.Reply), manage.DefaultRoom)
			if order.ReadOnly() {
				require.Equal(t, manage.Result{Reply: result.Reply}, result)
			}
			for _, change := range result.Changes {
				require.True(t, change.Before == nil || json.Valid(change.Before))
				require.True(t, change.After == nil || json.Valid(change.After))
			}
			s.take(result)
			requireUsable(t, s)
		}
	})
}

func requireSentence(t *testing.T, err error) {
	var usage *manage.UsageError
	require.True(t, errors.As(err, &usage), "%T", err)
	require.NotEmpty(t, usage.Sentence)
	require.True(t, utf8.ValidString(usage.Sentence))
	require.NotContains(t, usage.Sentence, "\n")
	require.LessOrEqual(t, utf8.RuneCountInString(usage.Sentence), manage.DefaultRoom)
}

// requireUsable checks every trigger that is in force, and that no name has two
// of them.
func requireUsable(t *testing.T, s *shelf) {
	owners := map[string]string{}
	for _, e := range s.List() {
		require.Empty(t, e.Definition.Check(), "%s", e.Definition.JSON())
		require.Equal(t, e.ID, e.Definition.ID)
		for _, name := range append([]string{e.Definition.Command}, e.Definition.Aliases...) {
			if len(name) > 0 && name[0] == '!' {
				name = name[1:]
			}
			if name = match.Name(name); name == "" {
				continue
			}
			require.Empty(t, owners[name], "%q belongs to %s too", name, e.ID)
			require.LessOrEqual(t, len(name), definition.MaxNameBytes)
			owners[name] = e.ID
		}
	}
}
