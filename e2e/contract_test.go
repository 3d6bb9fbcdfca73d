package e2e_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// contractSchemas is the contract's own folder, which lies beside the checkout.
const contractSchemas = "../../shared/contract/schemas"

// requireContract validates every exported document that the contract knows
// against the contract's schema, not against the project's own.
func requireContract(t *testing.T, exports string) {
	t.Helper()
	if _, err := os.Stat(contractSchemas); err != nil {
		t.Logf("the contract is not beside this checkout; the project's own schemas are tested in exports")
		return
	}
	compiler := jsonschema.NewCompiler()
	seen := map[string]bool{}
	require.NoError(t, filepath.WalkDir(exports, func(path string, entry fs.DirEntry, err error) error {
		require.NoError(t, err)
		rel, err := filepath.Rel(exports, path)
		require.NoError(t, err)
		schemaFile := filepath.Join(contractSchemas, schemaOf(rel)+".schema.json")
		if _, err := os.Stat(schemaFile); err != nil || entry.IsDir() {
			return nil
		}
		schema, err := compiler.Compile(schemaFile)
		require.NoError(t, err)
		data, err := os.Open(path)
		require.NoError(t, err)
		defer func() { _ = data.Close() }()
		document, err := jsonschema.UnmarshalJSON(data)
		require.NoError(t, err, rel)
		require.NoError(t, schema.Validate(document), rel)
		seen[rel] = true
		return nil
	}))
	for _, name := range []string{
		"clips.json", "jobs.json", "meta.json", "runtime_snapshot.json", "admin_activity.json", "platforms.json",
		"version.json", "about.admin.json", "about.public.json", "changelog.json", "changelog.runtime.json", "roadmap.json",
		"telemetry/events.json", "telemetry/errors.json", "telemetry/rates.json", "discord/runtime.json",
		"admin/creators.json", "admin/chat_triggers.json", "admin/rate_limits.json", "admin/integrations.json", "admin/permissions.json",
		"signals/chat_events.json", "quotas.json", "polls.json", "tallies.json", "scoreboards.json",
		"signals/poll_votes.json", "signals/tally_events.json", "signals/score_events.json",
	} {
		require.True(t, seen[filepath.FromSlash(name)], "%s is exported", name)
	}
	requireManifest(t, exports)
}

// schemaOf names the schema of a document by its path, as the contract's README
// has it.
func schemaOf(rel string) string {
	name := strings.TrimSuffix(filepath.ToSlash(rel), ".json")
	if own, table := strings.CutPrefix(name, "admin/"); table && own != "creators" {
		name = own
	}
	switch {
	case strings.HasPrefix(name, "about."):
		return "about"
	case strings.HasPrefix(name, "chat_logs/"):
		return "chat_log_file"
	}
	return strings.NewReplacer("signals/", "", "/", "_", ".", "_").Replace(name)
}

func requireManifest(t *testing.T, exports string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(exports, "manifest.json"))
	require.NoError(t, err)
	var manifest map[string]any
	require.NoError(t, json.Unmarshal(data, &manifest))
	require.NotZero(t, manifest["generation"])
}
