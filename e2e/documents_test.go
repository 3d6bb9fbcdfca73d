package e2e_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/exports"
)

func TestEveryDocumentOfARunKeepsTheContract(t *testing.T) {
	t.Parallel()
	s := start(t, filepath.Join(t.TempDir(), "var"), "--demo")
	s.awaitChat()
	require.Contains(t, s.answer(s.say("keeper", "!counter tide set 7", "moderator")), "7")
	s.decided(s.say("otterfan", "!ping"))
	require.Contains(t, s.answer(s.say("keeper", "!counter tide set 9", "moderator")), "9")
	s.post("/twitch/live", map[string]any{"live": false}, nil)
	s.eventually(2*time.Minute, "the broadcast is over", func() bool {
		return s.number(`select count(*) from streams where ended_at is not null`) > 0
	})

	var at time.Time // by the platform's clock, which lanes go by
	s.ask(func(db *pgx.Conn) error {
		return db.QueryRow(t.Context(), `select changed_at from counter_changes where name = 'tide' and value = 7`).Scan(&at)
	})
	now, then := filepath.Join(t.TempDir(), "now"), filepath.Join(t.TempDir(), "then")
	s.cli("exports", "build", "--target", now)
	s.cli("exports", "build", "--target", then, "--at", at.UTC().Format(time.RFC3339Nano))
	requireContract(t, now)
	seen := map[string]bool{}
	for _, tree := range []string{filepath.Join(s.dir, "runtime", "exports"), filepath.Join(s.dir, "shared", "state"), now, then} {
		findings, err := exports.Verify(t.Context(), os.DirFS(tree), time.Now)
		require.NoError(t, err)
		for _, f := range findings {
			require.Equal(t, exports.Note, f.Severity, "%s: %s", tree, f)
		}
		maps.Copy(seen, requireSchemas(t, tree))
	}
	for _, file := range []string{"counters.json", "manifest.json", "admin/creators.json", "creators.json"} {
		require.True(t, seen[file], file)
	}
	require.True(t, slices.ContainsFunc(slices.Collect(maps.Keys(seen)), func(file string) bool {
		return strings.HasPrefix(file, "chat_logs/twitch-")
	}), "what was said in the broadcast can be replayed")
	requireText(t, filepath.Join(now, "counters.json"), `"value": 9`)
	requireText(t, filepath.Join(then, "counters.json"), `"value": 7`)
	requireText(t, filepath.Join(then, "manifest.json"), `"at": "`+at.UTC().Format("2006-01-02T15:04:05"))
}

func requireText(t *testing.T, file, part string) {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(data), part)
}

// requireSchemas holds every document in a tree against the project's schema, and
// against the same schema with each of its fields left out and of another type. It
// returns the names of the documents.
func requireSchemas(t *testing.T, tree string) map[string]bool {
	t.Helper()
	seen := map[string]bool{}
	require.NoError(t, filepath.WalkDir(tree, func(path string, entry fs.DirEntry, err error) error {
		require.NoError(t, err)
		if entry.IsDir() || filepath.Ext(path) != ".json" {
			return nil
		}
		rel, err := filepath.Rel(tree, path)
		require.NoError(t, err)
		d := exports.Document{File: filepath.ToSlash(rel)}
		seen[d.File] = true
		if _, known := exports.VisibilityOf(d.File); !known {
			return nil // another name of a document, with the same content as Verify has it
		}
		d.Data, err = os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, exports.Validate(d), path)
		requireMutationsFail(t, d)
		return nil
	}))
	return seen
}

// freeFields are those that may be left out, or be of any type: maps by name, free
// payloads, and what only some rows have.
var (
	freeToLeaveOut = regexp.MustCompile(`/(payload|triggers|metadata|source_messages)/|^/creators/-/platforms(_enabled)?/|/(team|at)$`)
	freeOfType     = regexp.MustCompile(`payload|metadata|source_messages|^/triggers/[^/]+/|interval_seconds|score_value`)
)

// requireMutationsFail changes one thing in a document after the other; of things at
// the same place in several rows, the first.
func requireMutationsFail(t *testing.T, d exports.Document) {
	t.Helper()
	var root any
	require.NoError(t, json.Unmarshal(d.Data, &root))
	tried := map[string]bool{}
	fails := func(what string) {
		t.Helper()
		data, err := json.Marshal(root)
		require.NoError(t, err)
		require.Error(t, exports.Validate(exports.Document{File: d.File, Data: data}), "%s: %s", d.File, what)
	}
	var visit func(v any, path string)
	visit = func(v any, path string) {
		switch node := v.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(node)) {
				child, at := node[key], path+"/"+key
				if !tried[at] {
					tried[at] = true
					delete(node, key)
					if !freeToLeaveOut.MatchString(at) && (key != "creator" || !strings.HasSuffix(d.File, "rate_limits.json")) {
						fails("without " + at)
					}
					if node[key] = otherType(child); !freeOfType.MatchString(at) {
						fails(fmt.Sprintf("%s as %v", at, node[key]))
					}
					node[key] = child
				}
				visit(child, at)
			}
		case []any:
			for _, child := range node {
				visit(child, path+"/-")
			}
		}
	}
	visit(root, "")
}

// otherType is a value that nothing of the type of v may become.
func otherType(v any) any {
	if _, list := v.([]any); list {
		return "x"
	}
	return []any{map[string]any{}}
}
