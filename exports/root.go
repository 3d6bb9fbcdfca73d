package exports

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// root is one tree that documents are written to. It remembers what it wrote, so
// that unchanged documents are not written again.
type root struct {
	dir     string
	written map[string]writtenFile
}

// writtenFile is a file as this root left it.
type writtenFile struct {
	sum     string
	size    int64
	changed time.Time
}

func newRoot(dir string) *root { return &root{dir, map[string]writtenFile{}} }

// put makes the document's file hold its data. It writes only if it does not, so
// a file that somebody changed or removed is mended.
func (r *root) put(d Document, sum string) (wrote bool, err error) {
	done := r.putAll([]content{{d.File, d.Data, sum}})
	return done[0].wrote, done[0].err
}

// holds reports whether the file on disk has this content.
func (r *root) holds(file, path, sum string) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	if w, ok := r.written[file]; ok && w.size == info.Size() && w.changed.Equal(info.ModTime()) {
		return w.sum == sum
	}
	data, err := os.ReadFile(path)
	if err != nil || hash(data) != sum {
		return false
	}
	r.remember(file, path, sum)
	return true
}

func (r *root) remember(file, path, sum string) {
	info, err := os.Lstat(path)
	if err != nil {
		delete(r.written, file) // looked at again the next time
		return
	}
	r.written[file] = writtenFile{sum, info.Size(), info.ModTime()}
}

// remove deletes a document's file.
func (r *root) remove(file string) error {
	delete(r.written, file)
	err := os.Remove(filepath.Join(r.dir, filepath.FromSlash(file)))
	if err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("remove %s: %w", file, err)
	}
	return nil
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
