package twitch

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
)

// allows reports whether a token has a scope.
func (t token) allows(scope string) bool { return slices.Contains(t.Scopes, scope) }

func (s *Server) routeOAuth(mux *http.ServeMux) {
	for pattern, next := range map[string]http.HandlerFunc{
		"GET /oauth2/validate": s.validate,
		"POST /oauth2/token":   s.issue,
		"POST /oauth2/revoke":  s.revoke,
		"POST /oauth2/device":  s.beginDevice,
		"GET " + activatePath:  s.askActivation,
		"POST " + activatePath: s.activate,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			kind, _ := s.options.Faults.Take(TargetOAuth)
			r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
			faults.Serve(w, r, kind, s.refuseFault, next)
		})
	}
}

// refuseOAuth writes the shorter error of the validation and of client checks.
func refuseOAuth(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]any{"status": status, "message": message})
}

// validate tells whose a token is.
func (s *Server) validate(w http.ResponseWriter, r *http.Request) {
	header := r.Header.Get("Authorization")
	access, ok := strings.CutPrefix(header, "OAuth ")
	if !ok {
		access, ok = strings.CutPrefix(header, "Bearer ")
	}
	if !ok {
		refuseOAuth(w, http.StatusUnauthorized, "missing authorization token")
		return
	}
	s.mu.Lock()
	t, ok := s.grant(access)
	s.mu.Unlock()
	if !ok {
		refuseOAuth(w, http.StatusUnauthorized, "invalid access token")
		return
	}
	body := map[string]any{"client_id": s.seed.ClientID, "scopes": scopes(t), "expires_in": s.seconds(t)}
	if t.Login != "" {
		body["login"], body["user_id"] = t.Login, s.seed.account(t.Login).ID
	}
	writeJSON(w, http.StatusOK, body)
}

func scopes(t token) []string {
	if t.Scopes == nil {
		return []string{}
	}
	return t.Scopes
}

func (s *Server) seconds(t token) int { return int(t.ExpiresAt.Sub(s.now()) / time.Second) }

// issue grants tokens for a refresh token or to the application itself.
func (s *Server) issue(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, "malformed form")
		return
	}
	form := r.Form
	switch {
	case form.Get("client_id") == "":
		refuseOAuth(w, http.StatusBadRequest, "missing client id")
		return
	case form.Get("client_id") != s.seed.ClientID:
		refuseOAuth(w, http.StatusBadRequest, "invalid client")
		return
	case form.Get("grant_type") == deviceGrant: // a device keeps no secret
		s.grantDevice(w, form.Get("device_code"))
		return
	case form.Get("client_secret") != s.seed.ClientSecret:
		refuseOAuth(w, http.StatusForbidden, "invalid client secret")
		return
	}
	switch form.Get("grant_type") {
	case "refresh_token":
		s.refresh(w, form.Get("refresh_token"))
	case "client_credentials":
		s.grantApplication(w)
	case "":
		refuseOAuth(w, http.StatusBadRequest, "missing grant type")
	default:
		refuseOAuth(w, http.StatusBadRequest, "invalid grant type")
	}
}

// refresh replaces both tokens of a grant; the old refresh token is spent, the
// old access token lives until it expires.
func (s *Server) refresh(w http.ResponseWriter, spent string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.state.Tokens, func(t token) bool { return t.Refresh == spent && spent != "" })
	if i < 0 {
		refuse(w, http.StatusBadRequest, "Invalid refresh token")
		return
	}
	old := s.state.Tokens[i]
	fresh := token{Access: s.options.NewID(), Refresh: s.options.NewID(), Login: old.Login, Scopes: old.Scopes, ExpiresAt: s.now().Add(s.seed.TokenLife)}
	before := slices.Clone(s.state.Tokens)
	s.state.Tokens[i].Refresh = ""
	s.state.Tokens = append(s.state.Tokens, fresh)
	if err := s.keepState(); err != nil {
		s.state.Tokens = before
		refuse(w, http.StatusInternalServerError, "the grant could not be kept")
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"access_token": fresh.Access, "refresh_token": fresh.Refresh,
		"expires_in": s.seconds(fresh), "scope": scopes(fresh), "token_type": "bearer"})
}

func (s *Server) grantApplication(w http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := token{Access: s.options.NewID(), ExpiresAt: s.now().Add(firstTokenLife)}
	s.state.Tokens = append(s.state.Tokens, fresh)
	if err := s.keepState(); err != nil {
		refuse(w, http.StatusInternalServerError, "the grant could not be kept")
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"access_token": fresh.Access, "expires_in": s.seconds(fresh), "token_type": "bearer"})
}

// revoke ends an access token.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Form.Get("client_id") != s.seed.ClientID {
		refuseOAuth(w, http.StatusBadRequest, "invalid client")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.grant(r.Form.Get("token"))
	if !ok {
		refuseOAuth(w, http.StatusBadRequest, "Invalid token")
		return
	}
	s.state.Tokens = slices.DeleteFunc(s.state.Tokens, func(other token) bool { return other.Access == t.Access })
	if err := s.keepState(); err != nil {
		refuse(w, http.StatusInternalServerError, "the revocation could not be kept")
		return
	}
	w.WriteHeader(http.StatusOK)
}
