package exports

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/durable"
)

// Channel is the notification channel that tells of changed rows.
const Channel = "streamsuites_export"

// Options say what an Exporter works with. The durations have the defaults that
// the export contract asks for.
type Options struct {
	Source   Source
	Settings func() Settings // asked for before every write
	// Progress tells how far jobs are that are being done, by clip; it may leave out
	// any of them. nil means that nobody knows.
	Progress func(ctx context.Context, clipIDs []string) map[string]JobProgress
	Writer   WriterOptions

	Debounce    time.Duration // least time between two writes of changed documents; 0 means 250 ms
	Heartbeat   time.Duration // between two snapshots when nothing happens; 0 means 10 s
	SnapshotGap time.Duration // least time between two snapshots; 0 means 1 s
	Refresh     time.Duration // between two complete writes without any notification; 0 means 5 min

	// Observe is told about every pass; nil means nobody wants to know.
	Observe func(Pass)
	Clock   func() time.Time // nil means time.Now
	Log     zerolog.Logger
}

// Pass is one look at the rows and what it wrote.
type Pass struct {
	Snapshot   bool // the snapshot, or the other documents
	Duration   time.Duration
	Written    int
	Generation int64
	Err        error
}

// Exporter keeps the exported documents in step with the rows. Several may run
// for one tree, in one process or more: a lock beside the tree lets one of them
// write while the others stand by.
type Exporter struct {
	options   Options
	mu        sync.Mutex // guards what follows, and every use of the writer
	collector *collector
	writer    *Writer       // nil while the tree is not locked by Run
	complete  time.Time     // when everything was written last
	took      time.Duration // how long that took without heartbeats and live documents
}

// New returns an Exporter.
func New(o Options) *Exporter {
	o.Debounce = orDuration(o.Debounce, 250*time.Millisecond)
	o.Heartbeat = orDuration(o.Heartbeat, 10*time.Second)
	o.SnapshotGap = orDuration(o.SnapshotGap, time.Second)
	o.Refresh = orDuration(o.Refresh, 5*time.Minute)
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Observe == nil {
		o.Observe = func(Pass) {}
	}
	o.Writer.Clock, o.Writer.Log = o.Clock, o.Log
	return &Exporter{options: o, collector: newCollector(o)}
}

func newCollector(o Options) *collector {
	return &collector{source: o.Source, settings: o.Settings, progress: o.Progress, clock: o.Clock}
}

// Once writes everything that changed, now. It does nothing when another process
// writes this tree: that one does it.
func (e *Exporter) Once(ctx context.Context) error {
	return e.locked(func(w *Writer) error {
		return errors.Join(e.writeDocuments(ctx, w, changes{complete: true}), e.writeSnapshot(ctx, w, false))
	})
}

// CatchUp is Once, unless Run writes this tree here and wrote everything so lately
// that looking at every row again would take more than a little of a processor: Run
// hears of changes, so there is hardly ever anything to catch up with.
func (e *Exporter) CatchUp(ctx context.Context) error {
	return e.locked(func(w *Writer) error {
		if e.writer != nil && e.options.Clock().Sub(e.complete) < catchUpShare*(e.took+e.collector.liveTook) {
			return nil
		}
		return errors.Join(e.writeComplete(ctx, w), e.writeSnapshot(ctx, w, false))
	})
}

// catchUpShare is how many times as long as a complete write the time between two that
// CatchUp does is at least: with a thousand creators only Run itself writes everything.
const catchUpShare = 5000

// writeComplete writes all documents but heartbeats.
func (e *Exporter) writeComplete(ctx context.Context, w *Writer) error {
	began := e.options.Clock()
	err := e.writeDocuments(ctx, w, changes{complete: true})
	if err == nil {
		e.complete = e.options.Clock()
		e.took = e.complete.Sub(began)
	}
	return err
}

// Now is Once, but for the error when another process writes this tree: a
// *durable.LockedError then.
func (e *Exporter) Now(ctx context.Context) error {
	return e.exclusively(func(w *Writer) error {
		return errors.Join(e.writeDocuments(ctx, w, changes{complete: true}), e.writeSnapshot(ctx, w, false))
	})
}

// Final writes everything a last time, with a snapshot in which nothing is active
// any more. Call it after Run has returned, with a context that still lives. It
// does nothing when another process goes on writing this tree.
func (e *Exporter) Final(ctx context.Context) error {
	return e.locked(func(w *Writer) error {
		return errors.Join(e.writeDocuments(ctx, w, changes{complete: true}), e.writeSnapshot(ctx, w, true))
	})
}

// locked runs fn as exclusively does, or not at all when somebody else has the
// tree.
func (e *Exporter) locked(fn func(*Writer) error) error {
	err := e.exclusively(fn)
	var held *durable.LockedError
	if errors.As(err, &held) {
		return nil
	}
	return err
}

// exclusively runs fn with Run's writer, or else with one of its own as long as
// nobody else has the tree.
func (e *Exporter) exclusively(fn func(*Writer) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.writer != nil {
		return fn(e.writer)
	}
	writer, release, err := e.openWriter()
	if err != nil {
		return err
	}
	defer release()
	return fn(writer)
}

// openWriter locks the tree and opens it. The error is a *durable.LockedError
// when somebody else writes it.
func (e *Exporter) openWriter() (w *Writer, release func(), err error) {
	w, err = OpenWriter(e.options.Writer)
	if err != nil {
		return nil, nil, err
	}
	lock, err := durable.TakeLock(filepath.Clean(e.options.Writer.Canonical) + ".lock")
	if err != nil {
		return nil, nil, err
	}
	release = func() {
		w.Close()
		if err := lock.Release(); err != nil {
			e.options.Log.Warn().Err(err).Msg("The lock on the exports could not be released")
		}
	}
	// Only now does nobody else change the manifest.
	if err := w.readManifest(); err != nil {
		release()
		return nil, nil, err
	}
	if err := w.Sweep(); err != nil {
		e.options.Log.Warn().Err(err).Msg("Half-written exports of an earlier run could not be removed")
	}
	if err := w.Mend(); err != nil {
		e.options.Log.Warn().Err(err).Msg("The exports' manifest could not be brought in line with what a killed writer left")
	}
	return w, release, nil
}

// writeDocuments writes the documents that tell of the changed rows, but no
// heartbeats.
func (e *Exporter) writeDocuments(ctx context.Context, w *Writer, told changes) error {
	start := e.options.Clock()
	docs, owned, err := e.collector.look(ctx, told)
	var report Report
	if err == nil {
		report, err = w.writeOwned(docs, owned)
	}
	e.options.Observe(Pass{false, e.options.Clock().Sub(start), len(report.Written), report.Generation, err})
	return err
}

// writeSnapshot writes the heartbeats and, after them, the documents that nobody
// is notified of: what goes wrong with these holds no heartbeat up.
func (e *Exporter) writeSnapshot(ctx context.Context, w *Writer, final bool) error {
	start := e.options.Clock()
	pass := Pass{Snapshot: true}
	put := func(docs []Document, err error) error {
		if err == nil && len(docs) > 0 {
			var report Report
			report, err = w.Write(docs)
			pass.Written, pass.Generation = pass.Written+len(report.Written), report.Generation
		}
		pass.Err = errors.Join(pass.Err, err)
		return err
	}
	e.collector.together(func() {
		_ = put(e.collector.heartbeat(ctx, final)) // kept in pass
		e.collector.keepLive(ctx, final, put)
	})
	pass.Duration = e.options.Clock().Sub(start)
	e.options.Observe(pass)
	return pass.Err
}

func orDuration(d, fallback time.Duration) time.Duration {
	if d <= 0 {
		return fallback
	}
	return d
}
