package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEntriesAreAddedBehindWhatIsThere(t *testing.T) {
	t.Parallel()
	entry := []json.RawMessage{json.RawMessage(`{"trigger_id":"b","note":"<&>"}`)}
	for name, c := range map[string]struct{ before, after string }{
		"no file":      {"", `{"triggers":[{"trigger_id":"b","note":"<&>"}]}`},
		"an empty one": {" \n", `{"triggers":[{"trigger_id":"b","note":"<&>"}]}`},
		"no triggers":  {`{}`, `{"triggers":[{"trigger_id":"b","note":"<&>"}]}`},
		"all that is there": {
			`{"triggers":[{"trigger_id":"a","later":{"x":[1.50,null]},"n":12345678901234567890}],"meta":{"by":"Ann"}}`,
			`{"meta":{"by":"Ann"},"triggers":[{"trigger_id":"a","later":{"x":[1.50,null]},"n":12345678901234567890},{"trigger_id":"b","note":"<&>"}]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			after, err := withEntries([]byte(c.before), entry)
			require.NoError(t, err)
			require.JSONEq(t, c.after, string(after))
			require.Contains(t, string(after), "<&>")
			if c.before != "" && c.before[0] == '{' && len(c.before) > 2 {
				require.Contains(t, string(after), "12345678901234567890")
				require.Contains(t, string(after), "1.50")
			}
		})
	}
}

func TestAFileThatCannotBeReadWholeIsLeftAlone(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no JSON":        `{"triggers": [`,
		"another shape":  `{"triggers": {}}`,
		"a list":         `[]`,
		"drafts":         `{"schema": "streamsuites.triggers.admin.v1", "creators": []}`,
		"two documents":  `{"triggers": []} {"triggers": []}`,
		"text behind it": `{"triggers": []} x`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "triggers.json")
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			_, err := addToFile(dir, []json.RawMessage{json.RawMessage(`{}`)})
			require.ErrorContains(t, err, path)
			kept, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, text, string(kept))
		})
	}
}
