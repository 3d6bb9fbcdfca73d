package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/process"
	"github.com/streamsuites/streamsuites/internal/standalone/pgserver"
	"github.com/streamsuites/streamsuites/internal/statedir"
	"github.com/streamsuites/streamsuites/internal/store"
)

// exportWithin bounds the wait for one change to be exported.
const exportWithin = 30 * time.Second

// quiet is how long nothing changes before a change that is to be exported at once:
// longer than the least time between two writes, and than that between two
// snapshots.
const quiet = 1200 * time.Millisecond

// inFront is how many clips stand in clips.json and on each page, as configured by
// default.
const inFront = 500

// exportRig is a database with the rows of so many creators, and a process that
// exports them.
type exportRig struct {
	creators int
	dir      statedir.Dir
	url      string
	store    *store.Store
	child    *process.Child
	input    io.Closer
	from     *json.Decoder
}

// exportTurn is what one size gave.
type exportTurn struct {
	creators  int
	first     exported
	last      exported
	alone     []time.Duration // changes after a quiet time
	following []time.Duration // changes right after another one was exported
	paged     []time.Duration // changes of clips on pages, after a quiet time
	plain     time.Duration   // what a plain write of the same files takes
}

// measureExports fills a new database and measures the export of its rows.
func measureExports(ctx context.Context, b bench, server *pgserver.Server, creators, changes int) (t exportTurn, err error) {
	r := &exportRig{creators: creators}
	name := "export_" + strconv.Itoa(creators)
	if err := server.CreateDatabase(ctx, name); err != nil {
		return t, err
	}
	r.url = server.URL(name)
	if err := store.Migrate(ctx, r.url, b.log); err != nil {
		return t, err
	}
	if err := fillExports(ctx, r.url, creators); err != nil {
		return t, err
	}
	if r.store, err = store.Open(ctx, r.url); err != nil {
		return t, err
	}
	defer r.store.Close()
	if err := r.configure(b, name); err != nil {
		return t, err
	}
	if err := r.start(ctx, b); err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, r.child.Stop(context.WithoutCancel(ctx), 10*time.Second)) }()
	t.creators = creators
	if err := r.from.Decode(&t.first); err != nil {
		return t, fmt.Errorf("the exporter of %d creators did not write: %w", creators, err)
	}
	var ready exported
	if err := r.from.Decode(&ready); err != nil {
		return t, fmt.Errorf("the exporter of %d creators does not run: %w", creators, err)
	}
	if err := r.measureChanges(ctx, changes, &t); err != nil {
		return t, err
	}
	if err := r.input.Close(); err != nil {
		return t, fmt.Errorf("end the exporter: %w", err)
	}
	if err := r.from.Decode(&t.last); err != nil {
		return t, fmt.Errorf("the exporter of %d creators did not end: %w", creators, err)
	}
	t.plain, err = r.writeAgain()
	return t, err
}

// writeAgain writes the documents as they stand once more, to a folder each for both
// trees, one after the other and each flushed, and tells how long the writing takes.
func (r *exportRig) writeAgain() (took time.Duration, err error) {
	documents := os.DirFS(r.dir.Exports())
	for _, tree := range []string{"again", "again-copy"} {
		err = fs.WalkDir(documents, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fs.ReadFile(documents, path)
			if err != nil {
				return err
			}
			began := time.Now()
			to := filepath.Join(r.dir.String(), tree, filepath.FromSlash(path))
			err = errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), durable.WriteFile(to, data, 0o600))
			took += time.Since(began)
			return err
		})
		if err != nil {
			return took, fmt.Errorf("write the documents once more: %w", err)
		}
	}
	return took, nil
}

// configure writes the configuration of the creators.
func (r *exportRig) configure(b bench, name string) (err error) {
	if r.dir, err = statedir.Open(filepath.Join(b.dir, name)); err != nil {
		return err
	}
	if err := r.dir.Create(); err != nil {
		return err
	}
	if err := os.MkdirAll(r.dir.Config(), 0o700); err != nil {
		return fmt.Errorf("make the folder of the configuration: %w", err)
	}
	sample := config.Sample{}
	for i := range r.creators {
		sample.Creators = append(sample.Creators, config.SampleCreator{
			ID: exportCreator(i), DisplayName: exportCreatorName(i), TwitchChannel: fmt.Sprintf("bench%04d", i),
		})
	}
	if _, err := config.WriteSample(r.dir.Config(), sample); err != nil {
		return err
	}
	return nil
}

// start starts the exporter.
func (r *exportRig) start(ctx context.Context, b bench) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	input, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make a pipe to the exporter: %w", err)
	}
	read, output, err := os.Pipe()
	if err != nil {
		return errors.Join(fmt.Errorf("make a pipe from the exporter: %w", err), input.Close(), write.Close())
	}
	profile := ""
	if b.profile != "" {
		profile = fmt.Sprintf("%s.export%d", b.profile, r.creators)
	}
	r.child, err = process.Start(context.WithoutCancel(ctx), process.Spec{
		Name: "exporter", Path: self, Args: []string{exporterCommand, r.dir.String(), r.url, profile},
		Stdin: input, Stdout: output, Stderr: os.Stderr, Registry: b.children,
	})
	_, _ = input.Close(), output.Close()
	r.input, r.from = write, json.NewDecoder(read)
	return err
}

// measureChanges has clips change and waits until their documents tell.
func (r *exportRig) measureChanges(ctx context.Context, changes int, t *exportTurn) error {
	if err := pause(ctx, quiet); err != nil { // what the exporter does when it begins
		return err
	}
	newest := r.creators
	take := func() string { newest--; return exportClip(newest, clipsEach-1) }
	for range changes {
		if err := r.change(ctx, take(), exports.FileClips, &t.alone); err != nil {
			return err
		}
		if err := r.change(ctx, take(), exports.FileClips, &t.following); err != nil {
			return err
		}
		if err := pause(ctx, quiet); err != nil {
			return err
		}
	}
	// The newest clips of the first creators stand on the newest page, when there are
	// so many creators.
	pages := (r.creators*clipsEach - 1) / inFront
	for i := range min(changes, r.creators-inFront) {
		if err := r.change(ctx, exportClip(i, clipsEach-1), exports.ClipPage(pages), &t.paged); err != nil {
			return err
		}
		if err := pause(ctx, quiet); err != nil {
			return err
		}
	}
	return nil
}

// change has a clip encoded and waits until the document that tells of it, the job
// ledger and the manifest are on disk and agree.
func (r *exportRig) change(ctx context.Context, id, file string, took *[]time.Duration) error {
	before, err := r.hashes(file, exports.FileJobs)
	if err != nil {
		return err
	}
	if _, err := r.store.Transition(ctx, store.Transition{ClipID: id, Seq: 5, State: clip.Encoded, Result: &store.EncodeResult{
		OutputPath: "clips/output/" + id + ".mp4", Duration: 30 * time.Second, Bytes: 1e6, SHA256: "00",
	}}); err != nil {
		return err
	}
	began := time.Now()
	err = await(ctx, exportWithin, time.Millisecond, "the change of a clip is exported", func() (bool, error) {
		now, err := r.hashes(file, exports.FileJobs)
		return err == nil && now[0] != before[0] && now[1] != before[1], err
	})
	if err != nil {
		return err
	}
	*took = append(*took, time.Since(began))
	return r.check(file, id)
}

// hashes are those that the manifest tells of documents.
func (r *exportRig) hashes(files ...string) ([]string, error) {
	manifest, err := os.ReadFile(filepath.Join(r.dir.Exports(), exports.FileManifest))
	if err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	found := make([]string, len(files))
	for i, file := range files {
		_, entry, _ := bytes.Cut(manifest, []byte(`"file": "`+file+`"`))
		_, sum, _ := bytes.Cut(entry, []byte(`"sha256": "`))
		sum, _, _ = bytes.Cut(sum, []byte(`"`))
		found[i] = string(sum)
	}
	return found, nil
}

// check holds a document against the manifest, and looks for the clip in it.
func (r *exportRig) check(file, id string) error {
	sums, err := r.hashes(file)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(r.dir.Exports(), filepath.FromSlash(file)))
	if err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	sum := sha256.Sum256(data)
	_, row, _ := bytes.Cut(data, []byte(`"clip_id": "`+id+`"`))
	_, state, _ := bytes.Cut(row, []byte(`"state": "`))
	if hex.EncodeToString(sum[:]) != sums[0] || !bytes.HasPrefix(state, []byte(clip.Encoded)) {
		return fmt.Errorf("%s does not tell that clip %s is encoded, or the manifest has another one", file, id)
	}
	return nil
}
