package youtube

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
)

// servePost serves the POSTs of the upload address: they open an upload, bring
// a whole video, or are the pieces of Google's own clients.
func (s *Server) servePost(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if query.Get("upload_id") != "" {
		s.serveSession(w, r)
		return
	}
	kind, _ := s.faults.Take(TargetInit)
	switch query.Get("uploadType") {
	case "resumable":
		if kind == kindMalformed {
			s.openWithoutLocation(w, r)
			return
		}
		spoil(w, r, kind, s.open)
	case "multipart":
		spoil(w, r, kind, s.insertWhole)
	default:
		refuse(w, r, badParameter("invalidParameter", "Invalid value for uploadType: allowed are resumable and multipart.", "uploadType"))
	}
}

// uploader finds out who may upload; it has answered if it returns false.
func (s *Server) uploader(w http.ResponseWriter, r *http.Request) (caller, bool) {
	who, ok := s.admit(w, r, methodInsert)
	switch {
	case !ok:
		return who, false
	case who.key:
		refuse(w, r, errUnauthenticated)
		return who, false
	case !who.may(ScopeUpload, ScopeManage, ScopeForceSSL):
		refuse(w, r, errScope)
		return who, false
	case who.Channel == "":
		refuse(w, r, errSignup)
		return who, false
	}
	return who, true
}

// open begins a resumable upload.
func (s *Server) open(w http.ResponseWriter, r *http.Request) {
	who, ok := s.uploader(w, r)
	if !ok {
		return
	}
	d := sessionDocument{Channel: who.Channel, Total: unknown, MediaType: r.Header.Get("X-Upload-Content-Type")}
	refused := d.describe(r.URL.Query()["part"], r.Header.Get("X-Upload-Content-Length"), r.Body)
	if refused != nil {
		refuse(w, r, refused)
		return
	}
	u, err := s.newSession(d)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	w.Header().Set("Location", location(r, u.document.ID))
	w.Header().Set("X-GUploader-UploadID", u.document.ID)
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
}

// openWithoutLocation opens an upload of which nobody learns the address.
func (s *Server) openWithoutLocation(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	s.open(answer, r)
	answer.Header().Del("Location")
	lose(w, r, "", answer)
}

// location is the address of an upload, under the host that was called.
func location(r *http.Request, id string) string {
	query := r.URL.Query()
	query.Set("upload_id", id)
	return (&url.URL{Scheme: "http", Host: r.Host, Path: UploadPath, RawQuery: query.Encode()}).String()
}

// describe fills in what an insert says of its video.
func (d *sessionDocument) describe(asked []string, length string, body io.Reader) (refused refusal) {
	if d.Parts, refused = splitParts(asked); refused != nil {
		return refused
	}
	if d.MediaType != "" && !acceptable(d.MediaType) {
		return errBadContent
	}
	if length != "" {
		total, err := strconv.ParseUint(length, 10, 62)
		if err != nil {
			return badParameter("invalidParameter", "Invalid X-Upload-Content-Length.", "X-Upload-Content-Length")
		}
		d.Total = int64(total)
	}
	if d.Total > maxMedia {
		return errTooLarge
	}
	if d.Total == 0 {
		return errMediaBody
	}
	d.Video, refused = readMetadata(body, d.Parts)
	return refused
}

func acceptable(mediaType string) bool {
	name, _, err := mime.ParseMediaType(mediaType)
	return err == nil && (name == "application/octet-stream" || strings.HasPrefix(name, "video/"))
}

// insertWhole takes a video and what is said of it in one request, the way in
// which Google's clients send what is small.
func (s *Server) insertWhole(w http.ResponseWriter, r *http.Request) {
	who, ok := s.uploader(w, r)
	if !ok {
		return
	}
	kind, options, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/related" || options["boundary"] == "" {
		refuse(w, r, errParse)
		return
	}
	related := multipart.NewReader(r.Body, options["boundary"])
	said, err := related.NextRawPart()
	if err != nil {
		refuse(w, r, errParse)
		return
	}
	d := sessionDocument{Channel: who.Channel, Total: unknown}
	if refused := d.describe(r.URL.Query()["part"], "", said); refused != nil {
		refuse(w, r, refused)
		return
	}
	media, err := related.NextRawPart()
	if err != nil {
		refuse(w, r, errMediaBody)
		return
	}
	if d.MediaType = media.Header.Get("Content-Type"); !acceptable(d.MediaType) {
		refuse(w, r, errBadContent)
		return
	}
	s.storeWhole(w, r, d, media)
}

// storeWhole keeps the bytes as a complete upload and makes a video of it.
func (s *Server) storeWhole(w http.ResponseWriter, r *http.Request, d sessionDocument, media io.Reader) {
	u, err := s.newSession(d)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	size, err := u.fill(media)
	var broken *os.PathError
	switch {
	case errors.As(err, &broken):
		s.broken(w, r, err)
	case err != nil: // the request broke off
		s.complain(u.end(http.StatusNotFound))
		refuse(w, r, errParse)
	case size == 0:
		s.complain(u.end(http.StatusNotFound))
		refuse(w, r, errMediaBody)
	default:
		s.finish(w, r, u)
	}
}

// fill writes everything that an upload will ever have. Nobody else knows its
// address.
func (u *session) fill(media io.Reader) (int64, error) {
	file, err := os.OpenFile(u.bytesFile(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }()
	size, err := io.Copy(file, media)
	if err != nil {
		return size, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.document.Total = size
	u.advance(size)
	return size, u.save()
}
