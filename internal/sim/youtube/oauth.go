package youtube

import (
	"net/http"
	"strings"
	"time"
)

// serveToken gives access tokens for what proves a grant.
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	kind, _ := s.faults.Take(TargetToken)
	if kind == "400" {
		refuse(w, r, grantError{http.StatusBadRequest, "invalid_grant", "Token has been expired or revoked."})
		return
	}
	if kind == "401" {
		refuse(w, r, grantError{http.StatusUnauthorized, "invalid_client", "Unauthorized"})
		return
	}
	spoil(w, r, kind, s.grant)
}

// grantError is an error of the token endpoint (RFC 6749, section 5.2).
type grantError struct {
	code        int
	name        string
	description string
}

func (e grantError) write(w http.ResponseWriter) {
	writeJSON(w, e.code, map[string]string{"error": e.name, "error_description": e.description})
}

func (s *Server) grant(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		refuse(w, r, grantError{http.StatusBadRequest, "invalid_request", "Bad Request"})
		return
	}
	if refused := s.checkClient(r); refused != nil {
		refuse(w, r, refused)
		return
	}
	switch kind := r.PostForm.Get("grant_type"); kind {
	case "refresh_token":
		s.refresh(w, r)
	case "authorization_code":
		s.exchange(w, r)
	case deviceGrant:
		s.collect(w, r)
	default:
		refuse(w, r, grantError{http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type: " + kind})
	}
}

// checkClient finds out whether the application is the one of this world.
func (s *Server) checkClient(r *http.Request) refusal {
	client, secret, ok := r.BasicAuth()
	if !ok {
		client, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	switch {
	case client == "":
		return grantError{http.StatusBadRequest, "invalid_request", "Could not determine client ID from request."}
	case client != s.seed.ClientID:
		return grantError{http.StatusUnauthorized, "invalid_client", "The OAuth client was not found."}
	case secret != s.seed.ClientSecret:
		return grantError{http.StatusUnauthorized, "invalid_client", "The provided client secret is invalid."}
	}
	return nil
}

// refresh gives an access token for a refresh token, which stays as it is.
func (s *Server) refresh(w http.ResponseWriter, r *http.Request) {
	refresh := r.PostForm.Get("refresh_token")
	s.mu.Lock()
	defer s.mu.Unlock()
	who, known := s.holder(refresh)
	switch {
	case refresh == "":
		refuse(w, r, grantError{http.StatusBadRequest, "invalid_request", "Missing required parameter: refresh_token"})
	case !known:
		refuse(w, r, grantError{http.StatusBadRequest, "invalid_grant", "Bad Request"})
	default:
		s.giveToken(w, r, grant{Refresh: refresh, Scopes: who.scopes}, keptGrant)
	}
}

// keptGrant is what else changes where a grant is known: nothing.
func keptGrant(*state) map[string]any { return map[string]any{} }

// giveToken answers with an access token for a grant. also changes what goes with
// it, and returns what is answered besides. The caller holds the lock.
func (s *Server) giveToken(w http.ResponseWriter, r *http.Request, g grant, also func(*state) map[string]any) {
	access, err := s.newID(48)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	access = "ya29." + access
	var body map[string]any
	err = s.change(func(st *state) {
		body = also(st)
		st.Tokens = append(st.Tokens, token{Access: access, Refresh: g.Refresh, ExpiresAt: s.now().Add(s.seed.TokenLife)})
	})
	if err != nil {
		s.broken(w, r, err)
		return
	}
	body["access_token"], body["token_type"] = access, "Bearer"
	body["expires_in"], body["scope"] = int(s.seed.TokenLife/time.Second)-1, strings.Join(g.Scopes, " ")
	writeJSON(w, http.StatusOK, body)
}
