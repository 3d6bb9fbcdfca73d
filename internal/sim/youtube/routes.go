package youtube

import (
	"net/http"
	"slices"
	"strings"
)

// Handler serves logins, the Data API, live chats and uploads.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	s.routeUploads(mux)
	s.routeLogins(mux)
	s.routeLists(mux)
	s.routeChats(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { refuse(w, r, errNotFound) })
	return mux
}

func (s *Server) routeUploads(mux *http.ServeMux) {
	mux.HandleFunc("POST "+UploadPath, s.servePost)
	mux.HandleFunc("PUT "+UploadPath, s.serveSession)
	mux.HandleFunc("DELETE "+UploadPath, s.serveCancel)
}

func (s *Server) routeLogins(mux *http.ServeMux) {
	mux.HandleFunc("POST "+TokenPath, s.serveToken)
	mux.HandleFunc("GET "+TokenInfoPath, s.tokenInfo)
	mux.HandleFunc("POST "+TokenInfoPath, s.tokenInfo)
	for pattern, login := range map[string]struct {
		target string
		serve  http.HandlerFunc
	}{
		"GET " + AuthorizePath:  {TargetAuthorize, s.authorize},
		"POST " + AuthorizePath: {TargetAuthorize, s.authorize},
		"POST " + DevicePath:    {TargetDevice, s.beginDevice},
		"GET " + VerifyPath:     {TargetAuthorize, s.verifyDevice},
		"POST " + VerifyPath:    {TargetAuthorize, s.verifyDevice},
		"POST " + RevokePath:    {TargetRevoke, s.revoke},
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
			kind, _ := s.faults.Take(login.target)
			spoil(w, r, kind, login.serve)
		})
	}
}

// listing is a method that reads.
type listing struct {
	path   string
	method method
	serve  func(http.ResponseWriter, *http.Request, asking)
}

func (s *Server) routeLists(mux *http.ServeMux) {
	for _, l := range []listing{
		{"/channels", methodChannels, s.listChannels},
		{"/playlistItems", methodPlaylistItems, s.listPlaylistItems},
		{"/videos", methodVideos, s.listVideos},
		{"/search", methodSearch, s.search},
		{"/liveBroadcasts", methodBroadcasts, s.listBroadcasts},
	} {
		mux.HandleFunc("GET "+APIPath+l.path, func(w http.ResponseWriter, r *http.Request) {
			kind, strikes := "", false
			if l.asksWhatIsLive(r) {
				kind, strikes = s.faults.Take(TargetLive)
			}
			if !strikes {
				kind, _ = s.faults.Take(TargetList)
			}
			spoil(w, r, kind, func(w http.ResponseWriter, r *http.Request) {
				who, ok := s.admit(w, r, l.method)
				switch {
				case !ok:
				case !who.key && !who.may(ScopeReadOnly, ScopeManage, ScopeForceSSL):
					refuse(w, r, errScope)
				default:
					l.serve(w, r, asking{caller: who, stale: kind == kindStale, offline: kind == kindOffline})
				}
			})
		})
	}
}

// asksWhatIsLive reports whether a request is about broadcasts.
func (l listing) asksWhatIsLive(r *http.Request) bool {
	query := r.URL.Query()
	return l.method == methodBroadcasts || l.method == methodSearch && query.Get("eventType") != "" ||
		l.method == methodVideos && slices.Contains(splitIDs(query["part"]), "liveStreamingDetails")
}

func (s *Server) routeChats(mux *http.ServeMux) {
	for pattern, serve := range map[string]http.HandlerFunc{
		"GET /liveChat/messages":             s.listChat,
		"GET /liveChat/messages/stream":      s.streamChat,
		"POST /liveChat/messages":            s.insertChat,
		"DELETE /liveChat/messages":          s.moderating(methodDelete, s.deleteChat),
		"POST /liveChat/messages/transition": s.closePoll,
		"POST /liveChat/bans":                s.moderating(methodBan, s.insertBan),
		"DELETE /liveChat/bans":              s.moderating(methodUnban, s.deleteBan),
	} {
		verb, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(verb+" "+APIPath+path, serve)
	}
}
