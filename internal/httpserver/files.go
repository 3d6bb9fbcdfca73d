package httpserver

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// maxDocument is the size of the largest document that is served, in bytes.
const maxDocument = 64 << 20

// documents serves /exports/….
type documents struct {
	root    *os.Root
	allowed func(string) bool
}

// ServeHTTP implements http.Handler.
func (d documents) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/exports/")
	if !fs.ValidPath(name) || !strings.HasSuffix(name, ".json") || !d.allowed(name) {
		writeJSON(w, http.StatusNotFound, problem{"not found"})
		return
	}
	data, changed, err := readRegular(d.root, name)
	if err != nil {
		writeJSON(w, http.StatusNotFound, problem{"not found"})
		return
	}
	sum := sha256.Sum256(data)
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-cache") // ask again each time; unchanged costs 304
	h.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	http.ServeContent(w, r, "", changed, bytes.NewReader(data))
}

// readRegular reads a file as a whole: it is replaced, never changed, so what is
// read at once is consistent.
func readRegular(root *os.Root, name string) ([]byte, time.Time, error) {
	f, info, err := openRegular(root, name)
	if err != nil {
		return nil, time.Time{}, err
	}
	defer f.Close()
	if info.Size() > maxDocument {
		return nil, time.Time{}, fmt.Errorf("%s is too large", name)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxDocument))
	return data, info.ModTime(), err
}

// openRegular opens a file that is neither a folder nor a pipe nor a link.
func openRegular(root *os.Root, name string) (*os.File, fs.FileInfo, error) {
	if info, err := root.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return nil, nil, fs.ErrNotExist
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, nil, fs.ErrNotExist
	}
	return f, info, nil
}

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
	http.ServeContent(&patient{w, http.NewResponseController(w), c.clock}, r, "", info.ModTime(), f)
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
