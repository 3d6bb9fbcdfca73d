package youtube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"
)

// serveSession serves an upload's own address: pieces and questions about how
// many bytes are stored.
func (s *Server) serveSession(w http.ResponseWriter, r *http.Request) {
	u, ok := s.knownSession(w, r)
	if !ok {
		return
	}
	span, refused := spanOf(r)
	if refused != nil {
		refuse(w, r, refused)
		return
	}
	ok, err := u.learn(span.total)
	switch {
	case err != nil:
		s.broken(w, r, err)
	case !ok:
		refuse(w, r, errPlain{http.StatusBadRequest, "Invalid request.  The size of the upload does not match the one that was declared before."})
	case span.query:
		s.serveStatus(w, r, u)
	default:
		s.servePiece(w, r, u, span)
	}
}

// knownSession finds the upload of a request; it has answered if it returns
// false. The address itself is the permission; a token that comes along must be
// valid all the same.
func (s *Server) knownSession(w http.ResponseWriter, r *http.Request) (*session, bool) {
	if r.Header.Get("Authorization") != "" {
		if _, ok := s.bearer(r); !ok {
			refuse(w, r, errUnauthenticated)
			return nil, false
		}
	}
	u, ok := s.session(r.URL.Query().Get("upload_id"))
	if !ok {
		refuse(w, r, errNotFound)
		return nil, false
	}
	if ended := u.ended(); ended != nil {
		refuse(w, r, ended)
		return nil, false
	}
	return u, true
}

// statusCancelled is what an upload answers that was cancelled.
const statusCancelled = 499

// ended is the answer of an upload that lives no more, nil if it does.
func (u *session) ended() refusal {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch u.document.Ended {
	case 0:
		return nil
	case http.StatusGone:
		return errGone
	case statusCancelled:
		return errPlain{statusCancelled, "The upload was cancelled."}
	default:
		return errNotFound
	}
}

// serveCancel forgets an upload that its owner does not want any more.
func (s *Server) serveCancel(w http.ResponseWriter, r *http.Request) {
	u, ok := s.knownSession(w, r)
	if !ok {
		return
	}
	if err := u.end(statusCancelled); err != nil {
		s.broken(w, r, err)
		return
	}
	w.WriteHeader(statusCancelled)
}

// spanOf reads what a request brings. One without a Content-Range brings the
// whole video.
func spanOf(r *http.Request) (contentRange, refusal) {
	header := r.Header.Get("Content-Range")
	if header == "" {
		switch {
		case r.ContentLength < 0:
			return contentRange{}, errPlain{http.StatusLengthRequired, "Length Required"}
		case r.ContentLength == 0:
			return contentRange{query: true, total: unknown}, nil
		}
		return contentRange{last: r.ContentLength - 1, total: r.ContentLength}, nil
	}
	span, err := parseContentRange(header)
	if err != nil {
		return span, errPlain{http.StatusBadRequest, "Failed to parse Content-Range header."}
	}
	if r.ContentLength >= 0 && r.ContentLength != span.length() {
		return span, errPlain{http.StatusBadRequest, fmt.Sprintf("Invalid request.  There were %d byte(s) in the request body.  There should have been %d byte(s) according to the Content-Range header.",
			r.ContentLength, span.length())}
	}
	if span.total > maxMedia || span.last >= maxMedia {
		return span, errTooLarge
	}
	return span, nil
}

// serveStatus tells how much is stored, or what has become of it.
func (s *Server) serveStatus(w http.ResponseWriter, r *http.Request, u *session) {
	kind, _ := s.faults.Take(TargetStatus)
	if s.loses(w, r, u, kind) {
		return
	}
	spoil(w, r, kind, func(w http.ResponseWriter, r *http.Request) {
		if u.full() {
			s.finish(w, r, u)
			return
		}
		u.incomplete(w, r)
	})
}

// loses forgets the upload if the fault says so, and answers then.
func (s *Server) loses(w http.ResponseWriter, r *http.Request, u *session, kind string) bool {
	answer, status := errNotFound, http.StatusNotFound
	switch kind {
	case kindLostSession:
	case kindGone:
		answer, status = errGone, http.StatusGone
	default:
		return false
	}
	if err := u.end(status); err != nil {
		s.broken(w, r, err)
		return true
	}
	refuse(w, r, answer)
	return true
}

// full reports whether every byte is stored.
func (u *session) full() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.video != nil || u.document.Total > 0 && u.stored == u.document.Total
}

// incomplete tells how much is stored: with 308, or in the dialect of Google's
// own clients, for which 308 means something else.
func (u *session) incomplete(w http.ResponseWriter, r *http.Request) {
	u.mu.Lock()
	stored := u.stored
	u.mu.Unlock()
	if stored > 0 {
		w.Header().Set("Range", "bytes=0-"+strconv.FormatInt(stored-1, 10))
	}
	resume(w, r)
}

func resume(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", "0")
	if r.Header.Get("X-GUploader-No-308") == "yes" {
		w.Header().Set("X-Http-Status-Code-Override", "308")
		w.WriteHeader(http.StatusOK)
		return
	}
	w.WriteHeader(http.StatusPermanentRedirect)
}

// servePiece stores what a request brings, and makes the video of the last
// piece.
func (s *Server) servePiece(w http.ResponseWriter, r *http.Request, u *session, span contentRange) {
	if u.complete() { // its last piece again, or one before
		_, _ = io.Copy(io.Discard, r.Body)
		s.finish(w, r, u)
		return
	}
	kind, _ := s.faults.Take(TargetUpload)
	if kind == "" && span.final() {
		kind, _ = s.faults.Take(TargetFinish, kindPartial)
	}
	if s.loses(w, r, u, kind) {
		return
	}
	switch kind {
	case kindPartial:
		if s.store(w, r, u, span, span.length()/2) {
			_, _ = io.Copy(io.Discard, r.Body)
			u.incomplete(w, r)
		}
	case kindClose:
		if s.store(w, r, u, span, span.length()/2) {
			panic(http.ErrAbortHandler)
		}
	case kindMalformed:
		if s.store(w, r, u, span, span.length()) {
			w.Header().Set("Range", "bytes=0-many")
			resume(w, r)
		}
	default:
		spoil(w, r, kind, func(w http.ResponseWriter, r *http.Request) {
			switch {
			case !s.store(w, r, u, span, span.length()):
			case u.full():
				s.finish(w, r, u)
			default:
				u.incomplete(w, r)
			}
		})
	}
}

// store reads up to so many bytes of a piece; it has answered if it returns
// false. A piece that begins below what is stored repeats; one that begins above
// leaves a gap and is refused.
func (s *Server) store(w http.ResponseWriter, r *http.Request, u *session, span contentRange, most int64) bool {
	control := http.NewResponseController(w)
	turn, repeated, err := u.claim(span.first, func() { _ = control.SetReadDeadline(time.Unix(1, 0)) })
	if errors.Is(err, errGap) {
		refuse(w, r, errPlain{http.StatusServiceUnavailable, fmt.Sprintf("Invalid request.  According to the Content-Range header, the upload offset is %d byte(s), which exceeds already uploaded size of %d byte(s).",
			span.first, u.count())})
		return false
	}
	file, err := os.OpenFile(u.bytesFile(), os.O_WRONLY|os.O_CREATE, 0o600)
	if err == nil {
		defer func() { _ = file.Close() }()
		err = s.copyPiece(r, u, turn, file, min(repeated, most), most)
		if released := u.release(turn, file); err == nil {
			err = released
		}
	}
	var broken *os.PathError
	if errors.As(err, &broken) {
		s.broken(w, r, err)
		return false
	}
	if err != nil { // the client is gone, or another request goes on
		panic(http.ErrAbortHandler)
	}
	return true
}

func (u *session) complete() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.video != nil
}

func (u *session) count() int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.stored
}

// copyPiece stores most bytes of the body, without the first ones that are
// stored already, at the pace that is set.
func (s *Server) copyPiece(r *http.Request, u *session, turn int, file io.WriterAt, repeated, most int64) error {
	if _, err := io.CopyN(io.Discard, r.Body, repeated); err != nil {
		return err
	}
	buffer := make([]byte, 64<<10)
	for left := most - repeated; left > 0; {
		n, err := io.ReadFull(r.Body, buffer[:min(left, s.slice())])
		if n > 0 {
			if err := u.write(turn, file, buffer[:n]); err != nil {
				return err
			}
			left -= int64(n)
			if err := s.pause(r.Context(), n); err != nil {
				return err
			}
		}
		if err != nil {
			return fmt.Errorf("read a piece: %w", err)
		}
	}
	return nil
}

// slice is how much is read at once: an eighth of a second's worth.
func (s *Server) slice() int64 {
	rate := s.Settings().BytesPerSecond
	if rate == 0 {
		return 64 << 10
	}
	return min(max(rate/8, 1), 64<<10)
}

// pause waits for as long as so many bytes take, or until the pace changes.
func (s *Server) pause(ctx context.Context, n int) error {
	changed := s.turned.changed()
	rate := s.Settings().BytesPerSecond
	if rate == 0 {
		return nil
	}
	// In floats: a byte a second of a large piece would overflow.
	timer := time.NewTimer(time.Duration(float64(n) / float64(rate) * float64(time.Second)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
