package httpserver

import (
	"io/fs"
	"net/http"
	"strings"
)

// documents serves the exported documents below an address.
type documents struct {
	prefix  string
	names   func(string) (Document, bool)
	library *library
	access  access
	// manifest is the document of which everybody gets the part about documents
	// that they may see.
	manifest string
}

// ServeHTTP implements http.Handler. What nobody may read is not found, whether it
// is there or not.
func (d documents) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	document, found := d.names(strings.TrimPrefix(r.URL.Path, d.prefix))
	if !found {
		writeJSON(w, http.StatusNotFound, problem{"not found"})
		return
	}
	who := d.access.reader(r)
	if !document.openTo(who) {
		refuse(w, r)
		return
	}
	page, err := d.read(document, who)
	if err != nil {
		writeJSON(w, http.StatusNotFound, problem{"not found"})
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache") // ask again each time; unchanged costs 304
	if document.Audience > Anyone || document.File == d.manifest {
		h.Set("Cache-Control", "private, no-cache")
		h.Add("Vary", "Authorization")
	}
	page.serve(w, r)
}

func (d documents) read(document Document, who Audience) (*page, error) {
	page, err := d.library.read(document.File)
	if err != nil || document.File != d.manifest {
		return page, err
	}
	return onlySeen(page, func(file string) bool {
		named, found := d.names(file)
		return found && named.openTo(who)
	})
}

// served looks a name up among the documents that this server has for anybody.
func (s *Server) served(name string) (Document, bool) {
	if s.options.Documents == nil || !fs.ValidPath(name) || !strings.HasSuffix(name, ".json") {
		return Document{}, false
	}
	document, known := s.options.Documents(name)
	return document, known && document.openTo(s.access.highest())
}

// canonical is served for documents' own names only.
func (s *Server) canonical(name string) (Document, bool) {
	document, found := s.served(name)
	return document, found && document.File == name
}
