package httpserver

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// longDocument is worth compressing.
var longDocument = `{"clips": [` + strings.TrimSuffix(strings.Repeat(`"ab12cd", `, 1000), ", ") + `]}`

func TestADocumentIsCompressedForThoseWhoTakeIt(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.write("exports/long.json", longDocument)
	plain, body := s.raw("GET /exports/long.json")
	require.Equal(t, longDocument, body)
	require.Empty(t, plain.Header.Get("Content-Encoding"))
	require.Contains(t, plain.Header.Values("Vary"), "Accept-Encoding")

	zipped, body := s.raw("GET /exports/long.json", "Accept-Encoding: br, gzip;q=0.8")
	require.Equal(t, "gzip", zipped.Header.Get("Content-Encoding"))
	require.Less(t, len(body), len(longDocument)/2)
	r, err := gzip.NewReader(strings.NewReader(body))
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, longDocument, string(text))

	require.NotEqual(t, plain.Header.Get("ETag"), zipped.Header.Get("ETag"), "two forms, two tags")
	again, body := s.raw("GET /exports/long.json", "Accept-Encoding: gzip", "If-None-Match: "+zipped.Header.Get("ETag"))
	require.Equal(t, http.StatusNotModified, again.StatusCode)
	require.Empty(t, body)

	part, body := s.raw("GET /exports/long.json", "Accept-Encoding: gzip", "Range: bytes=0-9")
	require.Equal(t, http.StatusPartialContent, part.StatusCode)
	require.Equal(t, longDocument[:10], body, "parts are parts of the text")
	short, body := s.raw("GET /exports/clips.json", "Accept-Encoding: gzip")
	require.Empty(t, short.Header.Get("Content-Encoding"))
	require.Equal(t, `{"clips": []}`, body)
}

func TestWhoTakesGzipSaysSo(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		"gzip": true, "GZIP": true, "deflate, gzip": true, "gzip;q=0.001": true, "gzip ; Q=1": true, "br;q=1.0, gzip;q=0.8, *;q=0.1": true,
		"": false, "identity": false, "gzip;q=0": false, "gzip;q=0.000": false, "gzip;q=x": false, "gzip;q=-1": false, "xgzip": false, "*": false,
	} {
		require.Equal(t, want, takesGzip(http.Header{"Accept-Encoding": {header}}), header)
	}
}

func TestAskingForManyPartsDoesNotMultiplyTheAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.write("exports/long.json", longDocument)
	var parts []string
	for i := range 1000 {
		parts = append(parts, fmt.Sprintf("%d-%d", 2*i, 2*i))
	}
	for _, address := range []string{"/exports/long.json", "/shared/state/long.json"} {
		resp, body := s.raw("GET "+address, "Range: bytes="+strings.Join(parts, ","))
		require.Equal(t, http.StatusOK, resp.StatusCode)
		require.Equal(t, longDocument, body)
	}
	for header, want := range map[string]int{
		"bytes=0-": 206, "bytes=-1": 206, "bytes=99999999999999999999-": 416, "bytes=5-1": 416, "bytes=--": 416, "bytes=": 206, "lines=1-2": 416,
		"bytes=0-0,5-5": 206, "bytes=999999-": 416,
	} {
		resp, body := s.raw("GET /exports/long.json", "Range: "+header)
		require.Less(t, len(body), 2*len(longDocument), header)
		if want == http.StatusPartialContent && resp.StatusCode == http.StatusOK {
			continue // a part that is none, or the whole
		}
		require.Equal(t, want, resp.StatusCode, header)
	}
}

func TestADocumentThatManyAskForIsReadOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	server, err := Listen(t.Context(), Options{Address: "127.0.0.1:0", ExportsDir: s.dir + "/exports", Documents: meantFor})
	require.NoError(t, err)
	defer server.Close()
	library := newLibrary(server.roots[0])
	first, err := library.read("clips.json")
	require.NoError(t, err)
	second, err := library.read("clips.json")
	require.NoError(t, err)
	require.Same(t, first, second)
	s.write("exports/clips.json", `{"clips": ["changed"]}`)
	third, err := library.read("clips.json")
	require.NoError(t, err)
	require.Equal(t, `{"clips": ["changed"]}`, string(third.data))
	require.Equal(t, len(third.data), library.size)
	require.NoError(t, server.roots[0].Remove("clips.json"))
	_, err = library.read("clips.json")
	require.Error(t, err)
	require.Zero(t, library.size)
	library.keep("large.json", &page{data: make([]byte, maxKept)})
	library.keep("other.json", &page{data: make([]byte, 1)})
	require.Equal(t, 1, library.size, "what is kept is bounded")
}

func FuzzWhoTakesGzip(f *testing.F) {
	for _, seed := range []string{"gzip", "gzip;q=0", "gzip;q=NaN", ";;,,gzip;;q", "gzip;q=1e400", "*;q=0, gzip"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if takesGzip(http.Header{"Accept-Encoding": {header}}) {
			require.Contains(t, strings.ToLower(header), "gzip")
		}
	})
}

func FuzzAManifestForSomebodyNamesNothingElse(f *testing.F) {
	f.Add([]byte(manifestOf(3, map[string]string{"clips.json": "aa", "jobs.json": "bb"})))
	f.Add([]byte(`{"documents": [{"file": "clips.json"}, 7, null, {"file": "jobs.json", "file": "clips.json"}]}`))
	f.Add([]byte(`{"documents": null}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		seen, err := onlySeen(newPage(data, nil), func(file string) bool { return file == "clips.json" })
		if err != nil {
			return
		}
		c, err := parseContents(seen.data)
		if err != nil {
			return
		}
		for file := range c.sums {
			require.Equal(t, "clips.json", file)
		}
	})
}

func FuzzNoPathLeadsToWhatIsNotForAnyone(f *testing.F) {
	for _, seed := range []string{
		"/exports/clips.json", "/exports/jobs.json", "/shared/state/creators.json", "/shared/state/../../secret.json", "/exports/%2e%2e/secret.json",
		"//exports//jobs.json", "/runtime/exports/admin/permissions.json", "/version.json", "/clips/abc123.mp4", "/exports/link.json?x=/exports/jobs.json",
		"http://evil.example.com/exports/jobs.json", "/events", "*", "/exports/clips.json/../jobs.json", "/%65xports/%6aobs.json",
	} {
		f.Add(seed)
	}
	s := &site{t: f, dir: f.TempDir()}
	s.write("secret.json", `{"secret": true}`)
	s.write("exports/clips.json", `{}`)
	s.write("exports/jobs.json", `{"secret": true}`)
	s.write("exports/admin/permissions.json", `{"secret": true}`)
	server, err := Listen(f.Context(), Options{
		Address: "127.0.0.1:0", ExportsDir: s.dir + "/exports", PublishedDir: s.dir + "/published",
		Documents: meantFor, Manifest: "manifest.json", Token: token, ServeInternal: true,
	})
	require.NoError(f, err)
	defer server.Close()
	f.Fuzz(func(t *testing.T, target string) {
		ctx, cancel := contextThatEnded()
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody)
		if err != nil {
			return
		}
		r.Host, r.RemoteAddr = "127.0.0.1", "127.0.0.1:1"
		w := httptest.NewRecorder()
		server.http.Handler.ServeHTTP(w, r)
		require.NotContains(t, w.Body.String(), "secret\"", target)
	})
}
