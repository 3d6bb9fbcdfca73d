package exports

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	"github.com/streamsuites/streamsuites/internal/durable"
)

// Part is a further place for some of the documents: a tree that older readers
// look into, or a file that a web site expects elsewhere.
type Part struct {
	Dir string
	// Names returns what a document is called there, relative to Dir; none when it
	// does not belong there.
	Names func(file string) []string
	// Local parts are on this machine like the canonical tree, so that they hold
	// internal documents too.
	Local bool
}

// mirror is a copy of the tree, or a part of it. A goroutine that lives as long
// as there is something to write writes it, so that a file system that fails or
// hangs holds up nobody but its own copy.
type mirror struct {
	root  *root
	part  *Part // nil: the whole tree, and its manifest
	spare func(*root) error
	// settled is told how a run ended, or that one goes on for too long. It is
	// called under mu, so that the last word is the true one.
	settled func(dir string, err error)

	mu      sync.Mutex
	waiting []change      // what the copy lacks, the oldest first
	at      string        // what is being written
	done    chan struct{} // closed when the run ends; nil while there is none
	late    bool          // somebody waited for this run in vain
	closed  bool          // the tree is somebody else's now
}

// change is one file that a copy lacks, has too much or has half.
type change struct {
	name string
	data []byte
	sum  string
	act  act
	err  error // why it was not made
}

type act int

const (
	put    act = iota
	remove     // the name is a document that is no more
	sweep      // the name is a folder with what a killed writer left
	seal       // the manifest, which comes only when everything else is there
)

// errNoAnswer says that a copy's file system takes longer than anybody waits.
var errNoAnswer = errors.New("the file system does not answer")

// errApart keeps a manifest back from a copy that lacks one of its documents.
var errApart = errors.New("the copy is not complete")

// names are those under which a document stands in this copy.
func (m *mirror) names(d Document) []string {
	switch {
	case d.Visibility == InternalOnly && (m.part == nil || !m.part.Local):
		return nil
	case m.part != nil:
		return m.part.Names(d.File)
	}
	return append([]string{d.File}, d.Also...)
}

// queue has a change made in the next run. It takes the place of an older one of
// that name.
func (m *mirror) queue(c change) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waiting = slices.DeleteFunc(m.waiting, func(old change) bool { return old.name == c.name })
	m.waiting = append(m.waiting, c)
}

// start makes what waits be written, and returns a channel that is closed when it
// is; nil when nothing has to be waited for: nothing waits, or the run is known
// to hang.
func (m *mirror) start() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done == nil && len(m.waiting) > 0 && !m.closed {
		m.done = make(chan struct{})
		go m.run()
	}
	if m.late {
		return nil
	}
	return m.done
}

// overdue notes that somebody waited for the run in vain, unless it has ended.
func (m *mirror) overdue() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done != nil && !m.late {
		m.late = true
		m.settled(m.root.dir, fmt.Errorf("%w: writing %s", errNoAnswer, m.at))
	}
}

// close ends the run after the files that it is at, and returns a channel that is
// closed then; nil when there is no run, or it is known to hang.
func (m *mirror) close() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed, m.waiting = true, nil
	if m.late {
		return nil
	}
	return m.done
}

// run writes until nothing waits that has not been tried. What failed waits for
// the next run.
func (m *mirror) run() {
	var failed []change
	for {
		batch, more := m.take(failed)
		if !more {
			return
		}
		room := m.spare(m.root)
		for len(batch) > 0 {
			n := atOnce(batch)
			if m.reach(batch[0].name) { // else closed: the next take ends the run
				m.makeAll(batch[:n], room, len(failed) == 0)
				failed = stillFailed(failed, batch[:n])
			}
			batch = batch[n:]
		}
	}
}

// atOnce is how many changes at the beginning of a batch are made together: files
// that are put, and anything else by itself.
func atOnce(batch []change) int {
	n := slices.IndexFunc(batch, func(c change) bool { return c.act != put })
	if n < 0 {
		n = len(batch)
	}
	return max(1, min(n, together))
}

// stillFailed adds the changes that were not made to those that were not before, and
// takes out what has been made since.
func stillFailed(failed, made []change) []change {
	for _, c := range made {
		failed = slices.DeleteFunc(failed, func(old change) bool { return old.name == c.name })
		if c.err != nil && c.act != sweep {
			failed = append(failed, c)
		}
	}
	return failed
}

// take returns what waits. When nothing does, it ends the run, leaving what
// failed to the next one.
func (m *mirror) take(failed []change) (batch []change, more bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.waiting) > 0 {
		batch, m.waiting = m.waiting, nil
		return batch, true
	}
	var err error
	if len(failed) > 0 {
		err = failed[0].err
	}
	if !m.closed {
		m.waiting = failed
		m.settled(m.root.dir, err)
	}
	close(m.done)
	m.done, m.late, m.at = nil, false, ""
	return nil, false
}

// reach notes what is being written, and reports whether it still may be.
func (m *mirror) reach(name string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = name
	return !m.closed
}

// makeAll makes changes that can be made together, or none of them when there is no
// room. whole says that every change before them was made.
func (m *mirror) makeAll(changes []change, room error, whole bool) {
	if room != nil || changes[0].act != put {
		for i := range changes {
			if changes[i].err = room; room == nil {
				changes[i].err = m.make(changes[i], whole)
			}
		}
		return
	}
	files := make([]content, len(changes))
	for i, c := range changes {
		files[i] = content{c.name, c.data, c.sum}
	}
	for i, done := range m.root.putAll(files) {
		changes[i].err = done.err
	}
}

// make makes one change. whole says that every change before it was made.
func (m *mirror) make(c change, whole bool) error {
	switch c.act {
	case remove:
		return m.root.remove(c.name)
	case sweep:
		return durable.SweepTemporary(filepath.Join(m.root.dir, filepath.FromSlash(c.name)))
	case seal:
		if !whole {
			return errApart
		}
	}
	_, err := m.root.put(Document{File: c.name, Data: c.data}, c.sum)
	return err
}
