package httpserver

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"
)

const (
	// maxDocument is the size of the largest document that is served, in bytes.
	maxDocument = 64 << 20
	// maxKept is how many bytes of documents are kept at hand.
	maxKept = 64 << 20
)

// library reads documents, each once until its file is another one: however many
// ask for a document at once, it is in memory once.
type library struct {
	root *os.Root
	mu   sync.Mutex
	kept map[string]*page
	size int // bytes of what is kept
}

func newLibrary(root *os.Root) *library { return &library{root: root, kept: map[string]*page{}} }

// read returns a document as it is now.
func (l *library) read(name string) (*page, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	info, err := l.root.Lstat(name)
	old := l.kept[name]
	if err == nil && old != nil && old.isOf(info) {
		return old, nil
	}
	l.forget(name)
	data, info, err := readRegular(l.root, name)
	if err != nil {
		return nil, err
	}
	p := newPage(data, info)
	l.keep(name, p)
	return p, nil
}

func (l *library) keep(name string, p *page) {
	if l.size+len(p.data) > maxKept {
		l.kept, l.size = map[string]*page{}, 0
	}
	l.kept[name] = p
	l.size += len(p.data)
}

func (l *library) forget(name string) {
	if p := l.kept[name]; p != nil {
		l.size -= len(p.data)
		delete(l.kept, name)
	}
}

// readRegular reads a file as a whole: it is replaced, never changed, so what is
// read at once is consistent.
func readRegular(root *os.Root, name string) ([]byte, fs.FileInfo, error) {
	f, info, err := openRegular(root, name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	if info.Size() > maxDocument {
		return nil, nil, fmt.Errorf("%s is too large", name)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxDocument))
	return data, info, err
}

// openRegular opens a file that is neither a folder nor a pipe nor a link.
func openRegular(root *os.Root, name string) (*os.File, fs.FileInfo, error) {
	if info, err := root.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return nil, nil, fs.ErrNotExist
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, nil, fs.ErrNotExist
	}
	return f, info, nil
}

// isOf reports whether the page is what a file holds.
func (p *page) isOf(info fs.FileInfo) bool {
	return os.SameFile(p.info, info) && p.info.Size() == info.Size() && p.changed().Equal(info.ModTime())
}

func (p *page) changed() time.Time { return p.info.ModTime() }
