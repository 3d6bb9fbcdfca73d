package deploy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"
)

func loadCompose(t *testing.T) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"../docker-compose.yml"},
		cli.WithEnv([]string{"POSTGRES_PASSWORD=not-a-secret"}),
		cli.WithResolvedPaths(true))
	require.NoError(t, err)
	project, err := options.LoadProject(t.Context())
	require.NoError(t, err)
	return project
}

func TestComposeFileIsValidAndHasEveryRole(t *testing.T) {
	t.Parallel()
	project := loadCompose(t)
	require.ElementsMatch(t,
		[]string{"postgres", "temporal-schema", "temporal", "temporal-ui", "setup", "worker", "ingest", "serve"},
		project.ServiceNames())
}

func TestComposeFileNeedsAPassword(t *testing.T) {
	t.Parallel()
	options, err := cli.NewProjectOptions([]string{"../docker-compose.yml"}, cli.WithEnv(nil))
	require.NoError(t, err)
	_, err = options.LoadProject(t.Context())
	require.ErrorContains(t, err, "POSTGRES_PASSWORD")
}

func TestEveryPublishedPortIsOnLoopback(t *testing.T) {
	t.Parallel()
	for name, service := range loadCompose(t).Services {
		for _, port := range service.Ports {
			require.Equal(t, "127.0.0.1", port.HostIP, "service %s publishes port %s", name, port.Published)
		}
	}
}

func TestEveryMountedFileAndBuildFileExists(t *testing.T) {
	t.Parallel()
	for name, service := range loadCompose(t).Services {
		for _, volume := range service.Volumes {
			if volume.Type == types.VolumeTypeBind {
				require.FileExists(t, orFolder(volume.Source), "service %s mounts %s", name, volume.Source)
			}
		}
		if service.Build != nil {
			require.FileExists(t, filepath.Join(service.Build.Context, service.Build.Dockerfile))
		}
	}
}

// orFolder lets a mounted folder count when it holds at least one file.
func orFolder(path string) string {
	entries, err := os.ReadDir(path)
	if err != nil || len(entries) == 0 {
		return path
	}
	return filepath.Join(path, entries[0].Name())
}

func TestEveryPinnedVersionIsTheOneTheStandaloneEmbeds(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	project := loadCompose(t)
	for service, module := range map[string]string{"temporal": "go.temporal.io/server", "temporal-ui": "github.com/temporalio/ui-server/v2"} {
		version := moduleVersion(t, string(mod), module)
		require.Equal(t, version, project.Services[service].Image[strings.LastIndex(project.Services[service].Image, ":")+1:],
			"image of %s and module %s", service, module)
	}
}

func moduleVersion(t *testing.T, mod, module string) string {
	t.Helper()
	for line := range strings.Lines(mod) {
		fields := strings.Fields(line)
		if len(fields) >= 2 && fields[0] == module {
			return strings.TrimPrefix(fields[1], "v")
		}
	}
	t.Fatalf("module %s is not required", module)
	return ""
}

func TestTheImageHasFFmpegAndDoesNotRunAsRoot(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("Dockerfile")
	require.NoError(t, err)
	_, final, found := strings.Cut(string(file), "\nFROM debian")
	require.True(t, found)
	require.Contains(t, final, "ffmpeg")
	require.Contains(t, final, "\nUSER streamsuites")
}
