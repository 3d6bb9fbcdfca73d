package deploy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

func TestTheRecipeForPagesVerifiesWhatItPublishes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("pages", "publish.yml"))
	require.NoError(t, err)
	var recipe struct {
		Permissions map[string]string `yaml:"permissions"`
		Jobs        map[string]struct {
			Env   map[string]string `yaml:"env"`
			Steps []struct {
				Uses string `yaml:"uses"`
				Run  string `yaml:"run"`
			} `yaml:"steps"`
		} `yaml:"jobs"`
	}
	require.NoError(t, yaml.Unmarshal(text, &recipe))
	require.Equal(t, "read", recipe.Permissions["contents"], "it changes nothing in the repository")
	job := recipe.Jobs["publish"]
	require.Contains(t, job.Env, "STREAMSUITES_STATE_DIR")
	var steps []string
	for _, s := range job.Steps {
		steps = append(steps, s.Uses+s.Run)
	}
	order := []string{"actions/checkout", "streamsuites exports publish --target", "streamsuites exports verify", "actions/upload-pages-artifact", "actions/deploy-pages"}
	require.Len(t, steps, len(order))
	for i, step := range order {
		require.True(t, strings.HasPrefix(steps[i], step), steps[i])
	}
	require.Contains(t, steps[1], "--public-only", "everybody can read pages")
}
