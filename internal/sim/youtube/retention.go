package youtube

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// forget drops what is too old or too much: uploads that expired, incomplete
// ones above their number, and the bytes of all but the newest videos.
func (s *Server) forget() {
	sessions, videos := s.known()
	keepBytes := map[string]bool{}
	for _, v := range videos[max(0, len(videos)-s.kept.Bytes):] {
		keepBytes[v.Session] = true
	}
	slices.SortFunc(sessions, func(a, b *session) int { return b.document.CreatedAt.Compare(a.document.CreatedAt) })
	open := 0
	for _, u := range sessions {
		u.mu.Lock()
		expired := !u.document.CreatedAt.Add(sessionLife).After(s.now())
		complete := u.video != nil
		if !complete {
			open++
		}
		gone := expired && u.cut == nil || !complete && open > s.kept.Open
		if gone {
			s.drop(u)
		}
		if (gone || complete) && !keepBytes[u.document.ID] {
			s.complain(removeFile(u.bytesFile()))
		}
		u.mu.Unlock()
	}
	s.sweepBytes(sessions, videos, keepBytes)
}

// known lists the uploads and the videos.
func (s *Server) known() ([]*session, []Video) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sessions := make([]*session, 0, len(s.sessions))
	for _, u := range s.sessions {
		sessions = append(sessions, u)
	}
	return sessions, s.videos.Newest()
}

// drop forgets an upload, but for its bytes. The caller holds its lock.
func (s *Server) drop(u *session) {
	if u.cut != nil {
		u.cut()
		u.cut = nil
	}
	u.turn++
	s.complain(removeFile(u.documentFile()))
	s.mu.Lock()
	delete(s.sessions, u.document.ID)
	s.mu.Unlock()
}

// sweepBytes drops the bytes of videos whose upload has expired since.
func (s *Server) sweepBytes(sessions []*session, videos []Video, keepBytes map[string]bool) {
	has := map[string]bool{}
	for _, u := range sessions {
		has[u.document.ID] = true
	}
	for _, v := range videos {
		if !keepBytes[v.Session] && !has[v.Session] {
			s.complain(removeFile(s.sessionPath(v.Session) + ".bytes"))
		}
	}
}

// complain logs what is no reason to refuse anything.
func (s *Server) complain(err error) {
	if err != nil {
		s.log.Warn().Err(err).Msg("the simulated YouTube could not clean up")
	}
}

func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget an upload: %w", err)
	}
	return nil
}
