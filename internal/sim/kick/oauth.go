package kick

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
)

// Paths of OAuth below the server's address.
const (
	AuthorizePath = "/oauth/authorize"
	TokenPath     = "/oauth/token"
	RevokePath    = "/oauth/revoke"
)

func (s *Server) routeOAuth(mux *http.ServeMux) {
	for pattern, next := range map[string]http.HandlerFunc{
		"GET " + AuthorizePath:              s.authorize,
		"POST " + AuthorizePath:             s.decide,
		"POST " + TokenPath:                 s.issue,
		"POST " + RevokePath:                s.revoke,
		"POST " + TokenPath + "/introspect": s.introspect,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			kind, _ := s.options.Faults.Take(TargetToken)
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			faults.Serve(w, r, kind, refuseTokenFault, next)
		})
	}
}

// refuseOAuth writes an error of OAuth.
func refuseOAuth(w http.ResponseWriter, status int, code, description string) {
	writeJSON(w, status, object{"error": code, "error_description": description})
}

func refuseTokenFault(w http.ResponseWriter, status int) {
	code := map[int]string{400: "invalid_grant", 401: "invalid_client", 403: "access_denied", 429: "slow_down"}[status]
	if code == "" {
		code = "server_error"
	}
	if status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "2")
	}
	refuseOAuth(w, status, code, http.StatusText(status))
}

// issue grants tokens for a code, for a refresh token or to the application.
func (s *Server) issue(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		refuseOAuth(w, http.StatusBadRequest, "invalid_request", "malformed form")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	wait, within := s.asked.Take("", s.now(), s.options.Limits.TokenSpan, s.options.Limits.Tokens)
	form := r.PostForm
	switch {
	case !within:
		tooMany(w, wait)
	case form.Get("client_id") != s.seed.ClientID || form.Get("client_secret") != s.seed.ClientSecret:
		refuseOAuth(w, http.StatusUnauthorized, "invalid_client", "client_id or client_secret is wrong")
	case form.Get("grant_type") == "authorization_code":
		s.exchange(w, form.Get("code"), form.Get("redirect_uri"), form.Get("code_verifier"))
	case form.Get("grant_type") == "refresh_token":
		s.refresh(w, form.Get("refresh_token"))
	case form.Get("grant_type") == "client_credentials":
		s.give(w, token{Access: s.options.NewID(), ExpiresAt: s.now().Add(firstTokenLife)}, func(*state) {})
	default:
		refuseOAuth(w, http.StatusBadRequest, "unsupported_grant_type", "allowed are authorization_code, refresh_token and client_credentials")
	}
}

// verifierPattern is what PKCE allows as a verifier (RFC 7636, section 4.1).
var verifierPattern = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// challengeOf is the S256 challenge of a verifier.
func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// exchange grants tokens for a code, which is spent whatever comes of it. The
// caller holds the lock.
func (s *Server) exchange(w http.ResponseWriter, given, redirect, verifier string) {
	i := slices.IndexFunc(s.state.Codes, func(c code) bool { return c.Code == given && c.ExpiresAt.After(s.now()) })
	if i < 0 {
		refuseOAuth(w, http.StatusBadRequest, "invalid_grant", "the code is unknown, used or expired")
		return
	}
	found := s.state.Codes[i]
	spend := func(st *state) { st.Codes = slices.Delete(slices.Clone(st.Codes), i, i+1) }
	if found.Redirect != redirect || !verifierPattern.MatchString(verifier) || challengeOf(verifier) != found.Challenge {
		if err := s.change(spend); err != nil {
			s.unwell(w, err)
			return
		}
		refuseOAuth(w, http.StatusBadRequest, "invalid_grant", "redirect_uri or code_verifier does not fit the code")
		return
	}
	s.give(w, s.fresh(found.User, found.Scopes), spend)
}

func (s *Server) fresh(user string, scopes []string) token {
	return token{Access: s.options.NewID(), Refresh: s.options.NewID(), User: user, Scopes: scopes, ExpiresAt: s.now().Add(s.seed.TokenLife)}
}

// refresh replaces both tokens of a grant; the refresh token is spent at once.
// The caller holds the lock.
func (s *Server) refresh(w http.ResponseWriter, spent string) {
	i := slices.IndexFunc(s.state.Tokens, func(t token) bool { return t.Refresh == spent && spent != "" })
	if i < 0 {
		refuseOAuth(w, http.StatusBadRequest, "invalid_grant", "the refresh token is unknown or used")
		return
	}
	old := s.state.Tokens[i]
	s.give(w, s.fresh(old.User, old.Scopes), func(st *state) {
		st.Tokens = slices.Clone(st.Tokens)
		st.Tokens[i].Refresh = ""
	})
}

// give keeps a token, together with what else changes, and answers with it. The
// caller holds the lock.
func (s *Server) give(w http.ResponseWriter, t token, besides func(*state)) {
	err := s.change(func(st *state) {
		besides(st)
		st.Tokens = append(slices.Clone(st.Tokens), t)
	})
	if err != nil {
		s.unwell(w, err)
		return
	}
	body := object{"access_token": t.Access, "token_type": "Bearer", "expires_in": s.seconds(t)}
	if t.User != "" {
		body["refresh_token"], body["scope"] = t.Refresh, strings.Join(t.Scopes, " ")
	}
	writeJSON(w, http.StatusOK, body)
}

// seconds is how long a token is still good, begun seconds included.
func (s *Server) seconds(t token) int {
	return int((t.ExpiresAt.Sub(s.now()) + time.Second - 1) / time.Second)
}

// revoke ends a grant by either of its tokens; of an unknown one there is nothing
// to end. It is told as query or as form.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	given := r.FormValue("token")
	if given == "" {
		refuseOAuth(w, http.StatusBadRequest, "invalid_request", "token is required")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.change(func(st *state) {
		st.Tokens = slices.DeleteFunc(slices.Clone(st.Tokens), func(t token) bool { return t.Access == given || t.Refresh == given })
	})
	if err != nil {
		s.unwell(w, err)
		return
	}
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write([]byte("OK"))
}

// introspect tells what the token is good for with which the request comes.
func (s *Server) introspect(w http.ResponseWriter, r *http.Request) {
	access, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if access == "" {
		access = r.FormValue("token")
	}
	s.mu.Lock()
	t, ok := s.grant(access)
	s.mu.Unlock()
	if !ok {
		answer(w, object{"active": false})
		return
	}
	kind := "user"
	if t.User == "" {
		kind = "app"
	}
	answer(w, object{"active": true, "client_id": s.seed.ClientID, "token_type": kind, "scope": strings.Join(t.Scopes, " "), "exp": t.ExpiresAt.Unix()})
}

// ExpireTokens makes every access token of an account invalid at once; its refresh
// tokens stay good.
func (s *Server) ExpireTokens(user string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	owns := func(t token) bool { return t.User != "" && t.User == slugOf(user) }
	if !slices.ContainsFunc(s.state.Tokens, owns) {
		return invalid("user %q has no token", user)
	}
	return s.change(func(st *state) {
		st.Tokens = slices.Clone(st.Tokens)
		for i := range st.Tokens {
			if owns(st.Tokens[i]) {
				st.Tokens[i].ExpiresAt = s.now()
			}
		}
	})
}
