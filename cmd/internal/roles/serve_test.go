package roles

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/httpserver"
	"github.com/streamsuites/streamsuites/internal/statedir"
)

const dashboardToken = "correct-horse-battery-staple"

// everyDocument lists what the runtime writes.
func everyDocument(t *testing.T) []string {
	t.Helper()
	meta, err := exports.BuildMeta(2, time.Now())
	require.NoError(t, err)
	var listed struct{ Exports []struct{ File string } }
	require.NoError(t, json.Unmarshal(meta.Data, &listed))
	files := []string{exports.FileManifest}
	for _, e := range listed.Exports {
		files = append(files, e.File)
	}
	require.Greater(t, len(files), 5)
	return files
}

// writeEvery writes a file for each document that holds nothing but its name.
func writeEvery(t *testing.T, dir statedir.Dir, files []string) {
	t.Helper()
	for _, file := range files {
		at := filepath.Join(dir.Exports(), filepath.FromSlash(file))
		require.NoError(t, os.MkdirAll(filepath.Dir(at), 0o755))
		require.NoError(t, os.WriteFile(at, []byte(`{"documents": [], "content of": "`+file+`"}`), 0o600))
	}
}

// servingTo starts a server for these settings and returns its address.
func servingTo(t *testing.T, dir statedir.Dir, h config.HTTP) string {
	t.Helper()
	server, err := httpserver.Listen(t.Context(), Parts{Dir: dir, HTTPAddress: "127.0.0.1:0", Config: &config.Config{System: config.System{HTTP: h}}}.readable())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-ended) })
	return server.URL()
}

func ask(t *testing.T, url, token string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(text)
}

func TestEveryDocumentOfTheCatalogueIsServedToThoseForWhomItIsMeant(t *testing.T) {
	t.Parallel()
	dir := statedir.Dir(t.TempDir())
	files := everyDocument(t)
	writeEvery(t, dir, files)
	secret := config.NewSecret(dashboardToken)
	public, dashboard := []exports.Visibility{exports.Public}, []exports.Visibility{exports.Public, exports.DashboardOnly}
	all := append(dashboard[:2:2], exports.InternalOnly)
	for name, c := range map[string]struct {
		settings config.HTTP
		token    string
		may      []exports.Visibility
	}{
		"nobody special":               {config.HTTP{DashboardToken: secret}, "", public},
		"nobody, without a token":      {config.HTTP{}, "", public},
		"any token, without one":       {config.HTTP{}, dashboardToken, public},
		"a wrong token":                {config.HTTP{DashboardToken: secret, ServeInternal: true, TrustLoopback: true}, "wrong", public},
		"the token":                    {config.HTTP{DashboardToken: secret}, dashboardToken, dashboard},
		"the token, internal served":   {config.HTTP{DashboardToken: secret, ServeInternal: true}, dashboardToken, all},
		"this machine":                 {config.HTTP{TrustLoopback: true}, "", dashboard},
		"this machine, internal ones":  {config.HTTP{DashboardToken: secret, TrustLoopback: true, ServeInternal: true}, "", dashboard},
		"internal ones without tokens": {config.HTTP{ServeInternal: true}, dashboardToken, public},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := servingTo(t, dir, c.settings)
			for _, file := range files {
				visibility, known := exports.VisibilityOf(file)
				require.True(t, known, file)
				for _, at := range []string{"/exports/", "/runtime/exports/", "/shared/state/"} {
					status, body := ask(t, site+at+file, c.token)
					requireMay(t, slices.Contains(c.may, visibility), file, status, body)
				}
				// Further names are those without the folder.
				if _, v, also := exports.Find(path.Base(file)); also {
					status, body := ask(t, site+"/shared/state/"+path.Base(file), c.token)
					requireMay(t, slices.Contains(c.may, v), file, status, body)
				}
			}
		})
	}
}

func requireMay(t *testing.T, may bool, file string, status int, body string) {
	t.Helper()
	if may {
		require.Equal(t, http.StatusOK, status, file)
		require.Contains(t, body, "content of", file)
		return
	}
	require.Contains(t, []int{http.StatusUnauthorized, http.StatusNotFound}, status, file)
	require.NotContains(t, body, "content of", file)
}

func TestAVisibilityThatIsUnknownIsForNobody(t *testing.T) {
	t.Parallel()
	document, known := documentFor("shared/config/creators.json")
	require.False(t, known)
	require.Equal(t, httpserver.Nobody, document.Audience)
}
