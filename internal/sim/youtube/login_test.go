package youtube

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

// application is an installed one that uses the library of the language's makers.
func (r *rig) application(scopes ...string) *oauth2.Config {
	return &oauth2.Config{ClientID: r.seed.ClientID, ClientSecret: r.seed.ClientSecret, RedirectURL: "http://127.0.0.1:4321/back", Scopes: scopes,
		Endpoint: oauth2.Endpoint{AuthURL: r.url + AuthorizePath, TokenURL: r.url + TokenPath, DeviceAuthURL: r.url + DevicePath}}
}

// browse follows an address as a browser does, without leaving for the
// application.
func (r *rig) browse(address string) (answer, url.Values) {
	r.t.Helper()
	response, err := noRedirects.Get(address)
	require.NoError(r.t, err)
	a := read(r.t, response)
	location, err := url.Parse(a.header.Get("Location"))
	require.NoError(r.t, err)
	return a, location.Query()
}

func TestALoginByCodeAndPKCEGivesTokensOnceWithTheirScopes(t *testing.T) {
	t.Parallel()
	r := build(t)
	require.NoError(t, r.SetConsent(Consent{Account: "lanternbot"}))
	app, verifier := r.application(ScopeReadOnly, ScopeForceSSL), oauth2.GenerateVerifier()
	a, back := r.browse(app.AuthCodeURL("state!", oauth2.AccessTypeOffline, oauth2.S256ChallengeOption(verifier)))
	require.Equal(t, http.StatusFound, a.status)
	require.Equal(t, "state!", back.Get("state"))
	_, err := app.Exchange(t.Context(), back.Get("code"))
	require.ErrorContains(t, err, "invalid_grant")
	_, err = app.Exchange(t.Context(), back.Get("code"), oauth2.VerifierOption(oauth2.GenerateVerifier()))
	require.ErrorContains(t, err, "invalid_grant")

	again := reopen(t, r.dir, nil)
	app = again.application()
	tokens, err := app.Exchange(t.Context(), back.Get("code"), oauth2.VerifierOption(verifier))
	require.NoError(t, err, "a code survives a kill")
	require.Equal(t, ScopeReadOnly+" "+ScopeForceSSL, tokens.Extra("scope"))
	_, err = app.Exchange(t.Context(), back.Get("code"), oauth2.VerifierOption(verifier))
	require.ErrorContains(t, err, "invalid_grant", "a code is good once")

	third := reopen(t, r.dir, nil)
	third.token = third.grantFor(tokens.RefreshToken)
	require.Contains(t, third.get("/channels?part=id&mine=true").body, botChannel)
	revoked := third.must(http.MethodPost, third.url+RevokePath+"?token="+tokens.RefreshToken, nil, nil)
	require.Equal(t, http.StatusOK, revoked.status)
	require.Equal(t, http.StatusUnauthorized, third.get("/channels?part=id&mine=true").status)
	require.Equal(t, http.StatusBadRequest, third.must(http.MethodPost, third.url+RevokePath+"?token="+tokens.RefreshToken, nil, nil).status)
}

func TestAGrantOfTheSeedCanBeRevokedForGood(t *testing.T) {
	t.Parallel()
	r := build(t)
	require.Equal(t, http.StatusOK, r.must(http.MethodPost, r.url+RevokePath+"?token="+r.token, nil, nil).status)
	require.Equal(t, http.StatusUnauthorized, r.get("/channels?part=id&mine=true").status)
	response, err := http.PostForm(r.url+TokenPath, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {owner},
		"client_id": {r.seed.ClientID}, "client_secret": {r.seed.ClientSecret}})
	require.NoError(t, err)
	require.Contains(t, read(t, response).body, "invalid_grant")
}

func TestPeopleAreAskedOnAPageAndMaySayNo(t *testing.T) {
	t.Parallel()
	r := build(t)
	address := r.application(ScopeManage).AuthCodeURL("s")
	page, _ := r.browse(address)
	require.Equal(t, http.StatusOK, page.status)
	require.Contains(t, page.body, "Allow as Harbor Lights")
	require.Contains(t, page.body, ScopeManage)
	_, back := r.browse(address + "&sim_consent=@tidepool")
	require.NotEmpty(t, back.Get("code"))
	_, back = r.browse(address + "&sim_consent=@tidepool&deny=1")
	require.Equal(t, "access_denied", back.Get("error"))
	require.NoError(t, r.SetConsent(Consent{Account: "@tidepool", Scopes: []string{ScopeReadOnly}}))
	_, back = r.browse(address)
	require.Equal(t, "access_denied", back.Get("error"), "nothing of what was asked for was granted")
	_, back = r.browse(r.application(ScopeManage, ScopeReadOnly).AuthCodeURL("s"))
	require.Equal(t, ScopeReadOnly, back.Get("scope"))
}

func TestALoginThatCannotBeGrantedIsRefused(t *testing.T) {
	t.Parallel()
	r := build(t)
	app := r.application("https://example.org/everything")
	_, back := r.browse(app.AuthCodeURL("s"))
	require.Equal(t, "invalid_scope", back.Get("error"))
	app = r.application(ScopeManage)
	app.RedirectURL = "http://example.org/back"
	page, _ := r.browse(app.AuthCodeURL("s"))
	require.Equal(t, http.StatusBadRequest, page.status)
	require.Contains(t, page.body, "redirect_uri_mismatch")
	app = r.application(ScopeManage)
	app.ClientID = "somebody"
	page, _ = r.browse(app.AuthCodeURL("s"))
	require.Equal(t, http.StatusUnauthorized, page.status)
}

// collect asks for a device's tokens once.
func (r *rig) collect(code string) answer {
	r.t.Helper()
	response, err := http.PostForm(r.url+TokenPath, url.Values{"grant_type": {deviceGrant}, "device_code": {code},
		"client_id": {r.seed.ClientID}, "client_secret": {r.seed.ClientSecret}})
	require.NoError(r.t, err)
	return read(r.t, response)
}

func TestADeviceWaitsForItsPersonAndDoesNotHurry(t *testing.T) {
	t.Parallel()
	r := build(t)
	device, err := r.application(ScopeManage).DeviceAuth(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(5), device.Interval)
	require.True(t, strings.HasPrefix(device.VerificationURI, r.url))
	a := r.collect(device.DeviceCode)
	require.Equal(t, http.StatusPreconditionRequired, a.status)
	require.Contains(t, a.body, "authorization_pending")
	a = r.collect(device.DeviceCode)
	require.Equal(t, http.StatusForbidden, a.status)
	require.Contains(t, a.body, "slow_down")
	page, _ := r.browse(device.VerificationURI + "?user_code=" + device.UserCode)
	require.Contains(t, page.body, "Allow as LanternBot")
	page, _ = r.browse(device.VerificationURI + "?sim_consent=lanternbot&user_code=" + device.UserCode)
	require.Equal(t, http.StatusOK, page.status, page.body)
	r.clock.move(5 * time.Second)
	a = r.collect(device.DeviceCode)
	require.Equal(t, http.StatusOK, a.status, a.body)
	require.Contains(t, a.body, `"refresh_token"`)
	require.Contains(t, r.collect(device.DeviceCode).body, "invalid_grant")
}

func TestADeviceIsToldNoAndThatItsTimeIsOver(t *testing.T) {
	t.Parallel()
	r := build(t)
	late, err := r.application(ScopeManage).DeviceAuth(t.Context())
	require.NoError(t, err)
	r.clock.move(31 * time.Minute)
	require.Contains(t, r.collect(late.DeviceCode).body, "expired_token")
	require.NoError(t, r.SetConsent(Consent{Account: "lanternbot", Deny: true}))
	denied, err := r.application(ScopeManage).DeviceAuth(t.Context())
	require.NoError(t, err)
	require.Contains(t, r.collect(denied.DeviceCode).body, "access_denied")
	_, err = r.application(ScopeUpload).DeviceAuth(t.Context())
	require.ErrorContains(t, err, "invalid_scope")
	r.fault(TargetDevice, "503", 1)
	_, err = r.application(ScopeManage).DeviceAuth(t.Context())
	require.Error(t, err)
}

func TestAButtonOfThePageAnswersForItsAccount(t *testing.T) {
	t.Parallel()
	r := build(t)
	address, err := url.Parse(r.application(ScopeManage).AuthCodeURL("<s>"))
	require.NoError(t, err)
	page, _ := r.browse(address.String())
	require.NotContains(t, page.body, "<s>", "what came from outside is escaped")
	form := address.Query()
	form.Set(consentParameter, botChannel)
	response, err := noRedirects.PostForm(r.url+AuthorizePath, form)
	require.NoError(t, err)
	a := read(t, response)
	require.Equal(t, http.StatusFound, a.status, a.body)
	back, err := url.Parse(a.header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, "<s>", back.Query().Get("state"))
	tokens, err := r.application().Exchange(t.Context(), back.Query().Get("code"))
	require.NoError(t, err)
	info := r.must(http.MethodGet, r.url+TokenInfoPath+"?access_token="+tokens.AccessToken, nil, nil)
	require.Contains(t, info.body, ScopeManage)
}
