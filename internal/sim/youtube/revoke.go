package youtube

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// revoke ends a grant, by either of its tokens, and all its access tokens.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		refuse(w, r, grantError{http.StatusBadRequest, "invalid_request", "Bad Request"})
		return
	}
	given := r.Form.Get("token")
	s.mu.Lock()
	defer s.mu.Unlock()
	refresh := given
	if i := slices.IndexFunc(s.state.Tokens, func(t token) bool { return t.Access == given && t.ExpiresAt.After(s.now()) }); i >= 0 {
		refresh = s.state.Tokens[i].Refresh
	}
	who, known := s.holder(refresh)
	if !known {
		refuse(w, r, grantError{http.StatusBadRequest, "invalid_token", "Token expired or revoked"})
		return
	}
	err := s.change(func(st *state) {
		st.Grants = slices.DeleteFunc(st.Grants, func(g grant) bool { return g.Refresh == refresh })
		if refresh == who.RefreshToken { // the seed would know it again
			st.Grants = append(st.Grants, grant{Refresh: refresh, Account: refresh, Revoked: true})
		}
		st.Tokens = slices.DeleteFunc(st.Tokens, func(t token) bool { return t.Refresh == refresh })
	})
	if err != nil {
		s.broken(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, struct{}{})
}

// tokenInfo tells what an access token is good for.
func (s *Server) tokenInfo(w http.ResponseWriter, r *http.Request) {
	access := r.FormValue("access_token")
	if access == "" {
		access = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	who, known := s.tokenHolder(access)
	if !known {
		refuse(w, r, grantError{http.StatusBadRequest, "invalid_token", "Invalid Value"})
		return
	}
	i := slices.IndexFunc(s.state.Tokens, func(t token) bool { return t.Access == access })
	writeJSON(w, http.StatusOK, map[string]string{"azp": s.seed.ClientID, "aud": s.seed.ClientID, "scope": strings.Join(who.scopes, " "),
		"expires_in": strconv.Itoa(int(s.state.Tokens[i].ExpiresAt.Sub(s.now()) / time.Second)), "access_type": "offline"})
}
