package youtube

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
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
	// Polling is what readers of a chat must wait between two calls, in a new
	// folder: Set changes it. 0 for 5 s.
	Polling time.Duration
	Costs   map[string]int // of methods in units, where they differ from the usual: "liveChatMessages.list"
	// Read is called when somebody reads the chat of a channel, by its id; nil for
	// nothing. It must not block nor call the server.
	Read   func(channel string)
	Kept   Kept
	Clock  func() time.Time // nil for the machine's
	Random io.Reader        // of ids, tokens and addresses, safe for concurrent use; nil for crypto/rand
	Log    zerolog.Logger
}

// Kept is how much is kept. Zero fields take the usual.
type Kept struct {
	Videos int // newest videos that are known: 2,000
	Bytes  int // newest videos of which the bytes are kept, too: 50
	Open   int // newest uploads that are not complete: 200

	Messages int // newest items of each chat: 5,000; after a restart four times as many of all chats
}

func (k Kept) filled() Kept {
	for value, usual := range map[*int]int{&k.Videos: 2000, &k.Bytes: 50, &k.Open: 200, &k.Messages: 5000} {
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
	meterPath  string
	uploadsDir string
	turned     *signal
	costs      map[string]int // of methods that cost something else here
	streams    atomic.Int64   // that were opened
	wasRead    func(channel string)

	mu       sync.Mutex // guards what is below; taken after a session's own
	state    state
	meter    meter
	sessions map[string]*session // by upload id
	videos   *keep.Journal[Video]
	chat     *keep.Journal[*item]
	lastSeq  int64                // number of the newest item
	rooms    map[string]*room     // by chat id
	polled   map[string]time.Time // when a reader asked last, by who, what and which token
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
	if o.Polling == 0 {
		o.Polling = 5 * time.Second
	}
	if o.Read == nil {
		o.Read = func(string) {}
	}
	if o.Processing == 0 {
		o.Processing = 500 * time.Millisecond
	}
	if o.Seed.TokenLife == 0 {
		o.Seed.TokenLife = time.Hour
	}
	s := &Server{seed: o.Seed, limits: o.Limits.filled(), kept: o.Kept.filled(), faults: o.Faults, now: o.Clock, random: o.Random, log: o.Log,
		statePath: filepath.Join(o.Dir, "state.json"), meterPath: filepath.Join(o.Dir, "quota.json"), uploadsDir: filepath.Join(o.Dir, "uploads"),
		turned: newSignal(), sessions: map[string]*session{}, costs: o.Costs, wasRead: o.Read,
		rooms: map[string]*room{}, polled: map[string]time.Time{},
		state: state{Settings: Settings{Processing: o.Processing, Polling: o.Polling, StreamBeat: 15 * time.Second, StreamLife: 5 * time.Minute}}}
	if err := os.MkdirAll(s.uploadsDir, 0o700); err != nil {
		return nil, fmt.Errorf("open simulated YouTube: %w", err)
	}
	for path, value := range map[string]any{s.statePath: &s.state, s.meterPath: &s.meter} {
		if _, err := keep.Load(path, value); err != nil {
			return nil, err
		}
	}
	var err error
	if s.videos, err = keep.OpenJournal[Video](filepath.Join(o.Dir, "videos.jsonl"), s.kept.Videos); err != nil {
		return nil, err
	}
	if s.chat, err = keep.OpenJournal[*item](filepath.Join(o.Dir, "chat.jsonl"), 4*s.kept.Messages); err != nil {
		return nil, errors.Join(err, s.videos.Close())
	}
	s.reopenChats()
	if err := errors.Join(s.reopenSessions(), s.beginWorld()); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close closes the journals; nothing is lost without it.
func (s *Server) Close() error { return errors.Join(s.videos.Close(), s.chat.Close()) }

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
