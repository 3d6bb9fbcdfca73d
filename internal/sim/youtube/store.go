package youtube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

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
