package youtube

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// asking is a request that reads.
type asking struct {
	caller
	stale   bool // whether listings are a minute old
	offline bool // whether nothing seems to be live
}

// staleness is how old a stale listing is.
const staleness = time.Minute

// listResponse is the envelope of every list.
func listResponse(kind string, items []any, total, perPage int, next string) map[string]any {
	body := map[string]any{"kind": kind, "etag": etag(kind, next, strconv.Itoa(total), strconv.Itoa(len(items))), "items": items,
		"pageInfo": map[string]int{"totalResults": total, "resultsPerPage": perPage}}
	if next != "" {
		body["nextPageToken"] = next
	}
	return body
}

// listChannels shows the asker's own channel, or channels by their ids.
func (s *Server) listChannels(w http.ResponseWriter, r *http.Request, who asking) {
	query := r.URL.Query()
	asked, refused := splitParts(query["part"])
	if refused != nil {
		refused.write(w)
		return
	}
	mine, ids, handle := query.Get("mine") == "true", splitIDs(query["id"]), query.Get("forHandle")
	switch {
	case !mine && len(ids) == 0 && handle == "":
		badParameter("missingRequiredParameter", "No filter selected. Expected one of: forHandle, id, mine", "").write(w)
		return
	case mine && who.key:
		errUnauthenticated.write(w)
		return
	}
	if named, known := s.seed.named(handle); known && strings.EqualFold(strings.TrimPrefix(handle, "@"), strings.TrimPrefix(named.Handle, "@")) {
		ids = append(ids, named.Channel)
	}
	items := []any{}
	for _, account := range s.seed.Accounts {
		if account.Channel != "" && (mine && account.Channel == who.Channel || slices.Contains(ids, account.Channel)) {
			items = append(items, channelResource(account, asked))
		}
	}
	writeJSON(w, http.StatusOK, listResponse("youtube#channelListResponse", items, len(items), 5, ""))
}

func channelResource(account Account, asked []string) map[string]any {
	shown := map[string]any{"kind": "youtube#channel", "etag": etag(account.Channel), "id": account.Channel}
	for name, part := range map[string]any{
		"snippet": map[string]any{"title": account.Title, "description": "", "customUrl": account.Handle, "publishedAt": "2019-04-01T09:00:00Z",
			"localized": map[string]string{"title": account.Title, "description": ""}},
		"contentDetails": map[string]any{"relatedPlaylists": map[string]string{"likes": "", "uploads": account.uploads()}},
		"status":         map[string]any{"privacyStatus": "public", "isLinked": true, "longUploadsStatus": "longUploadsUnspecified"},
	} {
		if slices.Contains(asked, name) {
			shown[name] = part
		}
	}
	return shown
}

// listPlaylistItems shows what a channel uploaded, newest first.
func (s *Server) listPlaylistItems(w http.ResponseWriter, r *http.Request, who asking) {
	query := r.URL.Query()
	asked, refused := splitParts(query["part"])
	if refused != nil {
		refused.write(w)
		return
	}
	playlist := query.Get("playlistId")
	owner, known := s.seed.ownerOfUploads(playlist)
	switch {
	case playlist == "":
		badParameter("missingRequiredParameter", "No filter selected. Expected one of: id, playlistId", "").write(w)
		return
	case !known:
		apiError{code: http.StatusNotFound, domain: "youtube.playlistItem", reason: "playlistNotFound", locationType: "parameter", location: "playlistId",
			message: "The playlist identified with the request's playlistId parameter cannot be found."}.write(w)
		return
	}
	videos := s.listed(owner.Channel, who)
	page, first, next, size, refused := pageOf(videos, query.Get("maxResults"), query.Get("pageToken"))
	if refused != nil {
		refused.write(w)
		return
	}
	items := []any{}
	for i, v := range page {
		items = append(items, s.playlistItem(v, owner, first+i, asked))
	}
	writeJSON(w, http.StatusOK, listResponse("youtube#playlistItemListResponse", items, len(videos), size, next))
}

func (s *Server) playlistItem(v Video, owner Account, position int, asked []string) map[string]any {
	id := base64.RawURLEncoding.EncodeToString([]byte(owner.uploads() + "." + v.ID))
	shown := map[string]any{"kind": "youtube#playlistItem", "etag": etag(id, strconv.Itoa(position)), "id": id}
	for name, part := range map[string]any{
		"snippet": map[string]any{"publishedAt": stamp(v.PublishedAt), "channelId": v.Channel, "channelTitle": owner.Title,
			"title": v.Said.Title, "description": v.Said.Description, "playlistId": owner.uploads(), "position": position,
			"resourceId": map[string]string{"kind": "youtube#video", "videoId": v.ID}, "thumbnails": thumbnails(v.ID),
			"videoOwnerChannelId": v.Channel, "videoOwnerChannelTitle": owner.Title},
		"contentDetails": map[string]any{"videoId": v.ID, "videoPublishedAt": stamp(v.PublishedAt)},
		"status":         map[string]any{"privacyStatus": v.Said.Privacy},
	} {
		if slices.Contains(asked, name) {
			shown[name] = part
		}
	}
	return shown
}

// listVideos shows videos by their ids, in that order; those that the asker may
// not see are left out.
func (s *Server) listVideos(w http.ResponseWriter, r *http.Request, who asking) {
	query := r.URL.Query()
	asked, refused := splitParts(query["part"])
	if refused != nil {
		refused.write(w)
		return
	}
	ids := splitIDs(query["id"])
	if len(ids) == 0 {
		badParameter("missingRequiredParameter", "No filter selected. Expected one of: id, chart, myRating", "").write(w)
		return
	}
	if len(ids) > 50 {
		badParameter("invalidFilters", "The request specifies an invalid filter parameter.", "id").write(w)
		return
	}
	settings, now := s.Settings(), s.now()
	videos := s.everything(who)
	items := []any{}
	for _, id := range ids {
		for _, v := range videos {
			if v.ID == id && v.visible(who.Channel) {
				items = append(items, s.resource(v, asked, v.status(now, settings.Processing)))
			}
		}
	}
	writeJSON(w, http.StatusOK, listResponse("youtube#videoListResponse", items, len(items), len(items), ""))
}

// search looks for a word in titles and descriptions, among the asker's videos
// or those of a channel, newest first.
func (s *Server) search(w http.ResponseWriter, r *http.Request, who asking) {
	query := r.URL.Query()
	if _, refused := splitParts(query["part"]); refused != nil {
		refused.write(w)
		return
	}
	channel := query.Get("channelId")
	if query.Get("forMine") == "true" {
		channel = who.Channel
		if query.Get("type") != "video" {
			badParameter("incompatibleParameters", "forMine needs type=video.", "forMine").write(w)
			return
		}
	}
	event, refused := eventType(query)
	if refused != nil {
		refused.write(w)
		return
	}
	word := strings.ToLower(query.Get("q"))
	found := slices.DeleteFunc(s.listed(channel, who), func(v Video) bool {
		return !strings.Contains(strings.ToLower(v.Said.Title+"\n"+v.Said.Description), word) || !v.fits(event)
	})
	page, _, next, size, refused := pageOf(found, query.Get("maxResults"), query.Get("pageToken"))
	if refused != nil {
		refused.write(w)
		return
	}
	items := []any{}
	for _, v := range page {
		items = append(items, map[string]any{"kind": "youtube#searchResult", "etag": etag(v.ID),
			"id": map[string]string{"kind": "youtube#video", "videoId": v.ID}, "snippet": s.snippet(v)})
	}
	writeJSON(w, http.StatusOK, listResponse("youtube#searchListResponse", items, len(found), size, next))
}

// visible reports whether a channel's owner can see the video.
func (v Video) visible(to string) bool { return v.Channel == to || v.Said.Privacy != "private" }

// listed are the videos of a channel that listings show the asker, newest first.
func (s *Server) listed(channel string, who asking) []Video {
	lag := s.Settings().ListingLag
	if who.stale {
		lag = max(lag, staleness)
	}
	until := s.now().Add(-lag)
	all := s.everything(who)
	shown := []Video{}
	for i := len(all) - 1; i >= 0; i-- {
		v := all[i]
		own := v.Channel == who.Channel || v.Said.Privacy == "public"
		if v.Channel == channel && own && !v.PublishedAt.After(until) {
			shown = append(shown, v)
		}
	}
	slices.SortStableFunc(shown, func(a, b Video) int { return b.PublishedAt.Compare(a.PublishedAt) })
	return shown
}

func splitIDs(values []string) []string {
	ids := []string{}
	for _, value := range values {
		for id := range strings.SplitSeq(value, ",") {
			if id = strings.TrimSpace(id); id != "" {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// pageOf cuts a page out of a listing. A token names the last video of the page
// before, so that new uploads shift nothing.
func pageOf(videos []Video, maxResults, pageToken string) (page []Video, first int, next string, size int, refused refusal) {
	size = 5
	if maxResults != "" {
		n, err := strconv.Atoi(maxResults)
		if err != nil || n < 0 || n > 50 {
			return nil, 0, "", 0, badParameter("invalidParameter", "Invalid value for maxResults. Values must be within the range: [0, 50]", "maxResults")
		}
		size = n
	}
	if pageToken != "" {
		id, err := base64.RawURLEncoding.DecodeString(pageToken)
		last := slices.IndexFunc(videos, func(v Video) bool { return v.ID == string(id) })
		if err != nil || last < 0 {
			return nil, 0, "", 0, badParameter("invalidPageToken", "The request specifies an invalid page token.", "pageToken")
		}
		first = last + 1
	}
	end := min(first+size, len(videos))
	if end < len(videos) && end > first {
		next = base64.RawURLEncoding.EncodeToString([]byte(videos[end-1].ID))
	}
	return videos[first:end], first, next, size, nil
}
