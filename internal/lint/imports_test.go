package lint_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/streamsuites/streamsuites"

// listed is what `go list` says about a package of ours.
type listed struct {
	ImportPath string
	Doc        string
	Imports    []string
	Deps       []string
}

func packages(t *testing.T) map[string]listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Doc,Imports,Deps", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	require.NoError(t, err)
	found := map[string]listed{}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return found
		}
		require.NoError(t, err)
		found[strings.TrimPrefix(p.ImportPath, module+"/")] = p
	}
}

// layers are the rooms from the top down: a package may import its own layer
// and those below it.
var layers = [][]string{
	{"e2e", "bench"},
	{"cmd"},
	{"workers"},
	{"workflows", "activities", "ingest"},
	{"exports"},
	{"internal", "deploy"},
}

func layerOf(path string) int {
	top, _, _ := strings.Cut(path, "/")
	return slices.IndexFunc(layers, func(names []string) bool { return slices.Contains(names, top) })
}

func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	for path, p := range packages(t) {
		layer := layerOf(path)
		require.GreaterOrEqual(t, layer, 0, "%s stands in no known room", path)
		for _, imported := range p.Imports {
			if rel, ours := strings.CutPrefix(imported, module+"/"); ours {
				require.GreaterOrEqual(t, layerOf(rel), layer, "%s imports %s, which is above it", path, rel)
			}
		}
	}
}

// only says which packages alone may import something, and why.
var only = []struct {
	imported string
	by       []string
	why      string
}{
	{"go.temporal.io/server/temporal", []string{"internal/standalone/temporalserver"}, "everything else has to build in seconds"},
	{"github.com/jackc/pgx/v5", []string{"internal/store", "internal/standalone", "bench", "e2e/soak"}, "the store has the only SQL"},
}

func TestOnlyTheRightPackagesDoIO(t *testing.T) {
	t.Parallel()
	pure := []string{"internal/chat", "internal/clip", "internal/control", "internal/definition", "internal/definition/imports", "internal/manage", "internal/match", "internal/template", "internal/trigger"}
	effects := []string{"net", "net/http", "os", "os/exec", "database/sql", "github.com/jackc/pgx/v5"}
	all := packages(t)
	for _, path := range pure {
		for _, effect := range effects {
			require.NotContains(t, all[path].Imports, effect, "%s is pure", path)
		}
	}
	for path, p := range all {
		for _, rule := range only {
			if slices.Contains(p.Imports, rule.imported) {
				require.True(t, slices.ContainsFunc(rule.by, func(by string) bool { return path == by || strings.HasPrefix(path, by+"/") }),
					"%s imports %s: %s", path, rule.imported, rule.why)
			}
		}
	}
}

func TestTheOperatorsBinaryDoesNotLinkTheServer(t *testing.T) {
	t.Parallel()
	for _, dep := range packages(t)["cmd/streamsuites"].Deps {
		require.False(t, strings.HasPrefix(dep, "go.temporal.io/server"), dep)
		require.False(t, strings.HasPrefix(dep, "github.com/temporalio/ui-server"), dep)
		require.False(t, strings.HasPrefix(dep, module+"/internal/sim"), dep)
	}
}

func TestWorkflowsImportNothingThatDoesIO(t *testing.T) {
	t.Parallel()
	allowed := []string{"internal/chat", "internal/clip", "internal/control", "activities/task"}
	for path, p := range packages(t) {
		if path != "workflows" {
			continue
		}
		for _, imported := range p.Imports {
			if rel, ours := strings.CutPrefix(imported, module+"/"); ours {
				require.Contains(t, allowed, rel, "workflows import %s", rel)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	for path, p := range packages(t) {
		require.NotEmpty(t, p.Doc, "%s has no package comment", path)
		for _, name := range []string{"util", "utils", "common", "helpers", "shared", "manager", "misc"} {
			require.NotContains(t, strings.Split(path, "/"), name)
		}
	}
}
