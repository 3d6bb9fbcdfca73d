package definition_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// The cases of RFC 7396, appendix A.
func TestMergeDoesWhatTheRFCSays(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`["a","b"]`, `["c","d"]`, `["c","d"]`},
		{`{"a":"b"}`, `["c"]`, `["c"]`},
		{`{"a":"foo"}`, `null`, `null`},
		{`{"a":"foo"}`, `"bar"`, `"bar"`},
		{`{"e":null}`, `{"a":1}`, `{"a":1,"e":null}`},
		{`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
		{``, `{"a":"<b>"}`, `{"a":"<b>"}`},
		{`{"n":12345678901234567890.10}`, ``, `{"n":12345678901234567890.10}`},
	} {
		got, err := definition.Merge(json.RawMessage(c[0]), json.RawMessage(c[1]))
		require.NoError(t, err)
		require.Equal(t, c[2], string(got), "%s with %s", c[0], c[1])
	}
	_, err := definition.Merge(json.RawMessage(`{`), nil)
	require.ErrorContains(t, err, "the base")
	_, err = definition.Merge(nil, json.RawMessage(`{} x`))
	require.ErrorContains(t, err, "the patch")
}

// object is a random object without nulls.
func object(r *rand.Rand, depth int) map[string]any {
	o := map[string]any{}
	for range r.IntN(5) {
		key := fmt.Sprintf("k%d", r.IntN(6))
		switch r.IntN(5) {
		case 0:
			o[key] = r.IntN(3)
		case 1:
			o[key] = []any{r.IntN(2), "x"}
		case 2:
			o[key] = r.IntN(2) == 0
		default:
			o[key] = fmt.Sprint(r.IntN(3))
			if depth > 0 {
				o[key] = object(r, depth-1)
			}
		}
	}
	return o
}

func TestADifferenceLeadsBackToWhatWasEdited(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		base, err := json.Marshal(object(r, 3))
		require.NoError(t, err)
		edited, err := json.Marshal(object(r, 3))
		require.NoError(t, err)
		patch := definition.Diff(base, edited)
		got, err := definition.Merge(base, patch)
		require.NoError(t, err)
		require.Equal(t, string(edited), string(got), "%s with %s", base, patch)
		require.Equal(t, "{}", string(definition.Diff(edited, edited)))
	}
}

func TestAnOverlayLetsOtherFieldsOfTheFileThrough(t *testing.T) {
	t.Parallel()
	file := definition.Definition{ID: "hi", Type: definition.Command, Command: "hi", Responses: []string{"hello"}, Hidden: true}
	edited := file
	edited.Hidden, edited.Responses = false, []string{"hello $(user)"}
	patch := definition.Diff(file.JSON(), edited.JSON())
	require.JSONEq(t, `{"hidden": null, "responses": ["hello $(user)"]}`, string(patch))

	file.Description = "greets"
	merged, err := definition.Merge(file.JSON(), patch)
	require.NoError(t, err)
	got, err := definition.Parse(merged)
	require.NoError(t, err)
	edited.Description = "greets"
	require.Equal(t, edited, got)
}
