package kick

import (
	"io"
	"net/http"
	"strings"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
)

func (s *Server) routeSite(mux *http.ServeMux) {
	for pattern, next := range map[string]http.HandlerFunc{
		"GET /api/v2/channels/{slug}":          s.siteChannel,
		"GET /api/v2/channels/{slug}/chatroom": s.siteChatroom,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			kind, _ := s.options.Faults.Take(TargetSite)
			faults.Serve(w, r, kind, refuseVisitor, next)
		})
	}
}

// refuseVisitor answers as the gatekeeper before the site does, with a page and
// not with JSON.
func refuseVisitor(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.Header().Set("Server", "cloudflare")
	switch status {
	case http.StatusForbidden:
		w.Header().Set("Cf-Mitigated", "challenge")
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "2")
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Request blocked by security policy.</body></html>")
}

// siteChannel describes a channel to the site's own pages.
func (s *Server) siteChannel(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, ok := s.seed.channel(strings.ToLower(r.PathValue("slug")))
	if !ok {
		writeJSON(w, http.StatusNotFound, object{"message": "Not Found"})
		return
	}
	owner, show := s.seed.account(channel.Slug), s.state.Shows[channel.Slug]
	body := object{"id": channel.ID, "user_id": owner.ID, "slug": channel.Slug, "is_banned": false, "playback_url": "",
		"livestream": nil, "chatroom": s.chatroom(channel),
		"user": object{"id": owner.ID, "username": s.person(channel.Slug).Username, "bio": "", "profile_pic": picture(owner)}}
	if on := s.state.Airings[channel.Slug]; on != nil {
		body["playback_url"] = s.options.Playlist
		body["livestream"] = object{"id": on.ID, "slug": channel.Slug + "-" + decimal(on.ID), "channel_id": channel.ID, "is_live": true,
			"created_at": on.StartedAt.Format("2006-01-02 15:04:05"), "start_time": on.StartedAt.Format("2006-01-02 15:04:05"),
			"session_title": show.Title, "viewer_count": show.Viewers, "language": "English", "is_mature": false,
			"categories": []object{category(show.Category)}}
	}
	writeJSON(w, http.StatusOK, body)
}

// siteChatroom describes a channel's chat alone.
func (s *Server) siteChatroom(w http.ResponseWriter, r *http.Request) {
	channel, ok := s.seed.channel(strings.ToLower(r.PathValue("slug")))
	if !ok {
		writeJSON(w, http.StatusNotFound, object{"message": "Not Found"})
		return
	}
	writeJSON(w, http.StatusOK, s.chatroom(channel))
}

func (s *Server) chatroom(c Channel) object {
	off := object{"enabled": false}
	return object{"id": c.Chatroom, "chatable_type": `App\Models\Channel`, "chatable_id": c.ID, "channel_id": c.ID,
		"slow_mode": off, "followers_mode": off, "subscribers_mode": off, "emotes_mode": off, "message_interval": 0}
}
