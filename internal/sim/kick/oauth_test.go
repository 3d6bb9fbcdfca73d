package kick

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" // of it: RFC 7636, appendix B
	redirect  = "http://127.0.0.1:7777/callback?from=kick"
)

func authorization(change ...string) string {
	q := url.Values{"response_type": {"code"}, "client_id": {"simulated-kick-client"}, "redirect_uri": {redirect}, "scope": {"chat:write user:read"},
		"state": {"s t"}, "code_challenge": {challenge}, "code_challenge_method": {"S256"}}
	for i := 0; i < len(change); i += 2 {
		q.Set(change[i], change[i+1])
	}
	return AuthorizePath + "?" + q.Encode()
}

// back is where an answer sends the browser.
func (r reply) back(t *testing.T) url.Values {
	t.Helper()
	require.Equal(t, http.StatusFound, r.status, r.text)
	at, err := url.Parse(r.header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:7777", at.Host)
	return at.Query()
}

func TestALoginWithPKCEGivesTokensForItsScopes(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	returned := w.get("", authorization()).back(t)
	require.Equal(t, []string{"s t", "kick"}, []string{returned.Get("state"), returned.Get("from")})
	exchange := func(verifier string) reply {
		return w.form(TokenPath, "grant_type", "authorization_code", "code", returned.Get("code"), "redirect_uri", redirect, "code_verifier", verifier)
	}
	granted := exchange(verifier)
	require.Equal(t, 200, granted.status, granted.text)
	require.Equal(t, "chat:write user:read", granted.json(t, "scope"))
	require.EqualValues(t, 7200, granted.json(t, "expires_in"))
	require.Equal(t, 400, exchange(verifier).status, "a code is good once")
	access := granted.json(t, "access_token").(string)
	require.Equal(t, "LanternBot", w.get(access, "/public/v1/users").json(t, "data", 0, "name"))
	require.Equal(t, 403, w.get(access, "/public/v1/events/subscriptions").status)
	about := w.post(access, TokenPath+"/introspect", "")
	require.Equal(t, []any{true, "user", "chat:write user:read"}, []any{about.json(t, "data", "active"), about.json(t, "data", "token_type"), about.json(t, "data", "scope")})

	require.Equal(t, "OK", w.post("", RevokePath+"?token="+access+"&token_hint_type=access_token", "").text)
	require.Equal(t, 401, w.get(access, "/public/v1/users").status)
	require.Equal(t, false, w.post(access, TokenPath+"/introspect", "").json(t, "data", "active"))

	returned = w.get("", authorization()).back(t)
	require.Equal(t, 400, exchange(strings.Repeat("a", 43)).status)
	require.Equal(t, 400, exchange(verifier).status, "a wrong verifier spends the code")
}

func TestLoginsThatAreWrongAreRefused(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	for _, wrong := range [][]string{{"client_id", "x"}, {"redirect_uri", "https://evil.example/"}, {"redirect_uri", "::"}} {
		require.Equal(t, 400, w.get("", authorization(wrong...)).status, wrong)
	}
	for problem, wrong := range map[string][]string{
		"invalid_request": {"code_challenge_method", "plain"}, "invalid_scope": {"scope", "chat:write everything"},
		"unsupported_response_type": {"response_type", "token"},
	} {
		require.Equal(t, problem, w.get("", authorization(wrong...)).back(t).Get("error"))
	}
	require.Equal(t, "invalid_request", w.get("", authorization("code_challenge", "")).back(t).Get("error"))
	require.Equal(t, 401, w.form(TokenPath, "client_secret", "wrong", "grant_type", "client_credentials").status)
	require.Equal(t, 400, w.form(TokenPath, "grant_type", "password").status)
}

func TestWithoutConsentSomebodyIsAsked(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), nil)
	require.NoError(t, w.SetConsent(""))
	page := w.get("", authorization())
	require.Equal(t, 200, page.status)
	require.Contains(t, page.text, "Allow as harborlights")
	_, query, _ := strings.Cut(authorization(), "?")
	require.NotEmpty(t, w.post("", AuthorizePath, query+"&user=harborlights").back(t).Get("code"))
	require.Equal(t, "access_denied", w.post("", AuthorizePath, query+"&user=").back(t).Get("error"))
	require.Error(t, w.SetConsent("nobody"))
	require.NoError(t, w.SetConsent("HarborLights"))
	require.NotEmpty(t, w.get("", authorization()).back(t).Get("code"))
}

func TestBothTokensRotateAndTheOldRefreshTokenIsDead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := build(t, dir, nil)
	refresh := func(token string) reply {
		return w.form(TokenPath, "grant_type", "refresh_token", "refresh_token", token)
	}
	first := refresh(botRefresh)
	require.Equal(t, 200, first.status, first.text)
	access, next := first.json(t, "access_token").(string), first.json(t, "refresh_token").(string)
	require.NotEqual(t, botToken, access)
	require.NotEqual(t, botRefresh, next)
	spent := refresh(botRefresh)
	require.Equal(t, []any{400, "invalid_grant"}, []any{spent.status, spent.json(t, "error")})
	require.NoError(t, w.ExpireTokens("lanternbot"))
	require.Equal(t, 401, w.get(access, "/public/v1/users").status)

	w.fault(TargetToken, "truncate", 1)
	require.Error(t, refresh(next).err)
	require.Equal(t, 400, refresh(next).status, "the tokens of the lost answer are lost")

	w = build(t, dir, nil) // as after a kill
	require.Equal(t, 400, refresh(botRefresh).status)
	application := w.form(TokenPath, "grant_type", "client_credentials").json(t, "access_token").(string)
	require.Equal(t, 200, w.get(application, "/public/v1/channels?slug=harborlights").status)
	require.Equal(t, 400, w.get(application, "/public/v1/users").status)
	w.fault(TargetToken, "429", 1)
	require.NotEmpty(t, refresh("x").header.Get("Retry-After"))
}

func TestTheTokenEndpointIsLimited(t *testing.T) {
	t.Parallel()
	w := build(t, t.TempDir(), func(o *Options) { o.Limits.Tokens = 1 })
	grant := func() reply { return w.form(TokenPath, "grant_type", "client_credentials") }
	require.Equal(t, 200, grant().status)
	limited := grant()
	require.Equal(t, 429, limited.status)
	require.NotEmpty(t, limited.header.Get("Retry-After"))
}
