package kick

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
)

// maxBody is the largest body of a request, in bytes.
const maxBody = 64 << 10

// call is an admitted request of the API. user is who the token belongs to; it
// has no slug for an application's token.
type call struct {
	*http.Request
	token token
	user  Account
}

// byUser reports whether a user's token was shown.
func (c call) byUser() bool { return c.token.User != "" }

func (s *Server) routeAPI(mux *http.ServeMux) {
	for pattern, e := range map[string]struct {
		target, scope string
		next          func(http.ResponseWriter, call)
	}{
		"POST /public/v1/chat":                   {TargetChat, ScopeChat, s.postChat},
		"DELETE /public/v1/chat/{id}":            {TargetChat, ScopeMessages, s.deleteChat},
		"GET /public/v1/channels":                {TargetAPI, ScopeChannel, s.getChannels},
		"GET /public/v2/livestreams":             {TargetAPI, "", s.getLivestreams},
		"GET /public/v1/users":                   {TargetAPI, ScopeUser, s.getUsers},
		"POST /public/v1/events/subscriptions":   {TargetAPI, ScopeEvents, s.subscribeEvents},
		"GET /public/v1/events/subscriptions":    {TargetAPI, ScopeEvents, s.listSubscriptions},
		"DELETE /public/v1/events/subscriptions": {TargetAPI, ScopeEvents, s.unsubscribeEvents},
		"POST /public/v1/moderation/bans":        {TargetAPI, ScopeBan, s.postBan},
		"DELETE /public/v1/moderation/bans":      {TargetAPI, ScopeBan, s.deleteBan},
	} {
		mux.Handle(pattern, s.guarded(e.target, func(w http.ResponseWriter, r *http.Request) {
			if admitted, ok := s.admit(w, r, e.scope); ok {
				e.next(w, admitted)
			}
		}))
	}
	mux.Handle("GET /public/v1/public-key", s.guarded(TargetAPI, s.getPublicKey))
	mux.HandleFunc("/public/", func(w http.ResponseWriter, _ *http.Request) { refuse(w, http.StatusNotFound, "Not Found") })
}

// guarded lets faults spoil a request.
func (s *Server) guarded(target string, next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, _ := s.options.Faults.Take(target, faults.HTTPKinds("400")...)
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		faults.Serve(w, r, kind, refuseFault, next)
	})
}

func refuseFault(w http.ResponseWriter, status int) {
	if status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "2")
	}
	refuse(w, status, http.StatusText(status))
}

// refuse writes an error in the envelope of the API.
func refuse(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, object{"data": object{}, "message": message})
}

// answer writes data in the envelope of the API.
func answer(w http.ResponseWriter, data any) {
	writeJSON(w, http.StatusOK, object{"data": data, "message": "OK"})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// unwell is how the failure to keep something is answered.
func (s *Server) unwell(w http.ResponseWriter, err error) {
	s.options.Log.Error().Err(err).Msg("simulated Kick could not keep a change")
	refuse(w, http.StatusInternalServerError, "Internal Server Error")
}

// tooMany answers 429.
func tooMany(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	refuse(w, http.StatusTooManyRequests, "Too Many Requests")
}

// admit checks a request's token, counts it, and asks for the scope where the
// token is a user's; an application's token has none and needs none.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, scope string) (call, bool) {
	access, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	t, ok := s.grant(access)
	var wait time.Duration
	within := true
	if ok {
		wait, within = s.requests.Take(t.User, s.now(), s.options.Limits.RequestSpan, s.options.Limits.Requests)
	}
	s.mu.Unlock()
	switch {
	case !ok:
		refuse(w, http.StatusUnauthorized, "Unauthorized")
	case !within:
		tooMany(w, wait)
	case t.User != "" && scope != "" && !slices.Contains(t.Scopes, scope):
		refuse(w, http.StatusForbidden, "Forbidden: the token lacks the scope "+scope)
	default:
		c := call{Request: r, token: t}
		if t.User != "" {
			c.user = s.seed.account(t.User)
		}
		return c, true
	}
	return call{}, false
}

// getPublicKey tells with which key webhooks are signed; it needs no token.
func (s *Server) getPublicKey(w http.ResponseWriter, _ *http.Request) {
	key, err := s.PublicKey()
	if err != nil {
		s.unwell(w, err)
		return
	}
	answer(w, object{"public_key": key})
}

// numbers reads a query parameter that may be given several times.
func numbers(values []string) (list []int64, ok bool) {
	for _, value := range values {
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return nil, false
		}
		list = append(list, n)
	}
	return list, true
}
