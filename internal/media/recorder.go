package media

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/backoff"
	"github.com/streamsuites/streamsuites/internal/diskspace"
	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/process"
)

// DefaultWindow is how much of a stream is kept.
const DefaultWindow = 300 * time.Second

// ErrSourceOver is what Resolve returns, or wraps, to say that the stream is
// over: the recorder then ends without an error.
var ErrSourceOver = errors.New("the stream is over")

// UnsupportedError says that a source cannot be recorded at all.
type UnsupportedError struct{ What string }

// Error implements error.
func (e *UnsupportedError) Error() string { return "the source cannot be recorded: " + e.What }

// RecorderConfig is what a Recorder needs. Resolve, Dir and Tools are required;
// everything else has a default.
type RecorderConfig struct {
	ID  string // "<creator>/<stream>", for logs
	Dir string // is created; one recorder at a time

	Window       time.Duration // DefaultWindow if 0
	MaxBandwidth int64         // bits per second of the variant to record at most; 0: the best
	StallAfter   time.Duration // without anything new the address is asked for again; 0: three target durations, at least 12 s

	// Resolve returns the source's address. It is asked again whenever the
	// address stops working; see ErrSourceOver.
	Resolve func(context.Context) (string, error)
	// Held returns the spans that pending clips need. Nothing that reaches into
	// one of them is deleted, nor anything recorded behind its start.
	Held func(context.Context) ([]Span, error)
	// OnProgress is called from Run's goroutine whenever something changed.
	OnProgress func(Progress)

	HTTPClient *http.Client
	Tools      Tools
	Registry   *process.Registry
	Clock      func() time.Time
	// Wait waits for d, or until ctx ends, and then returns the context's cause.
	Wait func(ctx context.Context, d time.Duration) error
	// Rand returns numbers in [0, 1), for the jitter of retries.
	Rand func() float64
	Log  zerolog.Logger
}

// States of a Recorder.
const (
	StateConnecting = "connecting"
	StateWaiting    = "waiting" // for an address
	StateRecording  = "recording"
	StateStalled    = "stalled"
	StateEnded      = "ended"
)

// Progress is where a recording stands.
type Progress struct {
	State                 string
	Oldest, Newest        time.Time // wall clock of the buffer
	Segments, Bytes, Gaps int64     // in the buffer
	Err                   string    // why it does not record, or what went wrong last; without addresses
}

// Recorder keeps the rolling buffer of one stream.
type Recorder struct {
	cfg   RecorderConfig
	sink  *sink
	state string
	err   string

	doubted    time.Time // start of the segment that was refused last
	doubts     int       // how often in a row it was
	privileged bool      // FFmpeg as another user could not get at the files
}

// NewRecorder checks the configuration.
func NewRecorder(cfg RecorderConfig) (*Recorder, error) {
	if cfg.Dir == "" || cfg.Resolve == nil {
		return nil, errors.New("a recorder needs a folder and somebody who knows the source's address")
	}
	if cfg.Window <= 0 {
		cfg.Window = DefaultWindow
	}
	if cfg.Held == nil {
		cfg.Held = func(context.Context) ([]Span, error) { return nil, nil }
	}
	if cfg.OnProgress == nil {
		cfg.OnProgress = func(Progress) {}
	}
	if cfg.HTTPClient == nil {
		cfg.HTTPClient = http.DefaultClient
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Wait == nil {
		cfg.Wait = backoff.Wait
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Float64
	}
	cfg.Log = cfg.Log.With().Str("capture", cfg.ID).Logger()
	return &Recorder{cfg: cfg}, nil
}

// Run records until ctx ends, whose cause it returns, or the source is over,
// when it returns nil. It continues what the folder holds already. It returns a
// *durable.LockedError if another recorder uses the folder, an *UnsupportedError
// for a source that can never be recorded, a *ToolError if FFmpeg is needed and
// missing, and an error of the folder if that cannot be used. Everything that
// may pass is retried for ever and told through OnProgress.
func (r *Recorder) Run(ctx context.Context) error {
	dir, err := filepath.Abs(r.cfg.Dir)
	if err != nil {
		return fmt.Errorf("find the folder of a recording: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("create the folder of a recording: %w", err)
	}
	lock, err := durable.TakeLock(filepath.Join(dir, lockFile))
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	defer lock.Release()
	j, err := openJournal(dir)
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	defer j.close()
	if n := j.ix.Damaged(); n > 0 {
		r.cfg.Log.Warn().Int("lines", n).Msg("the index of the recording was damaged; what could be read is kept")
	}
	r.sink = &sink{
		dir: dir, journal: j, pruner: pruner{journal: j, window: r.cfg.Window},
		held: r.cfg.Held, clock: r.cfg.Clock, create: createFile, room: diskspace.Look, log: r.cfg.Log,
	}
	return r.supervise(ctx)
}

// tell reports where the recording stands.
func (r *Recorder) tell(state string, err error) {
	text := ""
	if err != nil {
		text = redactText(err.Error())
	}
	if state != r.state || text != r.err {
		r.cfg.Log.Info().Str("state", state).Str("error", text).Msg("recording")
	}
	r.state, r.err = state, text
	p := Progress{State: state, Err: text}
	p.Oldest, p.Newest, p.Segments, p.Bytes, p.Gaps = r.sink.journal.ix.totals()
	r.cfg.OnProgress(p)
}
