package e2e_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// requireServed requires that every document that the manifest lists is served to
// this machine, and the public ones alone to somebody behind a proxy, and that the
// next change is told of.
func requireServed(t *testing.T, s *standalone) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, "runtime", "exports", "manifest.json"))
	require.NoError(t, err)
	var manifest struct {
		Documents []struct{ File, Visibility string }
	}
	require.NoError(t, json.Unmarshal(data, &manifest))
	require.NotEmpty(t, manifest.Documents)
	expected := map[string][2]int{
		"public":         {http.StatusOK, http.StatusOK},
		"dashboard-only": {http.StatusOK, http.StatusUnauthorized},
		"internal-only":  {http.StatusNotFound, http.StatusNotFound},
	}
	for _, d := range manifest.Documents {
		for _, at := range []string{"/exports/", "/shared/state/"} {
			here, passedOn := s.fetch(at+d.File), s.fetch(at+d.File, "X-Forwarded-For", "198.51.100.7")
			require.Equal(t, expected[d.Visibility], [2]int{here.StatusCode, passedOn.StatusCode}, "%s%s, %s", at, d.File, d.Visibility)
		}
	}
	told := s.fetch("/events")
	require.Equal(t, http.StatusOK, told.StatusCode)
	lines := bufio.NewScanner(told.Body)
	for lines.Scan() && !strings.Contains(lines.Text(), `"file":"runtime_snapshot.json"`) {
		t.Log(lines.Text())
	}
	require.NoError(t, lines.Err(), "the snapshot's next heartbeat is told of")
	require.Contains(t, lines.Text(), "data: ")
}

// fetch asks the server of the standalone, with a header where one is given.
func (s *standalone) fetch(path string, header ...string) *http.Response {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
	s.t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.addr.HTTP+path, http.NoBody)
	require.NoError(s.t, err)
	if len(header) == 2 {
		request.Header.Set(header[0], header[1])
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = response.Body.Close() })
	return response
}
