package httpserver

import (
	"net/http"
	"os"
)

// routes are what is served, and which of it pages from elsewhere may read.
type routes struct {
	mux    *http.ServeMux
	share  func(http.Handler) http.Handler
	shared map[string]bool // by pattern
}

func (r *routes) toOrigins(pattern string, h http.Handler) {
	r.mux.Handle(pattern, r.share(h))
	r.shared[pattern] = true
}

// handler puts the routes together.
func (s *Server) handler() (http.Handler, error) {
	r := &routes{http.NewServeMux(), sharedWith(s.options.AllowOrigins), map[string]bool{}}
	exports, err := s.openRoot(s.options.ExportsDir)
	if err != nil {
		return nil, err
	}
	published, err := s.openRoot(s.options.PublishedDir)
	if err != nil {
		return nil, err
	}
	pictures, err := s.openRoot(s.options.PicturesDir)
	if err != nil {
		return nil, err
	}
	if exports != nil && s.options.Documents != nil {
		s.documentRoutes(r, exports)
	}
	if s.options.Recorded != nil {
		s.recordedRoutes(r)
	}
	if published != nil {
		r.toOrigins("/clips/", clips{published, pictures, s.options.Clock})
	}
	if s.options.Chat != nil {
		s.chats = newChatHub(s.options.Chat)
		r.mux.HandleFunc("/chat/{$}", s.chatPage)
		r.toOrigins("/chat/live", chatLive{s.chats, s.access, s.options.Clock})
	}
	r.mux.HandleFunc("/healthz", s.healthy)
	r.mux.Handle("/readyz", newReadiness(s.options))
	if s.options.Metrics != nil {
		r.mux.Handle("/metrics", s.options.Metrics)
	}
	r.mux.HandleFunc("/{$}", s.start)
	return readOnly(plainErrors(r)), nil
}

// documentRoutes serves the documents where their readers look for them: at their
// own address, below the site's state root, where they have further names, and,
// for the newer dashboards, below runtime/exports and as version.json of the site.
func (s *Server) documentRoutes(r *routes, folder *os.Root) {
	d := documents{library: newLibrary(folder), access: s.access, manifest: s.options.Manifest}
	for _, at := range []struct {
		pattern, prefix string
		names           func(string) (Document, bool)
	}{
		{"/exports/", "/exports/", s.canonical},
		{"/runtime/exports/", "/runtime/exports/", s.canonical},
		{"/shared/state/", "/shared/state/", s.served},
		{"/version.json", "/", s.canonical},
	} {
		d.prefix, d.names = at.prefix, at.names
		r.toOrigins(at.pattern, d)
	}
	if s.options.Manifest != "" {
		s.hub = newHub(s.options.Manifest, d.library, s.canonical)
		r.toOrigins("/events", events{s.hub, s.access, s.options.Clock})
	}
}

// lookFailed passes on why changes cannot be told. It may fail twice a second, as
// it does until the first documents are written.
func (s *Server) lookFailed(err error) {
	s.options.Log.Debug().Err(err).Msg("Changed documents cannot be told of just now")
}
