package youtube

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
	"github.com/streamsuites/streamsuites/internal/sim/keep"
)

// Paths below the server's address.
const (
	TokenPath  = "/token"
	APIPath    = "/youtube/v3"
	UploadPath = "/upload/youtube/v3/videos"
)

// Options of a server.
type Options struct {
	Dir    string // the server's own folder; created if missing
	Seed   Seed
	Limits Limits
	Faults *faults.Switches
	// Processing is from a complete upload to the end of its processing, in a
	// new folder: Set changes it. 0 for half a second.
	Processing time.Duration
	Kept       Kept
	Clock      func() time.Time // nil for the machine's
	Random     io.Reader        // of ids, tokens and addresses, safe for concurrent use; nil for crypto/rand
	Log        zerolog.Logger
}

// Kept is how much is kept. Zero fields take the usual.
type Kept struct {
	Videos int // newest videos that are known: 2,000
	Bytes  int // newest videos of which the bytes are kept, too: 50
	Open   int // newest uploads that are not complete: 200
}

func (k Kept) filled() Kept {
	for value, usual := range map[*int]int{&k.Videos: 2000, &k.Bytes: 50, &k.Open: 200} {
		if *value == 0 {
			*value = usual
		}
	}
	return k
}

// Server is the simulated platform. Its methods are safe for concurrent use.
type Server struct {
	seed       Seed
	limits     map[bucket]int
	kept       Kept
	faults     *faults.Switches
	now        func() time.Time
	random     io.Reader
	log        zerolog.Logger
	statePath  string
	uploadsDir string
	turned     *signal

	mu       sync.Mutex // guards what is below; taken after a session's own
	state    state
	sessions map[string]*session // by upload id
	videos   *keep.Journal[Video]
}

// InvalidError is something that cannot be done in this world: who asked is
// wrong, not the simulator.
type InvalidError struct{ What, Found, Allowed string }

// Error names what was found and what is allowed.
func (e *InvalidError) Error() string {
	return fmt.Sprintf("%s %q: allowed are %s", e.What, e.Found, e.Allowed)
}

// Open reads what the folder remembers of this world, or begins it.
func Open(o Options) (*Server, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Processing == 0 {
		o.Processing = 500 * time.Millisecond
	}
	if o.Seed.TokenLife == 0 {
		o.Seed.TokenLife = time.Hour
	}
	s := &Server{seed: o.Seed, limits: o.Limits.filled(), kept: o.Kept.filled(), faults: o.Faults, now: o.Clock, random: o.Random, log: o.Log,
		statePath: filepath.Join(o.Dir, "state.json"), uploadsDir: filepath.Join(o.Dir, "uploads"),
		turned: newSignal(), sessions: map[string]*session{}, state: state{Settings: Settings{Processing: o.Processing}}}
	if err := os.MkdirAll(s.uploadsDir, 0o700); err != nil {
		return nil, fmt.Errorf("open simulated YouTube: %w", err)
	}
	if _, err := keep.Load(s.statePath, &s.state); err != nil {
		return nil, err
	}
	var err error
	if s.videos, err = keep.OpenJournal[Video](filepath.Join(o.Dir, "videos.jsonl"), s.kept.Videos); err != nil {
		return nil, err
	}
	if err := s.reopenSessions(); err != nil {
		_ = s.videos.Close()
		return nil, err
	}
	return s, nil
}

// Close closes the journal; nothing is lost without it.
func (s *Server) Close() error { return s.videos.Close() }

// Handler serves the token endpoint, the Data API and uploads.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+TokenPath, s.serveToken)
	mux.HandleFunc("POST "+UploadPath, s.servePost)
	mux.HandleFunc("PUT "+UploadPath, s.serveSession)
	mux.HandleFunc("DELETE "+UploadPath, s.serveCancel)
	for path, list := range map[string]struct {
		method method
		serve  func(http.ResponseWriter, *http.Request, asking)
	}{
		"/channels":      {methodChannels, s.listChannels},
		"/playlistItems": {methodPlaylistItems, s.listPlaylistItems},
		"/videos":        {methodVideos, s.listVideos},
		"/search":        {methodSearch, s.search},
	} {
		mux.HandleFunc("GET "+APIPath+path, func(w http.ResponseWriter, r *http.Request) {
			kind, _ := s.faults.Take(TargetList)
			spoil(w, r, kind, func(w http.ResponseWriter, r *http.Request) {
				if who, ok := s.admit(w, r, list.method); ok {
					list.serve(w, r, asking{Account: who, stale: kind == kindStale})
				}
			})
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { errNotFound.write(w) })
	return mux
}

// admit checks whose a request is and takes its cost; it has answered if it
// returns false.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, m method) (Account, bool) {
	who, ok := s.bearer(r)
	if !ok {
		refuse(w, r, errUnauthenticated)
		return Account{}, false
	}
	allowed, err := s.charge(m)
	if err != nil {
		s.broken(w, r, err)
		return Account{}, false
	}
	if !allowed {
		refuse(w, r, errQuota)
		return Account{}, false
	}
	return who, true
}

// broken answers where the simulator itself has failed.
func (s *Server) broken(w http.ResponseWriter, r *http.Request, err error) {
	s.log.Error().Err(err).Msg("the simulated YouTube could not keep its state")
	refuse(w, r, errInternal)
}

// newID makes an id of so many random bytes, in letters that need no escaping.
func (s *Server) newID(size int) (string, error) {
	id := make([]byte, size)
	if _, err := io.ReadFull(s.random, id); err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(id), nil
}
