package youtube

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/keep"
)

const (
	// unit is what a piece of an upload must be a multiple of, the last one
	// excepted; only whole units are stored.
	unit = 256 << 10
	// sessionLife is how long an upload can be resumed.
	sessionLife = 7 * 24 * time.Hour
	// maxMedia is the largest video in bytes.
	maxMedia = 256 << 30
)

// sessionDocument is what is kept of an upload besides its bytes.
type sessionDocument struct {
	ID        string    `json:"id"` // part of the address, a secret
	Channel   string    `json:"channel"`
	CreatedAt time.Time `json:"created_at"`
	Total     int64     `json:"total"` // bytes, or unknown
	MediaType string    `json:"media_type"`
	Parts     []string  `json:"parts"`
	Video     metadata  `json:"video"`
	Ended     int       `json:"ended,omitempty"` // status of every further answer; 0 while it lives
}

// session is one upload, from its opening until it is forgotten.
type session struct {
	path string // of its files, without their endings

	mu       sync.Mutex
	document sessionDocument
	stored   int64  // bytes that count
	received int64  // bytes that are in the file; those above stored count when they fill a unit
	turn     int    // of the request that may write: the newest that brought bytes
	cut      func() // ends that request; nil when it has ended
	video    *Video // what has become of it, nil until it is complete
}

var (
	errSuperseded = errors.New("another request goes on with this upload")
	errGap        = errors.New("the bytes do not follow those that are stored")
)

// newSession opens an upload and keeps it.
func (s *Server) newSession(d sessionDocument) (*session, error) {
	id, err := s.newID(72)
	if err != nil {
		return nil, err
	}
	d.ID, d.CreatedAt = id, s.now()
	ses := &session{path: s.sessionPath(id), document: d}
	if err := ses.save(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.sessions[id] = ses
	s.mu.Unlock()
	s.forget()
	return ses, nil
}

// sessionPath is where the files of an upload lie; an id may differ from others
// in case alone.
func (s *Server) sessionPath(id string) string {
	sum := sha256.Sum256([]byte(id))
	return filepath.Join(s.uploadsDir, hex.EncodeToString(sum[:16]))
}

func (u *session) documentFile() string { return u.path + ".json" }
func (u *session) bytesFile() string    { return u.path + ".bytes" }
func (u *session) save() error          { return keep.Save(u.documentFile(), u.document) }

// session finds an upload that has not expired.
func (s *Server) session(id string) (*session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, ok := s.sessions[id]
	if !ok || !u.document.CreatedAt.Add(sessionLife).After(s.now()) {
		return nil, false
	}
	return u, true
}

// reopenSessions reads every upload in the folder. How much of one is stored
// follows from the length of its file.
func (s *Server) reopenSessions() error {
	made := map[string]*Video{}
	for _, v := range s.videos.Newest() {
		made[v.Session] = &v
	}
	documents, err := filepath.Glob(filepath.Join(s.uploadsDir, "*.json"))
	if err != nil {
		return fmt.Errorf("look for uploads: %w", err)
	}
	for _, file := range documents {
		u := &session{path: strings.TrimSuffix(file, ".json")}
		if _, err := keep.Load(file, &u.document); err != nil {
			return err
		}
		u.video = made[u.document.ID]
		if info, err := os.Stat(u.bytesFile()); err == nil {
			u.advance(info.Size())
		}
		s.sessions[u.document.ID] = u
	}
	s.forget()
	return nil
}

// advance counts what is in the file as far as it fills units or is everything.
// The caller holds the lock, or is the only one.
func (u *session) advance(received int64) {
	u.received = received
	whole := received / unit * unit
	if received == u.document.Total {
		whole = received
	}
	u.stored = max(u.stored, whole)
}

// claim lets a request write from that offset on and ends the one that did so
// before. It returns how many of its bytes are known already.
func (u *session) claim(from int64, cut func()) (turn int, known int64, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if from > u.stored {
		return 0, 0, errGap
	}
	if u.cut != nil {
		u.cut()
	}
	u.turn++
	u.cut, u.received = cut, u.stored
	return u.turn, u.stored - from, nil
}

// write stores bytes for the request whose turn it is.
func (u *session) write(turn int, file io.WriterAt, data []byte) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if turn != u.turn {
		return errSuperseded
	}
	if _, err := file.WriteAt(data, u.received); err != nil {
		return fmt.Errorf("store bytes: %w", err)
	}
	u.advance(u.received + int64(len(data)))
	return nil
}

// release ends a request's turn; what does not fill a unit is dropped.
func (u *session) release(turn int, file *os.File) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if turn != u.turn {
		return errSuperseded
	}
	u.cut = nil
	if u.received == u.stored {
		return nil
	}
	u.received = u.stored
	if err := file.Truncate(u.stored); err != nil {
		return fmt.Errorf("drop what does not fill a unit: %w", err)
	}
	return nil
}

// learn remembers the size of the whole once it is told; false for a size that
// contradicts what is known.
func (u *session) learn(total int64) (ok bool, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if total == unknown || total == u.document.Total {
		return true, nil
	}
	if u.document.Total != unknown || total < u.stored {
		return false, nil
	}
	u.document.Total = total
	if err := u.save(); err != nil {
		u.document.Total = unknown
		return false, err
	}
	return true, nil
}

// end makes every further request fail with that status, and drops the bytes.
func (u *session) end(status int) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.document.Ended = status
	if u.cut != nil {
		u.cut()
		u.cut = nil
	}
	u.turn++
	if err := u.save(); err != nil {
		return err
	}
	if u.video != nil {
		return nil // its bytes are the video's now
	}
	u.stored, u.received = 0, 0
	return removeFile(u.bytesFile())
}
