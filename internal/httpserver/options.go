package httpserver

import (
	"context"
	"net/http"
	"time"

	"github.com/rs/zerolog"
)

// Options say what is served. Only Address is required; parts that are left out
// answer 404.
type Options struct {
	Address string // host:port; port 0 picks a free one

	ExportsDir string // folder of the exported documents
	// Documents says which file stands behind a name below the state root, and for
	// whom; nil shows none.
	Documents func(name string) (Document, bool)
	// Manifest is the name of the document that lists the others with their hashes,
	// by which /events sees that one changed; empty means there are no events.
	Manifest     string
	PublishedDir string // folder of <id>.mp4
	PicturesDir  string // folder of <id>.jpg

	// Recorded answers about recorded chat below /api/; nil answers nothing.
	Recorded RecordedChat

	// Token is the secret that opens the dashboard's documents; empty means that no
	// token does.
	Token string
	// TrustLoopback opens them to programs on this machine without a token. Never
	// switch it on behind a proxy on the same machine: it asks for everybody.
	TrustLoopback bool
	// ServeInternal lets the token open internal documents as well.
	ServeInternal bool

	// AllowOrigins are the web origins whose pages may read documents and clips;
	// "*" means all.
	AllowOrigins []string
	// AllowHosts are host names that requests may name besides those of the
	// loopback interface. Where the server listens elsewhere, every name is good
	// unless there are some here.
	AllowHosts []string

	Checks  []Check      // of /readyz
	Metrics http.Handler // of /metrics
	Clips   ClipLister   // for the start page
	// Chat follows the chat that /chat/ shows; nil shows none.
	Chat  ChatFollower
	Links []Link // for the start page
	About About

	// Redact takes secrets out of the text of errors; nil means none are known.
	Redact func(string) string
	Clock  func() time.Time // nil means time.Now
	Log    zerolog.Logger

	// The rest is the server's own where it is 0.
	headerTimeout  time.Duration // for reading the lines before the body
	requestTimeout time.Duration // for reading a request and writing a small answer
	lookInterval   time.Duration // between two looks for changed documents
}

// About is what the start page and /healthz say about the program.
type About struct{ Version, Build string }

// Check is one thing that has to work for the runtime to be ready.
type Check struct {
	Name    string
	Timeout time.Duration // 0 means 2 s
	Run     func(context.Context) error
}

// Link is an address that the start page shows.
type Link struct{ Name, URL string }

// Clip is a line of the start page.
type Clip struct {
	ID, Title, Creator, State, Reason string
	URL                               string // empty until published
	At                                time.Time
}

// ClipLister returns the newest clips, at most limit of them.
type ClipLister func(ctx context.Context, limit int) ([]Clip, error)
