package youtube

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
)

// broadcastParts are those of a broadcast that can be asked for.
var broadcastParts = []string{"id", "snippet", "status", "contentDetails", "statistics", "monetizationDetails"}

// broadcastStates are the filters of listBroadcasts.
var broadcastStates = []string{"active", "all", "completed", "upcoming"}

// listBroadcasts shows the asker's own broadcasts, newest first.
func (s *Server) listBroadcasts(w http.ResponseWriter, r *http.Request, who asking) {
	query := r.URL.Query()
	asked, refused := partsAmong(query["part"], broadcastParts)
	if refused == nil {
		refused = checkBroadcastFilter(query)
	}
	if refused == nil && who.key {
		refused = errUnauthenticated
	}
	if refused == nil && who.Channel == "" {
		refused = apiError{code: http.StatusForbidden, domain: "youtube.liveBroadcast", reason: "liveStreamingNotEnabled", message: "The user is not enabled for live streaming."}
	}
	size := 5
	if refused == nil {
		refused = within(query, "maxResults", 0, 50, &size)
	}
	var found []Broadcast
	var next string
	if refused == nil {
		found = s.broadcastsOf(who, query)
		found, next, refused = pageOfBroadcasts(found, query.Get("pageToken"), size)
	}
	if refused != nil {
		refuse(w, r, refused)
		return
	}
	items := []any{}
	for _, b := range found {
		items = append(items, b.resource(asked))
	}
	writeJSON(w, http.StatusOK, listResponse("youtube#liveBroadcastListResponse", items, len(items), size, next))
}

// checkBroadcastFilter finds out whether one filter is given, and a known one.
func checkBroadcastFilter(query url.Values) refusal {
	state, kind, filters := query.Get("broadcastStatus"), query.Get("broadcastType"), 0
	for _, name := range []string{"broadcastStatus", "id", "mine"} {
		if query.Get(name) != "" {
			filters++
		}
	}
	switch {
	case filters == 0:
		return badParameter("missingRequiredParameter", "No filter selected. Expected one of: broadcastStatus, id, mine", "")
	case filters > 1:
		return badParameter("incompatibleParameters", "Incompatible parameters specified in the request: broadcastStatus, id, mine", "")
	case state != "" && !slices.Contains(broadcastStates, state):
		return badParameter("invalidParameter", "Invalid value for broadcastStatus.", "broadcastStatus")
	case !slices.Contains([]string{"", "all", "event", "persistent"}, kind):
		return badParameter("invalidParameter", "Invalid value for broadcastType.", "broadcastType")
	}
	return nil
}

// broadcastsOf are the asker's broadcasts that fit, newest first.
func (s *Server) broadcastsOf(who asking, query url.Values) []Broadcast {
	ids, state := splitIDs(query["id"]), query.Get("broadcastStatus")
	if query.Get("broadcastType") == "persistent" {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Broadcast
	for _, b := range slices.Backward(s.state.Broadcasts[who.Channel]) {
		live := b.Live() && !who.offline
		switch {
		case len(ids) > 0 && !slices.Contains(ids, b.VideoID), b.Live() && who.offline:
		case state == "active" && !live, state == "completed" && live, state == "upcoming":
		default:
			found = append(found, b)
		}
	}
	return found
}

// pageOfBroadcasts cuts a page out of them. A token names the last one of the
// page before.
func pageOfBroadcasts(all []Broadcast, token string, size int) (page []Broadcast, next string, refused refusal) {
	first := 0
	if token != "" {
		id, err := base64.RawURLEncoding.DecodeString(token)
		last := slices.IndexFunc(all, func(b Broadcast) bool { return b.VideoID == string(id) })
		if err != nil || last < 0 {
			return nil, "", badParameter("invalidPageToken", "The request specifies an invalid page token.", "pageToken")
		}
		first = last + 1
	}
	end := min(first+size, len(all))
	if end < len(all) && end > first {
		next = base64.RawURLEncoding.EncodeToString([]byte(all[end-1].VideoID))
	}
	return all[first:end], next, nil
}

// resource is the broadcast as its owner sees it.
func (b Broadcast) resource(asked []string) map[string]any {
	snippet := map[string]any{"publishedAt": stamp(b.StartedAt), "channelId": b.Channel, "title": b.Title, "description": "",
		"thumbnails": thumbnails(b.VideoID), "scheduledStartTime": stamp(b.StartedAt), "actualStartTime": stamp(b.StartedAt), "isDefaultBroadcast": false}
	cycle := "complete"
	if b.Live() {
		cycle = "live"
	} else {
		snippet["actualEndTime"] = stamp(b.EndedAt)
	}
	if b.Live() && !b.ChatDisabled {
		snippet["liveChatId"] = b.ChatID
	}
	shown := map[string]any{"kind": "youtube#liveBroadcast", "etag": etag(b.VideoID, cycle, b.Title), "id": b.VideoID}
	for name, part := range map[string]any{
		"snippet":        snippet,
		"status":         map[string]any{"lifeCycleStatus": cycle, "privacyStatus": "public", "recordingStatus": "recording", "madeForKids": false, "selfDeclaredMadeForKids": false},
		"contentDetails": map[string]any{"enableDvr": true, "recordFromStart": true, "latencyPreference": "low"},
		"statistics":     map[string]any{},
	} {
		if slices.Contains(asked, name) {
			shown[name] = part
		}
	}
	return shown
}

// everything is every upload and the picture of every broadcast, in no order.
func (s *Server) everything(who asking) []Video {
	_, uploads := s.known()
	all := slices.Clone(uploads)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range s.state.Broadcasts {
		for _, b := range list {
			if !b.Live() || !who.offline {
				all = append(all, b.video())
			}
		}
	}
	return all
}

// eventType reads the filter of a search for broadcasts.
func eventType(query url.Values) (string, refusal) {
	event := query.Get("eventType")
	switch {
	case event != "" && query.Get("type") != "video":
		return "", badParameter("incompatibleParameters", "eventType needs type=video.", "eventType")
	case !slices.Contains([]string{"", "live", "completed", "upcoming"}, event):
		return "", badParameter("invalidParameter", "Invalid value for eventType.", "eventType")
	}
	return event, nil
}

// fits reports whether a video is what a search for broadcasts asks for.
func (v Video) fits(event string) bool {
	switch event {
	case "":
		return true
	case "live":
		return v.liveContent() == "live"
	case "completed":
		return v.broadcast != nil && !v.broadcast.Live()
	}
	return false
}
