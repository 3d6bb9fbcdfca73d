package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/pprof"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/logging"
	"github.com/streamsuites/streamsuites/internal/statedir"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/version"
)

// exporterCommand is the argument with which the program is an exporter.
const exporterCommand = "export-documents"

// exported is what the exporter says: after its first complete write, and at its
// end.
type exported struct {
	Took       time.Duration   `json:"took"`      // of the first complete write
	Peak       float64         `json:"peak"`      // megabytes that the process held at most
	Documents  int             `json:"documents"` // in the manifest
	Bytes      int64           `json:"bytes"`     // of them all
	Passes     []time.Duration `json:"passes"`    // over changed documents, since the first
	Heartbeats []time.Duration `json:"heartbeats"`
}

// export is the exporter's process. Its arguments are its name, the state
// directory, the address of the database, and optionally the file of a CPU profile.
// It writes everything once and then keeps the documents in step until its standard
// input ends.
func export(ctx context.Context, args []string) (err error) {
	if len(args) < 3 {
		return errors.New("the exporter needs a state directory and a database")
	}
	if len(args) > 3 && args[3] != "" {
		stop, err := profileTo(args[3])
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, stop()) }()
	}
	dir, err := statedir.Open(args[1])
	if err != nil {
		return err
	}
	loaded, _, err := config.Load(ctx, config.Options{StateDir: dir.String()})
	if err != nil {
		return err
	}
	w := &exporterWatch{out: json.NewEncoder(os.Stdout), looked: make(chan struct{})}
	began := time.Now()
	rows, err := store.Open(ctx, args[2])
	if err != nil {
		return err
	}
	defer rows.Close()
	e := exports.New(exports.Options{
		Source: rows, Settings: func() exports.Settings { return exports.SettingsFrom(loaded, version.Get()) },
		Writer: treesOf(dir), Observe: w.observe, Log: zerolog.New(os.Stderr).Level(zerolog.WarnLevel),
	})
	if err := e.Now(ctx); err != nil {
		return err
	}
	if err := w.tell(dir, time.Since(began)); err != nil {
		return err
	}
	w.reset()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	<-w.looked // at everything, as it does when it takes a tree over
	if err := w.tell(dir, 0); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		return err
	}
	return w.tell(dir, 0)
}

// treesOf are the trees that every runtime writes. Secrets are looked for in every
// document, as always.
func treesOf(dir statedir.Dir) exports.WriterOptions {
	secrets := &logging.Redactor{}
	secrets.Add("a-token-that-nobody-has", "another-token-that-nobody-has", "a-password-that-nobody-has")
	return exports.WriterOptions{
		Canonical: dir.Exports(), Mirrors: []string{dir.Mirror()}, Health: dir.MirrorsFile(), Redact: secrets.Bytes,
		Patience: time.Minute,
	}
}

func profileTo(path string) (stop func() error, err error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("open the profile: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(fmt.Errorf("profile the exporter: %w", err), f.Close())
	}
	return func() error { pprof.StopCPUProfile(); return f.Close() }, nil
}

// exporterWatch takes down how long passes take.
type exporterWatch struct {
	out *json.Encoder
	// looked is closed when the exporter that keeps documents in step has looked at
	// everything once.
	looked chan struct{}

	mu      sync.Mutex
	running bool
	said    exported
}

func (w *exporterWatch) observe(p exports.Pass) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p.Snapshot {
		w.said.Heartbeats = append(w.said.Heartbeats, p.Duration)
		if len(w.said.Heartbeats) == 1 && w.running {
			close(w.looked)
		}
	} else {
		w.said.Passes = append(w.said.Passes, p.Duration)
	}
}

func (w *exporterWatch) reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said, w.running = exported{}, true
}

// tell says how it went so far.
func (w *exporterWatch) tell(dir statedir.Dir, took time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said.Took, w.said.Peak = took, peakOf(os.Getpid())
	err := filepath.WalkDir(dir.Exports(), func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			w.said.Documents++
			w.said.Bytes += info.Size()
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("look at the documents: %w", err)
	}
	if err := w.out.Encode(w.said); err != nil {
		return fmt.Errorf("say how it went: %w", err)
	}
	return nil
}
