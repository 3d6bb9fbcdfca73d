package exports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/diskspace"
	"github.com/streamsuites/streamsuites/internal/durable"
)

// WriterOptions say where documents go.
type WriterOptions struct {
	// Canonical is the authoritative tree, runtime/exports.
	Canonical string
	// Mirrors are written after it, each failing alone: shared/state first, then
	// the published copies.
	Mirrors []string
	// Parts are further places for some of the documents; they fail alone too.
	Parts []Part
	// Past is the moment that the documents tell of; zero for the present. A tree that
	// holds the present is never made one of the past.
	Past time.Time
	// Patience is how long a write waits for the mirrors when all else is done; 0
	// means two seconds. A mirror that takes longer goes on by itself.
	Patience time.Duration
	// Health is a file that tells how the mirrors are, see ReadMirrors; "" for none.
	Health string
	// Redact removes secrets from the text of a document; nil means none are
	// known. It is the last line: builders take nothing secret in.
	Redact func([]byte) []byte
	// Room tells how much room a folder's disk has; nil asks the file system.
	Room  func(folder string) (diskspace.Room, error)
	Clock func() time.Time // nil means time.Now
	Log   zerolog.Logger
}

// Writer puts documents into the trees. It is not safe for concurrent use, and
// only one process at a time may write to a tree: see Exporter.
type Writer struct {
	options   WriterOptions
	canonical *root
	mirrors   []*mirror
	health    *health
	manifest  Manifest
}

// ErrPresent says that a tree holds the documents of the present, which those of a
// past moment must not take the place of.
var ErrPresent = errors.New("the documents of the present are there: give a folder of its own")

// Report says what a write did.
type Report struct {
	Written    []string // files that were written to the canonical tree
	Removed    []string
	Generation int64
}

// OpenWriter prepares the trees. Only the canonical one has to be writable.
func OpenWriter(o WriterOptions) (*Writer, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Room == nil {
		o.Room = diskspace.Look
	}
	o.Patience = orDuration(o.Patience, 2*time.Second)
	w := &Writer{options: o, canonical: newRoot(o.Canonical)}
	w.health = &health{file: o.Health, clock: o.Clock, log: o.Log, states: map[string]MirrorState{}}
	w.mirrors = w.newMirrors()
	if err := os.MkdirAll(o.Canonical, 0o755); err != nil {
		return nil, fmt.Errorf("make the export folder: %w", err)
	}
	if err := w.readManifest(); err != nil {
		return nil, err
	}
	if !o.Past.IsZero() && len(w.manifest.Documents) > 0 && w.manifest.At == nil {
		return nil, fmt.Errorf("write %s: %w", o.Canonical, ErrPresent)
	}
	w.manifest.At = orNull(o.Past)
	return w, nil
}

// Sweep removes what a killed writer left half written. Nobody else may be
// writing to the trees.
func (w *Writer) Sweep() error {
	var failed []error
	for _, dir := range w.folders() {
		dir = filepath.Join(w.canonical.dir, filepath.FromSlash(dir))
		if err := durable.SweepTemporary(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, fmt.Errorf("sweep %s: %w", dir, err))
		}
	}
	w.sweepCopies()
	w.settle()
	return errors.Join(failed...)
}

// readManifest takes up the generation where the last run left it.
func (w *Writer) readManifest() error {
	data, err := os.ReadFile(filepath.Join(w.options.Canonical, FileManifest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the manifest: %w", err)
	}
	if w.manifest, err = parseManifest(data); err != nil {
		// Readers rely on generations that only grow: the clock is ahead of any
		// count.
		w.manifest = Manifest{Generation: w.options.Clock().Unix()}
		w.options.Log.Warn().Err(err).Int64("generation", w.manifest.Generation).Msg("The exports' manifest was unreadable and is made anew")
	}
	return nil
}

// Write writes the documents that changed, the canonical tree first and then the
// mirrors, and the manifest last. A document that fails does not hold up the
// others; the error joins what failed in the canonical tree. Mirrors that fail or
// hang are logged only.
func (w *Writer) Write(docs []Document) (Report, error) {
	return w.write(docs, nil)
}

// WriteSet is Write for a complete set of documents: files that an earlier write
// left are removed when they are neither in docs nor among the others, which are
// written by themselves.
func (w *Writer) WriteSet(docs []Document, others ...string) (Report, error) {
	var stale []string
	for _, e := range w.manifest.Documents {
		inSet := slices.ContainsFunc(docs, func(d Document) bool { return d.File == e.File })
		if !inSet && !slices.Contains(others, e.File) {
			stale = append(stale, e.File)
		}
	}
	return w.write(docs, stale)
}

// writeOwned is Write, but for files that an earlier write left: those that are owned
// and not in docs are removed.
func (w *Writer) writeOwned(docs []Document, owned func(file string) bool) (Report, error) {
	present := make(map[string]bool, len(docs))
	for _, d := range docs {
		present[d.File] = true
	}
	var stale []string
	for _, e := range w.manifest.Documents {
		if !present[e.File] && owned(e.File) {
			stale = append(stale, e.File)
		}
	}
	return w.write(docs, stale)
}

func (w *Writer) write(docs []Document, stale []string) (Report, error) {
	var report Report
	var failed []error
	grown := false
	docs, contents, refused := w.contents(docs)
	failed = append(failed, refused...)
	for i, done := range w.canonical.putAll(contents) {
		d, sum := docs[i], contents[i].sum
		if done.err != nil {
			failed = append(failed, fmt.Errorf("export %s: %w", d.File, done.err))
			continue // what is not in the canonical tree is in no mirror
		}
		if done.wrote {
			report.Written = append(report.Written, d.File)
		}
		w.copyOut(d, sum)
		if w.manifest.put(ManifestEntry{d.File, d.Visibility, d.Heartbeat, int64(len(d.Data)), sum}) {
			grown = true
		}
	}
	for _, file := range stale {
		if err := w.canonical.remove(file); err != nil {
			failed = append(failed, err)
			continue
		}
		w.removeCopies(file)
		report.Removed = append(report.Removed, file)
		if w.manifest.remove(file) {
			grown = true
		}
	}
	if grown {
		w.manifest.Generation++
	}
	report.Generation = w.manifest.Generation
	if err := errors.Join(w.writeManifest(), w.copyManifest()); err != nil {
		failed = append(failed, err)
	}
	w.settle()
	return report, errors.Join(failed...)
}

// contents are the documents without secrets, and what their files are to hold; those
// that must never be written are left out, and told.
func (w *Writer) contents(docs []Document) (fit []Document, contents []content, refused []error) {
	for _, d := range docs {
		d, err := w.checked(d)
		if err != nil {
			refused = append(refused, err)
			continue
		}
		fit, contents = append(fit, d), append(contents, content{d.File, d.Data, hash(d.Data)})
	}
	return fit, contents, refused
}

// checked refuses what must never be written, and takes secrets out.
func (w *Writer) checked(d Document) (Document, error) {
	if !fs.ValidPath(d.File) || d.File == "." || d.File == FileManifest || strings.Contains(d.File, `\`) {
		return d, fmt.Errorf("export %q: not a document's name", d.File)
	}
	if w.options.Redact == nil {
		return d, nil
	}
	clean := w.options.Redact(d.Data)
	same := bytes.Equal(clean, d.Data) // as nearly always
	if d.Data = clean; !same && !json.Valid(d.Data) {
		return d, fmt.Errorf("export %s: a secret stood where it cannot be taken out", d.File)
	}
	return d, nil
}

func (w *Writer) writeManifest() error {
	data, err := encode(FileManifest, w.manifest.complete())
	if err != nil {
		return err
	}
	if _, err := w.canonical.put(Document{File: FileManifest, Data: data}, hash(data)); err != nil {
		return fmt.Errorf("export %s: %w", FileManifest, err)
	}
	return nil
}
