package exports

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"

	"github.com/streamsuites/streamsuites/internal/diskspace"
)

// newMirrors prepares the copies; a folder that is named twice is written once.
func (w *Writer) newMirrors() []*mirror {
	o := w.options
	add := func(all []*mirror, dir string, part *Part) []*mirror {
		return append(all, &mirror{root: newRoot(dir), part: part, spare: w.spare, settled: w.health.note})
	}
	var all []*mirror
	seen := map[string]bool{filepath.Clean(o.Canonical): true}
	for _, dir := range o.Mirrors {
		if clean := filepath.Clean(dir); !seen[clean] {
			seen[clean] = true
			all = add(all, clean, nil)
		}
	}
	for _, p := range o.Parts {
		all = add(all, filepath.Clean(p.Dir), &p)
	}
	return all
}

// copyOut has a document written to the mirrors.
func (w *Writer) copyOut(d Document, sum string) {
	for _, m := range w.mirrors {
		for _, name := range m.names(d) {
			m.queue(change{name: name, data: d.Data, sum: sum})
		}
	}
}

// copyManifest has the manifest written to the whole copies, as the last file and
// without what they do not hold.
func (w *Writer) copyManifest() error {
	data, err := encode(FileManifest, w.manifest.published())
	if err != nil {
		return err
	}
	for _, m := range w.mirrors {
		if m.part == nil {
			m.queue(change{name: FileManifest, data: data, sum: hash(data), act: seal})
		}
	}
	return nil
}

// removeCopies has a document that is no more removed from the mirrors.
func (w *Writer) removeCopies(file string) {
	d := Document{File: file, Visibility: Public} // wherever it stood
	if k, known := kindOf(file); known {
		d.Also = k.also
	}
	for _, m := range w.mirrors {
		for _, name := range m.names(d) {
			m.queue(change{name: name, act: remove})
		}
	}
}

// sweepCopies has what a killed writer left removed from the copies that are
// nobody's but the runtime's.
func (w *Writer) sweepCopies() {
	for _, m := range w.mirrors {
		if m.part != nil && !m.part.Local {
			continue
		}
		for _, dir := range w.folders() {
			m.queue(change{name: dir, act: sweep})
		}
	}
}

// folders are those in which documents stand, relative to a root.
func (w *Writer) folders() []string {
	found := folders()
	for _, e := range w.manifest.Documents {
		found = append(found, path.Dir(e.File))
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// settle starts what waits for the mirrors and waits for it, but not for ever:
// what takes longer goes on by itself, and is not waited for again until it ended.
func (w *Writer) settle() {
	running := make([]<-chan struct{}, len(w.mirrors))
	for i, m := range w.mirrors {
		running[i] = m.start()
	}
	w.await(running, (*mirror).overdue)
	w.health.save()
}

// await waits for runs of the mirrors, nil for those that are not waited for, and
// calls late for those that take longer than anybody waits.
func (w *Writer) await(running []<-chan struct{}, late func(*mirror)) {
	patience, cancel := context.WithTimeout(context.Background(), w.options.Patience)
	defer cancel()
	for i, m := range w.mirrors {
		if running[i] == nil {
			continue
		}
		select {
		case <-running[i]:
		case <-patience.Done():
			late(m) // unless it has just ended
		}
	}
}

// Close gives the mirrors up: what they still lack, the next writer writes. It waits for
// the files that they are at, so that these do not come on top of the next writer's, but
// not for ever. Use nothing of the Writer afterwards.
func (w *Writer) Close() {
	running := make([]<-chan struct{}, len(w.mirrors))
	for i, m := range w.mirrors {
		running[i] = m.close()
	}
	w.await(running, func(*mirror) {})
}

// errNoRoomToSpare says that a copy gives way to what needs the disk more.
var errNoRoomToSpare = errors.New("the disk is nearly full, and a copy can wait")

// spare tells whether there is room for a copy of what is in the canonical tree.
func (w *Writer) spare(m *root) error {
	room, err := w.options.Room(m.dir)
	if err != nil || room.Allows(0, diskspace.BeforeCopies) {
		return nil // a folder that is not there yet has no room either
	}
	return fmt.Errorf("%w: %s", errNoRoomToSpare, room)
}
