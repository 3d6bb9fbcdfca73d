package youtube

import (
	"net/http"
	"slices"
	"strings"
)

// Scopes that an account can grant.
const (
	ScopeReadOnly = "https://www.googleapis.com/auth/youtube.readonly"
	ScopeManage   = "https://www.googleapis.com/auth/youtube"
	ScopeForceSSL = "https://www.googleapis.com/auth/youtube.force-ssl"
	ScopeUpload   = "https://www.googleapis.com/auth/youtube.upload"
)

// knownScopes are those that can be asked for; the two that are not YouTube's do
// nothing here.
var knownScopes = []string{ScopeReadOnly, ScopeManage, ScopeForceSSL, ScopeUpload, "openid", "email"}

// caller is who makes a request: an account by its token, or an application by
// its key, which has no account.
type caller struct {
	Account
	scopes []string
	key    bool
}

// may reports whether one of these scopes was granted.
func (c caller) may(scopes ...string) bool {
	return slices.ContainsFunc(c.scopes, func(granted string) bool { return slices.Contains(scopes, granted) })
}

// grant is what an account let an application do, besides the grants of the seed.
type grant struct {
	Refresh string   `json:"refresh"`
	Account string   `json:"account"` // refresh token of the account in the seed
	Scopes  []string `json:"scopes,omitempty"`
	Revoked bool     `json:"revoked,omitempty"`
}

// holder finds who granted what with a refresh token. The caller holds the lock.
func (s *Server) holder(refresh string) (caller, bool) {
	for _, g := range s.state.Grants {
		if g.Refresh == refresh && refresh != "" {
			account, known := s.seed.account(g.Account)
			return caller{Account: account, scopes: g.Scopes}, known && !g.Revoked
		}
	}
	account, known := s.seed.account(refresh)
	return caller{Account: account, scopes: account.scopes()}, known
}

// bearer finds whose the access token of a request is, if it is valid.
func (s *Server) bearer(r *http.Request) (caller, bool) {
	access, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || access == "" {
		return caller{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokenHolder(access)
}

// tokenHolder finds whose an access token is. The caller holds the lock.
func (s *Server) tokenHolder(access string) (caller, bool) {
	for _, t := range s.state.Tokens {
		if t.Access == access && t.ExpiresAt.After(s.now()) {
			return s.holder(t.Refresh)
		}
	}
	return caller{}, false
}

// identify finds out who makes a request.
func (s *Server) identify(r *http.Request) (caller, refusal) {
	key := r.URL.Query().Get("key")
	if key == "" {
		key = r.Header.Get("X-Goog-Api-Key")
	}
	switch {
	case r.Header.Get("Authorization") != "":
		if who, ok := s.bearer(r); ok {
			return who, nil
		}
		return caller{}, errUnauthenticated
	case key == "":
		return caller{}, errUnauthenticated
	case key != s.seed.APIKey:
		return caller{}, errKey
	default:
		return caller{key: true}, nil
	}
}

// admit checks whose a request is and takes its cost; it has answered if it
// returns false.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, m method) (caller, bool) {
	who, refused := s.identify(r)
	if refused != nil {
		refuse(w, r, refused)
		return caller{}, false
	}
	allowed, err := s.charge(m)
	if err != nil {
		s.broken(w, r, err)
		return caller{}, false
	}
	if !allowed {
		refuse(w, r, errQuota)
		return caller{}, false
	}
	return who, true
}

// admitWriter admits accounts with a channel that let the application change
// what they own.
func (s *Server) admitWriter(w http.ResponseWriter, r *http.Request, m method) (caller, bool) {
	who, ok := s.admit(w, r, m)
	switch {
	case !ok:
		return who, false
	case who.key:
		refuse(w, r, errUnauthenticated)
	case !who.may(ScopeManage, ScopeForceSSL):
		refuse(w, r, errScope)
	case who.Channel == "":
		refuse(w, r, errSignup)
	default:
		return who, true
	}
	return who, false
}
