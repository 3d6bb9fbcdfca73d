package lint_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	link   = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	target = regexp.MustCompile("(?m)^make ([a-z-]+)$|`make ([a-z-]+)`")
)

func documents(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	require.NoError(t, filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git" || entry.Name() == "var") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".md") {
			text, err := os.ReadFile(path)
			found[path] = string(text)
			return err
		}
		return nil
	}))
	return found
}

func TestEveryLinkInTheDocumentationLeadsSomewhere(t *testing.T) {
	t.Parallel()
	for path, text := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(path), m[1]))
			require.NoError(t, err, "%s links to %s", path, m[1])
		}
	}
}

func TestEveryMakeTargetInTheDocumentationExists(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("../../Makefile")
	require.NoError(t, err)
	for path, text := range documents(t) {
		for _, m := range target.FindAllStringSubmatch(text, -1) {
			require.Contains(t, string(makefile), "\n"+m[1]+m[2]+":", "%s mentions make %s%s", path, m[1], m[2])
		}
	}
}

func TestTheShellScriptsParse(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("../../deploy/*.sh")
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	for _, script := range append(scripts, "../../.ci/run") {
		out, err := exec.CommandContext(t.Context(), "bash", "-n", script).CombinedOutput()
		require.NoError(t, err, "%s: %s", script, out)
	}
}
