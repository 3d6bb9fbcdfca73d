package youtube

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// How many items a page can have.
const (
	fewestItems = 200
	mostItems   = 2000
	usualItems  = 500
)

// chatParts are those of a chat's item.
var chatParts = []string{"id", "snippet", "authorDetails"}

// chatRequest asks for items of a chat.
type chatRequest struct {
	chat  string
	asked []string
	most  int
	text  string     // of the token
	token *pageToken // nil for the first page
}

func parseChatRequest(query url.Values) (chatRequest, refusal) {
	req := chatRequest{chat: query.Get("liveChatId"), most: usualItems, text: query.Get("pageToken")}
	var refused refusal
	if req.asked, refused = partsAmong(query["part"], chatParts); refused != nil {
		return req, refused
	}
	if req.chat == "" {
		return req, badParameter("missingRequiredParameter", "Missing required parameter: liveChatId", "liveChatId")
	}
	if refused := within(query, "maxResults", fewestItems, mostItems, &req.most); refused != nil {
		return req, refused
	}
	image := 88
	if refused := within(query, "profileImageSize", 16, 720, &image); refused != nil {
		return req, refused
	}
	if req.text != "" {
		token, ok := parsePageToken(req.text)
		if !ok || token.Chat != req.chat {
			return req, errPageToken
		}
		req.token = &token
	}
	return req, nil
}

// within reads a number from a query, if it is given.
func within(query url.Values, name string, low, high int, value *int) refusal {
	text := query.Get(name)
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return badParameter("invalidParameter", "Invalid value for "+name+". Values must be within the range: ["+strconv.Itoa(low)+", "+strconv.Itoa(high)+"]", name)
	}
	*value = n
	return nil
}

// listChat shows a page of a chat.
func (s *Server) listChat(w http.ResponseWriter, r *http.Request) {
	kind, _ := s.faults.Take(TargetChatList, chatListRefusals...)
	spoil(w, r, kind, func(w http.ResponseWriter, r *http.Request) {
		who, ok := s.admit(w, r, methodChat)
		if !ok {
			return
		}
		body, refused := s.chatPage(who, r.URL.Query())
		if refused != nil {
			refuse(w, r, refused)
			return
		}
		writeJSON(w, http.StatusOK, body)
	})
}

// chatPage reads a page for a caller who polls.
func (s *Server) chatPage(who caller, query url.Values) (map[string]any, refusal) {
	if !who.key && !who.may(ScopeReadOnly, ScopeManage, ScopeForceSSL) {
		return nil, errScope
	}
	req, refused := parseChatRequest(query)
	if refused != nil {
		return nil, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, refused := s.openChat(req.chat)
	if refused != nil {
		return nil, refused
	}
	if s.early(who, req) {
		return nil, errChatRate
	}
	if !b.Live() && s.readToTheEnd(req) {
		return nil, errChatEnded
	}
	page := s.read(b, req)
	return s.pageBody(b, req, s.disturbed(TargetChatList, page)), nil
}

// openChat finds the broadcast of a chat that exists and is enabled. The caller
// holds the lock.
func (s *Server) openChat(chat string) (Broadcast, refusal) {
	b, known := s.chatBroadcast(chat)
	switch {
	case !known:
		return b, errChatNotFound
	case b.ChatDisabled:
		return b, errChatDisabled
	}
	return b, nil
}

// readToTheEnd reports whether a chat has nothing left for its reader. The caller
// holds the lock.
func (s *Server) readToTheEnd(req chatRequest) bool {
	items := s.room(req.chat).items
	return req.token == nil || len(items) == 0 || req.token.Seq >= items[len(items)-1].Seq
}

// early reports whether a reader was to wait longer: by its token, and by its
// last call with the same one. The caller holds the lock.
func (s *Server) early(who caller, req chatRequest) bool {
	now, wait := s.now(), s.state.Settings.Polling
	reader := who.Channel + " " + req.chat + " " + req.text
	last, again := s.polled[reader]
	if req.token != nil && req.token.early(now) || again && now.Before(last.Add(wait)) {
		return true
	}
	if len(s.polled) > maxPolled {
		s.forgetPolls(now.Add(-wait))
	}
	s.polled[reader] = now
	return false
}

// maxPolled is how many calls are remembered until the old ones are dropped.
const maxPolled = 4096

func (s *Server) forgetPolls(before time.Time) {
	for reader, at := range s.polled {
		if at.Before(before) {
			delete(s.polled, reader)
		}
	}
}

// chatRead is what a page holds, and where the next one begins.
type chatRead struct {
	items  []*item
	last   int64
	before []*item // what its reader had already, newest last
}

// read reads what is new to a reader, or the history. The caller holds the lock.
func (s *Server) read(b Broadcast, req chatRequest) chatRead {
	room := s.room(b.ChatID)
	if req.token == nil {
		page := chatRead{items: room.history(req.most)}
		if n := len(room.items); n > 0 {
			page.last = room.items[n-1].Seq
		}
		return page
	}
	var page chatRead
	page.items, page.last = room.after(req.token.Seq, req.most, s.state.Settings.HideDeleted)
	known := slices.IndexFunc(room.items, func(i *item) bool { return i.Seq > req.token.Seq })
	if known < 0 {
		known = len(room.items)
	}
	page.before = room.items[max(0, known-repeated):known]
	return page
}

// repeated is how many items come again where delivery is disturbed.
const repeated = 5

// disturbed repeats or reorders what is delivered, where a fault says so. The
// caller holds the lock.
func (s *Server) disturbed(target string, page chatRead) chatRead {
	if len(page.items) == 0 {
		return page
	}
	switch kind, _ := s.faults.Take(target, kindDuplicate, kindReorder); kind {
	case kindDuplicate:
		page.items = slices.Concat(page.before, page.items, page.items)
	case kindReorder:
		page.items = slices.Clone(page.items)
		slices.Reverse(page.items)
	}
	return page
}

// pageBody is a page as the API shows it. The caller holds the lock.
func (s *Server) pageBody(b Broadcast, req chatRequest, page chatRead) map[string]any {
	s.wasRead(b.Channel)
	items := make([]any, 0, len(page.items))
	for _, i := range page.items {
		items = append(items, i.resource(req.asked))
	}
	wait := s.state.Settings.Polling
	next := pageToken{Chat: b.ChatID, Seq: page.last, Due: s.now().Add(wait).UnixMilli()}
	body := map[string]any{"kind": "youtube#liveChatMessageListResponse", "etag": etag(next.String()), "items": items,
		"nextPageToken": next.String(), "pollingIntervalMillis": wait.Milliseconds(),
		"pageInfo": map[string]int{"totalResults": len(items), "resultsPerPage": len(items)}}
	if !b.Live() {
		body["offlineAt"] = stamp(b.EndedAt)
	}
	if poll := s.room(b.ChatID).poll; poll != nil {
		body["activePollItem"] = poll.resource(req.asked)
	}
	return body
}
