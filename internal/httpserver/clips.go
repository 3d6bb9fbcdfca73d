package httpserver

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// clips serves /clips/<id>.mp4 and the picture beside it.
type clips struct {
	published, pictures *os.Root
	clock               func() time.Time
}

// ServeHTTP implements http.Handler.
func (c clips) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, ending, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/clips/"), ".")
	f, info, err := c.open(id, ending)
	if err != nil {
		writeJSON(w, http.StatusNotFound, problem{"not found"})
		return
	}
	defer f.Close()
	h := w.Header()
	h.Set("Content-Type", map[string]string{"mp4": "video/mp4", "jpg": "image/jpeg"}[ending])
	h.Set("Cache-Control", "public, max-age=3600") // a published file is never changed
	h.Set("ETag", fmt.Sprintf(`"%x-%x"`, info.Size(), info.ModTime().UnixNano()))
	http.ServeContent(&patient{w, http.NewResponseController(w), c.clock}, fewRanges(r), "", info.ModTime(), f)
}

// open opens the file of a published clip. Pictures of other clips are not shown.
func (c clips) open(id, ending string) (*os.File, fs.FileInfo, error) {
	if !clip.ValidID(id) {
		return nil, nil, fs.ErrNotExist
	}
	switch ending {
	case "mp4":
		return openRegular(c.published, id+".mp4")
	case "jpg":
		film, _, err := openRegular(c.published, id+".mp4")
		if err != nil || c.pictures == nil {
			return nil, nil, fs.ErrNotExist
		}
		film.Close()
		return openRegular(c.pictures, id+".jpg")
	}
	return nil, nil, fs.ErrNotExist
}

// patient is an answer that may take long as a whole, as long as every part of it
// gets through in time.
type patient struct {
	http.ResponseWriter
	controller *http.ResponseController
	clock      func() time.Time
}

// Write implements io.Writer.
func (p *patient) Write(data []byte) (int, error) {
	// Not every ResponseWriter has deadlines; then the server's own holds.
	_ = p.controller.SetWriteDeadline(p.clock().Add(requestTimeout))
	return p.ResponseWriter.Write(data)
}
