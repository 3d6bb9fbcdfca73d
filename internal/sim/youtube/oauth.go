package youtube

import (
	"net/http"
	"time"
)

// serveToken gives an access token for a refresh token, which stays as it is.
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
	client, secret, ok := r.BasicAuth()
	if !ok {
		client, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	refresh := r.PostForm.Get("refresh_token")
	who, known := s.seed.account(refresh)
	switch kind := r.PostForm.Get("grant_type"); {
	case client == "":
		grantError{http.StatusBadRequest, "invalid_request", "Could not determine client ID from request."}.write(w)
	case client != s.seed.ClientID:
		grantError{http.StatusUnauthorized, "invalid_client", "The OAuth client was not found."}.write(w)
	case secret != s.seed.ClientSecret:
		grantError{http.StatusUnauthorized, "invalid_client", "The provided client secret is invalid."}.write(w)
	case kind != "refresh_token":
		grantError{http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type: " + kind}.write(w)
	case refresh == "":
		grantError{http.StatusBadRequest, "invalid_request", "Missing required parameter: refresh_token"}.write(w)
	case !known:
		grantError{http.StatusBadRequest, "invalid_grant", "Bad Request"}.write(w)
	default:
		s.giveToken(w, r, who)
	}
}

func (s *Server) giveToken(w http.ResponseWriter, r *http.Request, who Account) {
	access, err := s.newID(48)
	if err == nil {
		access = "ya29." + access
		err = s.keepToken(token{Access: access, Refresh: who.RefreshToken, ExpiresAt: s.now().Add(s.seed.TokenLife)})
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"access_token": access, "expires_in": int(s.seed.TokenLife/time.Second) - 1,
		"scope": who.scope(), "token_type": "Bearer"})
}

func (s *Server) keepToken(t token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.change(func(st *state) { st.Tokens = append(st.Tokens, t) })
}
