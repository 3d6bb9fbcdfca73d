package httpserver

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
)

//go:embed start.html
var startHTML string

//go:embed start.css
var startCSS string

var startPage = template.Must(template.New("start").Parse(startHTML))

// clipsShown is how many clips the start page lists.
const clipsShown = 50

type startData struct {
	About About
	Style template.CSS
	Links []Link
	Clips []Clip
	Error string
}

// start answers with a page for people: what there is, and how the clips are.
func (s *Server) start(w http.ResponseWriter, r *http.Request) {
	data := startData{About: s.options.About, Style: template.CSS(startCSS), Links: s.links(s.access.reader(r))}
	if s.options.Clips != nil {
		clips, err := s.options.Clips(r.Context(), clipsShown)
		if err != nil {
			data.Error = s.options.Redact(err.Error())
		}
		data.Clips = clips[:min(len(clips), clipsShown)]
	}
	var page bytes.Buffer
	if err := startPage.Execute(&page, data); err != nil {
		writeJSON(w, http.StatusInternalServerError, problem{"the page could not be written"})
		return
	}
	style := sha256.Sum256([]byte(startCSS))
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-"+
		base64.StdEncoding.EncodeToString(style[:])+"'")
	_, _ = w.Write(page.Bytes()) // the client may be gone
}

// links are the given addresses and the server's own: the documents among them
// that the reader may see.
func (s *Server) links(who Audience) []Link {
	links := append([]Link{}, s.options.Links...)
	if s.options.ExportsDir != "" {
		for _, name := range []string{"runtime_snapshot.json", "clips.json", "jobs.json", "meta.json", "manifest.json"} {
			if document, found := s.canonical(name); found && document.openTo(who) {
				links = append(links, Link{"Export " + name, "/exports/" + name})
			}
		}
	}
	if s.chats != nil && who >= Dashboard {
		links = append(links, Link{"Chat of all platforms", "/chat/"})
	}
	links = append(links, Link{"Health", "/healthz"}, Link{"Readiness", "/readyz"})
	if s.options.Metrics != nil {
		links = append(links, Link{"Metrics", "/metrics"})
	}
	return links
}
