package kick

import (
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxAsked is how many channels or users one request can ask for.
const maxAsked = 50

// getChannels describes channels by slug or by their owner's id, or the token's
// own.
func (s *Server) getChannels(w http.ResponseWriter, c call) {
	query := c.URL.Query()
	slugs := query["slug"]
	ids, ok := numbers(query["broadcaster_user_id"])
	switch {
	case !ok || len(slugs) > 0 && len(ids) > 0 || len(slugs) > maxAsked || len(ids) > maxAsked:
		refuse(w, http.StatusBadRequest, "Invalid request: at most 50 of either slug or broadcaster_user_id")
		return
	case len(slugs)+len(ids) == 0 && !c.byUser():
		refuse(w, http.StatusBadRequest, "Invalid request: slug or broadcaster_user_id is required")
		return
	case len(slugs)+len(ids) == 0:
		slugs = []string{c.token.User}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	data := []object{}
	for _, channel := range s.seed.Channels {
		asked := slices.Contains(ids, s.seed.account(channel.Slug).ID) ||
			slices.ContainsFunc(slugs, func(slug string) bool { return strings.EqualFold(slug, channel.Slug) })
		if asked {
			data = append(data, s.described(channel, c))
		}
	}
	answer(w, data)
}

// described is a channel as the API tells it. The caller holds the lock.
func (s *Server) described(channel Channel, c call) object {
	show, on := s.state.Shows[channel.Slug], s.state.Airings[channel.Slug]
	stream := object{"is_live": false, "is_mature": false, "key": "", "language": "en", "start_time": "0001-01-01T00:00:00Z",
		"thumbnail": "", "url": "", "viewer_count": 0, "custom_tags": []string{}}
	if on != nil {
		stream["is_live"], stream["start_time"], stream["viewer_count"] = true, apiTime(on.StartedAt), show.Viewers
		stream["thumbnail"] = "https://images.kick.com/video_thumbnails/" + channel.Slug + "/720.webp"
	}
	if c.token.User == channel.Slug && slices.Contains(c.token.Scopes, scopeStreamKey) {
		stream["key"], stream["url"] = "simulated-stream-key", "rtmps://ingest.kick.example/app"
	}
	return object{"broadcaster_user_id": s.seed.account(channel.Slug).ID, "slug": channel.Slug, "channel_description": "",
		"banner_picture": "", "stream_title": show.Title, "category": category(show.Category), "stream": stream}
}

// category describes a category; its number is the same for the same name.
func category(name string) object {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	return object{"id": h.Sum32() % 100_000, "name": name, "thumbnail": ""}
}

// getLivestreams lists who is live: of the owners asked for, or of everybody.
func (s *Server) getLivestreams(w http.ResponseWriter, c call) {
	query := c.URL.Query()
	ids, ok := numbers(query["broadcaster_user_id"])
	limit := 25
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		ok = ok && err == nil && n >= 1 && n <= 100
		limit = n
	}
	if !ok || len(ids) > maxAsked {
		refuse(w, http.StatusBadRequest, "Invalid request: at most 50 broadcaster_user_id, and a limit of 1 to 100")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	data := []object{}
	for _, channel := range s.seed.Channels {
		owner, on := s.seed.account(channel.Slug), s.state.Airings[channel.Slug]
		if on == nil || len(ids) > 0 && !slices.Contains(ids, owner.ID) || len(data) == limit {
			continue
		}
		show := s.state.Shows[channel.Slug]
		data = append(data, object{"broadcaster_user_id": owner.ID, "channel_id": channel.ID, "slug": channel.Slug,
			"stream_title": show.Title, "category": category(show.Category), "language": "en", "has_mature_content": false,
			"started_at": apiTime(on.StartedAt), "thumbnail": "", "viewer_count": show.Viewers, "custom_tags": []string{},
			"profile_picture": picture(owner)})
	}
	answer(w, data)
}

// getUsers lists the users asked for, or the token's own.
func (s *Server) getUsers(w http.ResponseWriter, c call) {
	ids, ok := numbers(c.URL.Query()["id"])
	switch {
	case !ok || len(ids) > maxAsked:
		refuse(w, http.StatusBadRequest, "Invalid request: at most 50 id")
		return
	case len(ids) == 0 && !c.byUser():
		refuse(w, http.StatusBadRequest, "Invalid request: id is required")
		return
	case len(ids) == 0:
		ids = []int64{c.user.ID}
	}
	data := []object{}
	for _, id := range ids {
		if name, known := s.nameOf(id); known {
			account := s.person(name)
			email := ""
			if id == c.user.ID {
				email = account.Slug() + "@example.com"
			}
			data = append(data, object{"user_id": id, "name": account.Username, "email": email, "profile_picture": picture(account)})
		}
	}
	answer(w, data)
}
