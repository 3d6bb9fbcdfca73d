package youtube

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Paths of logins below the server's address.
const (
	AuthorizePath = "/o/oauth2/v2/auth"
	RevokePath    = "/revoke"
	TokenInfoPath = "/tokeninfo"
)

// codeLife is how long an authorization code can be exchanged.
const codeLife = 10 * time.Minute

// code is an authorization code that waits for its exchange.
type code struct {
	Code      string    `json:"code"`
	Account   string    `json:"account"` // refresh token of the account in the seed
	Scopes    []string  `json:"scopes"`
	Redirect  string    `json:"redirect"`
	Challenge string    `json:"challenge,omitempty"` // empty without PKCE
	Method    string    `json:"method,omitempty"`    // plain or S256
	ExpiresAt time.Time `json:"expires_at"`
}

// authorize sends a browser back to the application with a code, or asks first
// (RFC 6749, section 4.1; RFC 7636; RFC 8252, section 7.3).
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		pageError{http.StatusBadRequest, "Error 400: invalid_request"}.write(w)
		return
	}
	redirect, err := url.Parse(r.Form.Get("redirect_uri"))
	switch {
	case r.Form.Get("client_id") != s.seed.ClientID:
		pageError{http.StatusUnauthorized, "Error 401: invalid_client. The OAuth client was not found."}.write(w)
		return
	case err != nil || !loopback(redirect):
		pageError{http.StatusBadRequest, "Error 400: redirect_uri_mismatch"}.write(w)
		return
	}
	if wrong := wrongRequest(r.Form); wrong != "" {
		s.sendBack(w, r, redirect, url.Values{"error": {wrong}})
		return
	}
	consent := s.decided(r.Form)
	account, known := s.seed.named(consent.Account)
	if !known {
		s.askOnPage(w, r.Form)
		return
	}
	scopes := consent.granted(strings.Fields(r.Form.Get("scope")))
	if consent.Deny || len(scopes) == 0 {
		s.sendBack(w, r, redirect, url.Values{"error": {"access_denied"}})
		return
	}
	s.giveCode(w, r, redirect, code{Account: account.RefreshToken, Scopes: scopes})
}

// loopback reports whether an address is one that an installed application may
// name without having registered it.
func loopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// wrongRequest is the error of a request that cannot be granted, empty if it can.
func wrongRequest(form url.Values) string {
	asked := strings.Fields(form.Get("scope"))
	method := form.Get("code_challenge_method")
	switch {
	case form.Get("response_type") != "code":
		return "unsupported_response_type"
	case len(asked) == 0, slices.ContainsFunc(asked, unknownScope):
		return "invalid_scope"
	case form.Get("code_challenge") == "" && method != "", !slices.Contains([]string{"", "plain", "S256"}, method):
		return "invalid_request"
	}
	return ""
}

func (s *Server) giveCode(w http.ResponseWriter, r *http.Request, redirect *url.URL, c code) {
	id, err := s.newID(36)
	if err == nil {
		c.Code, c.Redirect, c.ExpiresAt = "4/0"+id, r.Form.Get("redirect_uri"), s.now().Add(codeLife)
		c.Challenge, c.Method = r.Form.Get("code_challenge"), r.Form.Get("code_challenge_method")
		s.mu.Lock()
		err = s.change(func(st *state) { st.Codes = append(st.Codes, c) })
		s.mu.Unlock()
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	s.sendBack(w, r, redirect, url.Values{"code": {c.Code}, "scope": {strings.Join(c.Scopes, " ")}})
}

// sendBack sends the browser to the application with an answer.
func (s *Server) sendBack(w http.ResponseWriter, r *http.Request, redirect *url.URL, answer url.Values) {
	query := redirect.Query()
	if state := r.Form.Get("state"); state != "" {
		query.Set("state", state)
	}
	for name, values := range answer {
		query[name] = values
	}
	to := *redirect
	to.RawQuery = query.Encode()
	http.Redirect(w, r, to.String(), http.StatusFound)
}

// exchange gives tokens for an authorization code, once.
func (s *Server) exchange(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	form := r.PostForm
	i := slices.IndexFunc(s.state.Codes, func(c code) bool { return c.Code == form.Get("code") && c.ExpiresAt.After(s.now()) })
	switch {
	case form.Get("code") == "":
		refuse(w, r, grantError{http.StatusBadRequest, "invalid_request", "Missing required parameter: code"})
		return
	case i < 0:
		refuse(w, r, grantError{http.StatusBadRequest, "invalid_grant", "Malformed auth code."})
		return
	}
	c := s.state.Codes[i]
	switch {
	case c.Redirect != form.Get("redirect_uri"):
		refuse(w, r, grantError{http.StatusBadRequest, "redirect_uri_mismatch", "Bad Request"})
	case c.Challenge != "" && form.Get("code_verifier") == "":
		refuse(w, r, grantError{http.StatusBadRequest, "invalid_grant", "Missing code verifier."})
	case !c.verifies(form.Get("code_verifier")):
		refuse(w, r, grantError{http.StatusBadRequest, "invalid_grant", "Invalid code verifier."})
	default:
		s.giveGrant(w, r, grant{Account: c.Account, Scopes: c.Scopes}, func(st *state) {
			st.Codes = slices.DeleteFunc(st.Codes, func(other code) bool { return other.Code == c.Code })
		})
	}
}

// verifies reports whether a verifier belongs to the code's challenge.
func (c code) verifies(verifier string) bool {
	if c.Method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return subtle.ConstantTimeCompare([]byte(c.Challenge), []byte(verifier)) == 1
}

// giveGrant answers with the first tokens of a new grant; spend drops what it was
// given for. The caller holds the lock.
func (s *Server) giveGrant(w http.ResponseWriter, r *http.Request, g grant, spend func(*state)) {
	id, err := s.newID(60)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	g.Refresh = "1//0" + id
	s.giveToken(w, r, g, func(st *state) map[string]any {
		spend(st)
		st.Grants = append(st.Grants, g)
		return map[string]any{"refresh_token": g.Refresh}
	})
}
