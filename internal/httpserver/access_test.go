package httpserver

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

const token = "correct-horse-battery-staple"

// callers are those who ask, by name, with the headers that they send.
var callers = map[string][]string{
	"nobody special":                     nil,
	"the token":                          {"Authorization: Bearer " + token},
	"the token, spelt otherwise":         {"authorization: bEARER  " + token + " "},
	"a wrong token":                      {"Authorization: Bearer wrong-horse-battery-staple"},
	"the token's beginning":              {"Authorization: Bearer " + token[:8]},
	"more than the token":                {"Authorization: Bearer " + token + "x"},
	"an empty token":                     {"Authorization: Bearer "},
	"an empty header":                    {"Authorization:"},
	"the token without a scheme":         {"Authorization: " + token},
	"the token with another scheme":      {"Authorization: Basic " + token},
	"two tokens":                         {"Authorization: Bearer " + token, "Authorization: Bearer wrong"},
	"a cookie":                           {"Cookie: token=" + token},
	"another header":                     {"X-Token: " + token},
	"a proxy for somebody":               {"X-Forwarded-For: 198.51.100.7"},
	"a proxy for this machine":           {"Forwarded: for=127.0.0.1"},
	"a page from elsewhere":              {"Origin: https://evil.example.com"},
	"a page from nowhere":                {"Origin: null"},
	"a page from everywhere":             {"Origin: *"},
	"a page of two origins":              {"Origin: https://dashboard.example.com", "Origin: https://evil.example.com"},
	"an allowed page":                    {"Origin: https://dashboard.example.com"},
	"an allowed page with the token":     {"Origin: https://dashboard.example.com", "Authorization: Bearer " + token},
	"a script tag elsewhere":             {"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"},
	"a person who follows a link":        {"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"},
	"a person who types an address":      {"Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"},
	"a page of this server":              {"Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors"},
	"who names a host that is let in":    {"Host: studio.example.com"},
	"who asks with the token from there": {"Host: studio.example.com", "Authorization: Bearer " + token},
}

// withToken are the callers that show the token as it has to be shown.
var withToken = []string{"the token", "the token, spelt otherwise", "an allowed page with the token", "who asks with the token from there"}

// fromThisMachine are the callers that are programs here, asking for themselves.
var fromThisMachine = []string{
	"nobody special", "a cookie", "another header", "an allowed page", "a person who follows a link", "a person who types an address", "a page of this server",
}

func TestEveryDocumentIsForThoseForWhomItIsMeant(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  func(*Options)
		token   Audience // as who the token counts
		machine Audience // as who this machine counts
	}{
		"nothing set":               {func(*Options) {}, Anyone, Anyone},
		"token":                     {func(o *Options) { o.Token = token }, Dashboard, Anyone},
		"token and internal":        {func(o *Options) { o.Token, o.ServeInternal = token, true }, Operator, Anyone},
		"internal alone":            {func(o *Options) { o.ServeInternal = true }, Anyone, Anyone},
		"trust":                     {func(o *Options) { o.TrustLoopback = true }, Anyone, Dashboard},
		"trust and internal":        {func(o *Options) { o.TrustLoopback, o.ServeInternal = true, true }, Anyone, Dashboard},
		"trust, token and internal": {func(o *Options) { o.TrustLoopback, o.Token, o.ServeInternal = true, token, true }, Operator, Dashboard},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var options Options
			s := newSite(t, func(o *Options) {
				o.AllowOrigins, o.AllowHosts = []string{"https://dashboard.example.com", "*"}, []string{"studio.example.com"}
				c.change(o)
				options = *o
			})
			for caller, headers := range callers {
				who := Anyone
				for _, list := range []struct {
					names []string
					as    Audience
				}{{withToken, c.token}, {fromThisMachine, c.machine}} {
					for _, n := range list.names {
						if n == caller {
							who = list.as
						}
					}
				}
				s.requireOnly(caller, headers, who, options.ServeInternal)
			}
		})
	}
}

// requireOnly asks for every document at all of its addresses and requires that
// the caller gets what it may have and nothing of the rest.
func (s *site) requireOnly(caller string, headers []string, who Audience, internal bool) {
	s.t.Helper()
	for _, d := range []struct {
		audience  Audience
		addresses []string
	}{
		{Anyone, []string{"/exports/clips.json", "/runtime/exports/clips.json", "/shared/state/clips.json", "/shared/state/clips/page-1.json", "/shared/state/manifest.json"}},
		{Dashboard, []string{"/exports/jobs.json", "/exports/%6aobs.json", "/runtime/exports/jobs.json", "/shared/state/jobs.json",
			"/exports/admin/creators.json", "/exports/admin%2Fcreators.json", "/shared/state/admin/creators.json", "/shared/state/creators.json"}},
		{Operator, []string{"/exports/admin/permissions.json", "/runtime/exports/admin/permissions.json", "/shared/state/permissions.json"}},
	} {
		want := http.StatusOK
		switch {
		case d.audience == Operator && !internal:
			want = http.StatusNotFound
		case d.audience > who:
			want = http.StatusUnauthorized
		}
		for _, address := range d.addresses {
			what := fmt.Sprintf("%s from %s", address, caller)
			resp, body := s.raw("GET "+address, headers...)
			require.Equal(s.t, want, resp.StatusCode, what)
			if d.audience > Anyone {
				require.NotContains(s.t, resp.Header.Get("Cache-Control"), "public", what)
			}
			if want == http.StatusOK {
				continue
			}
			require.NotContains(s.t, body, "secret", what)
			require.Empty(s.t, resp.Header.Get("ETag"), what)
			require.Equal(s.t, want == http.StatusUnauthorized, resp.Header.Get("WWW-Authenticate") != "", what)
		}
	}
}

func TestValidatorsAndRangesTellNothingToThoseWhoMayNotRead(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) { o.Token = token })
	resp, _ := s.raw("GET /exports/jobs.json", "Authorization: Bearer "+token)
	require.Equal(t, "private, no-cache", resp.Header.Get("Cache-Control"))
	require.Contains(t, resp.Header.Values("Vary"), "Authorization")
	for _, header := range []string{
		"If-None-Match: " + resp.Header.Get("ETag"), "If-None-Match: *", "If-Match: *", "If-Modified-Since: " + resp.Header.Get("Last-Modified"),
		"Range: bytes=0-3", "If-Range: " + resp.Header.Get("ETag"),
	} {
		for _, method := range []string{"GET", "HEAD"} {
			got, _ := s.raw(method+" /exports/jobs.json", header)
			require.Equal(t, http.StatusUnauthorized, got.StatusCode, header)
			require.Empty(t, got.Header.Get("Last-Modified"), header)
		}
	}
	missing, _ := s.raw("GET /exports/admin/permissions.json")
	unknown, _ := s.raw("GET /exports/admin/internal.json")
	missing.Header.Del("Date")
	unknown.Header.Del("Date")
	require.Equal(t, unknown.Header, missing.Header, "what nobody may read looks like what is not there")
}

func TestFurtherNamesAreOnlyBelowTheStateRoot(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) { o.Token = token })
	s.write("exports/version.json", `{"version": "0.1.0"}`)
	for address, want := range map[string]int{
		"/shared/state/creators.json": 200, "/shared/state/admin/creators.json": 200, "/exports/creators.json": 404, "/runtime/exports/creators.json": 404,
		"/version.json": 200, "/shared/state/version.json": 200, "/clips.json": 404, "/jobs.json": 404, "/shared/config/creators.json": 404,
	} {
		resp, _ := s.raw("GET "+address, "Authorization: Bearer "+token)
		require.Equal(t, want, resp.StatusCode, address)
	}
}

func TestATokenInTheAddressOpensNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) { o.Token = token })
	for _, query := range []string{"?token=" + token, "?access_token=" + token, "?authorization=Bearer%20" + token} {
		resp, _ := s.raw("GET /exports/jobs.json" + query)
		require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
	}
}

func TestTheManifestTellsOnlyOfWhatItsReaderMaySee(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) { o.Token = token })
	_, anyone := s.raw("GET /exports/manifest.json")
	require.JSONEq(t, manifestOf(1, map[string]string{"clips.json": "aa"}), anyone)
	resp, dashboard := s.raw("GET /shared/state/manifest.json", "Authorization: Bearer "+token)
	require.JSONEq(t, manifestOf(1, map[string]string{"clips.json": "aa", "jobs.json": "bb"}), dashboard)
	require.Equal(t, "private, no-cache", resp.Header.Get("Cache-Control"))
	s.write("exports/manifest.json", `{"documents": "secret"}`)
	resp, body := s.raw("GET /exports/manifest.json")
	require.Equal(t, http.StatusNotFound, resp.StatusCode, "one that cannot be taken apart is not shown")
	require.NotContains(t, body, "secret")
}

func TestTheStartPageLinksWhatItsReaderMaySee(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *Options) { o.Token = token })
	_, body := s.raw("GET /")
	require.NotContains(t, body, "/exports/jobs.json")
	_, body = s.raw("GET /", "Authorization: Bearer "+token)
	require.Contains(t, body, "/exports/jobs.json")
}
