package twitch

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
)

// points is Helix's bucket of request points, one for each client and user.
type points struct {
	capacity int
	now      func() time.Time

	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	left float64
	at   time.Time
}

func newPoints(capacity int, now func() time.Time) *points {
	return &points{capacity: capacity, now: now, buckets: map[string]*bucket{}}
}

// take takes one point, and tells how many are left and when the bucket is full
// again. A negative capacity never runs out.
func (p *points) take(key string) (ok bool, left int, full time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.capacity < 0 {
		return true, 0, now
	}
	b, known := p.buckets[key]
	if !known {
		b = &bucket{left: float64(p.capacity), at: now}
		p.buckets[key] = b
	}
	rate := float64(p.capacity) / 60
	b.left = min(float64(p.capacity), b.left+rate*now.Sub(b.at).Seconds())
	b.at = now
	if ok = b.left >= 1; ok {
		b.left--
	}
	return ok, int(b.left), now.Add(time.Duration((float64(p.capacity) - b.left) / rate * float64(time.Second)))
}

// Handler serves Helix below /helix and OAuth below /oauth2.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /helix/streams", s.guarded(s.getStreams))
	mux.Handle("GET /helix/users", s.guarded(s.getUsers))
	mux.Handle("POST /helix/chat/messages", s.guarded(s.postMessage))
	mux.Handle("DELETE /helix/moderation/chat", s.guarded(s.deleteMessage))
	s.routeOAuth(mux)
	return mux
}

// refuse writes an error in the platform's shape.
func refuse(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]any{"error": http.StatusText(status), "status": status, "message": message})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// guarded checks a request's token and client, counts it, and lets faults spoil
// it.
func (s *Server) guarded(next func(http.ResponseWriter, *http.Request, token)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kinds := faults.HTTPKinds()
		kind, _ := s.options.Faults.Take(TargetHelix, kinds...)
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		faults.Serve(w, r, kind, s.refuseFault, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			t, ok := s.admit(w, r)
			if ok {
				next(w, r, t)
			}
		}))
	})
}

func (s *Server) refuseFault(w http.ResponseWriter, status int) {
	message := map[int]string{400: "Invalid refresh token", 401: "Invalid OAuth token", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}[status]
	if status == http.StatusTooManyRequests {
		w.Header().Set("Ratelimit-Limit", strconv.Itoa(s.options.Limits.Helix))
		w.Header().Set("Ratelimit-Remaining", "0")
		w.Header().Set("Ratelimit-Reset", strconv.FormatInt(s.now().Add(2*time.Second).Unix(), 10))
	}
	refuse(w, status, message)
}

func (s *Server) admit(w http.ResponseWriter, r *http.Request) (token, bool) {
	access, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || access == "" {
		refuse(w, http.StatusUnauthorized, "OAuth token is missing")
		return token{}, false
	}
	client := r.Header.Get("Client-Id")
	if client == "" {
		refuse(w, http.StatusUnauthorized, "Must provide a valid Client-ID or OAuth token")
		return token{}, false
	}
	s.mu.Lock()
	t, ok := s.grant(access)
	s.mu.Unlock()
	if !ok {
		refuse(w, http.StatusUnauthorized, "Invalid OAuth token")
		return token{}, false
	}
	if client != s.seed.ClientID {
		refuse(w, http.StatusUnauthorized, "Client ID and OAuth token do not match")
		return token{}, false
	}
	allowed, left, full := s.helix.take(t.Login)
	w.Header().Set("Ratelimit-Limit", strconv.Itoa(s.options.Limits.Helix))
	w.Header().Set("Ratelimit-Remaining", strconv.Itoa(left))
	w.Header().Set("Ratelimit-Reset", strconv.FormatInt(full.Unix(), 10))
	if !allowed {
		refuse(w, http.StatusTooManyRequests, "Too Many Requests")
		return token{}, false
	}
	return t, true
}

// getStreams lists who is live.
func (s *Server) getStreams(w http.ResponseWriter, r *http.Request, _ token) {
	query := r.URL.Query()
	logins, ids := query["user_login"], query["user_id"]
	if len(logins) > 100 || len(ids) > 100 {
		refuse(w, http.StatusBadRequest, "The maximum number of user_login and user_id parameters is 100 each")
		return
	}
	first, from, ok := page(w, query.Get("first"), query.Get("after"))
	if !ok {
		return
	}
	live := s.liveStreams(logins, ids)
	end := min(from+first, len(live))
	shown := live[min(from, end):end]
	pagination := map[string]any{}
	if end < len(live) {
		pagination["cursor"] = base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(end)))
	}
	writeJSON(w, http.StatusOK, map[string]any{"data": shown, "pagination": pagination})
}

func (s *Server) liveStreams(logins, ids []string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	live := []map[string]any{}
	for _, channel := range s.seed.Channels {
		owner := s.seed.account(channel.Login)
		wanted := len(logins)+len(ids) == 0 || slices.Contains(ids, owner.ID) ||
			slices.ContainsFunc(logins, func(login string) bool { return strings.EqualFold(login, owner.Login) })
		on := s.state.Airings[channel.Login].seen(s.now(), s.options.HelixLag)
		if !wanted || on == nil {
			continue
		}
		show := s.show(channel)
		live = append(live, map[string]any{
			"id": on.ID, "user_id": owner.ID, "user_login": owner.Login, "user_name": owner.Display,
			"game_id": categoryID(show.Category), "game_name": show.Category, "type": "live", "title": show.Title, "tags": []string{"English"},
			"viewer_count": show.Viewers, "started_at": on.StartedAt.UTC().Format(time.RFC3339), "language": "en",
			"thumbnail_url": "https://static-cdn.jtvnw.net/previews-ttv/live_user_" + owner.Login + "-{width}x{height}.jpg",
			"tag_ids":       []string{}, "is_mature": false,
		})
	}
	return live
}

// seen is the broadcast as Helix tells it, which learns of changes late.
func (a airing) seen(now time.Time, lag time.Duration) *Broadcast {
	if now.Before(a.ChangedAt.Add(lag)) {
		return a.Before
	}
	return a.Now
}

// page reads first and after.
func page(w http.ResponseWriter, first, after string) (count, from int, ok bool) {
	count = 20
	if first != "" {
		n, err := strconv.Atoi(first)
		if err != nil || n < 1 || n > 100 {
			refuse(w, http.StatusBadRequest, "The parameter \"first\" was malformed: the value must be between 1 and 100")
			return 0, 0, false
		}
		count = n
	}
	if after != "" {
		decoded, err := base64.RawURLEncoding.DecodeString(after)
		if err == nil {
			from, err = strconv.Atoi(string(decoded))
		}
		if err != nil || from < 0 {
			refuse(w, http.StatusBadRequest, "The parameter \"after\" was malformed: not a valid cursor")
			return 0, 0, false
		}
	}
	return count, from, true
}

// getUsers lists the users asked for, or the token's own.
func (s *Server) getUsers(w http.ResponseWriter, r *http.Request, t token) {
	query := r.URL.Query()
	logins, ids := query["login"], query["id"]
	if len(logins)+len(ids) > 100 {
		refuse(w, http.StatusBadRequest, "The maximum number of id and login parameters is 100")
		return
	}
	if len(logins)+len(ids) == 0 {
		if t.Login == "" {
			refuse(w, http.StatusBadRequest, "Must provide an ID, Login or OAuth Token.")
			return
		}
		logins = []string{t.Login}
	}
	data := []map[string]any{}
	for _, account := range s.known() {
		asked := slices.Contains(ids, account.ID) ||
			slices.ContainsFunc(logins, func(login string) bool { return strings.EqualFold(login, account.Login) })
		if asked {
			data = append(data, map[string]any{"id": account.ID, "login": account.Login, "display_name": account.Display,
				"type": "", "broadcaster_type": "", "description": "", "profile_image_url": "", "offline_image_url": "",
				"view_count": 0, "created_at": "2019-04-01T09:00:00Z"})
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"data": data})
}

// known lists the accounts and the channels' owners.
func (s *Server) known() []Account {
	accounts := slices.Clone(s.seed.Accounts)
	for _, channel := range s.seed.Channels {
		owner := s.seed.account(channel.Login)
		if !slices.ContainsFunc(accounts, func(a Account) bool { return a.Login == owner.Login }) {
			accounts = append(accounts, owner)
		}
	}
	return accounts
}
