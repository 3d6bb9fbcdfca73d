package exports

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/streamsuites/streamsuites/internal/durable"
)

const (
	// together is how many files are flushed before the first of them is seen: flushing
	// many at once takes hardly longer than one.
	together = 128
	// flushers is how many of them are flushed at the same time.
	flushers = 32
)

// content is what a file of a tree is to hold.
type content struct {
	file string
	data []byte
	sum  string
}

// outcome is what became of a content.
type outcome struct {
	wrote bool
	err   error
}

// putAll makes files hold their contents, one after the other as readers see it, and
// all of them on disk when it returns. It writes only those that do not.
func (r *root) putAll(files []content) []outcome {
	done := make([]outcome, len(files))
	for from := 0; from < len(files); from += together {
		to := min(from+together, len(files))
		r.putTogether(files[from:to], done[from:to])
	}
	return done
}

func (r *root) putTogether(files []content, done []outcome) {
	staged := r.stage(files, done)
	dirs := map[string]error{}
	for i, s := range staged {
		if s == nil {
			continue
		}
		path := r.path(files[i].file)
		if done[i].err = s.Publish(); done[i].err == nil {
			done[i].wrote = true
			dirs[filepath.Dir(path)] = nil
			r.remember(files[i].file, path, files[i].sum)
		}
	}
	for dir := range dirs {
		dirs[dir] = durable.FlushDir(dir)
	}
	for i := range files {
		if err := dirs[filepath.Dir(r.path(files[i].file))]; err != nil && done[i].wrote {
			done[i] = outcome{err: err}
			delete(r.written, files[i].file) // looked at again the next time
		}
	}
}

// stage flushes what has to be written beside the files that it will replace. There is
// nothing for files that hold their contents.
func (r *root) stage(files []content, done []outcome) []*durable.Staged {
	staged := make([]*durable.Staged, len(files))
	turn := make(chan struct{}, flushers)
	var all sync.WaitGroup
	for i, f := range files {
		path := r.path(f.file)
		if r.holds(f.file, path, f.sum) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			done[i].err = fmt.Errorf("make the folder of %s: %w", f.file, err)
			continue
		}
		turn <- struct{}{}
		all.Go(func() {
			staged[i], done[i].err = durable.Stage(path, f.data, 0o644)
			<-turn
		})
	}
	all.Wait()
	return staged
}

func (r *root) path(file string) string { return filepath.Join(r.dir, filepath.FromSlash(file)) }
