package media

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/durable"
)

// compactAfter is how many lines are appended before the index is rewritten
// without what has expired.
const compactAfter = 2048

// journal is the writing side of an Index: it keeps memory and file alike.
//
// Nothing is flushed to the device line by line. A killed process loses nothing
// by that, since the kernel has the bytes; after a power failure the sizes of
// segments are compared with the index and what does not fit is dropped. A flush
// for every segment would stall the commits of the database beside it.
type journal struct {
	ix       *Index
	file     *os.File
	size     int64 // of whole lines; a torn one behind it is overwritten
	appended int
}

// openJournal opens or begins the index in dir, drops segments whose files are
// gone or have another size, and removes files that no line names. Only the
// holder of the folder's lock may call it.
func openJournal(dir string) (*journal, error) {
	ix, err := OpenIndex(dir)
	if notRecorded(err) {
		ix, err = &Index{dir: dir}, nil
	}
	if err != nil {
		return nil, err
	}
	ix.dropLost()
	j := &journal{ix: ix}
	err = j.compact()
	if durable.DiskFull(err) {
		err = j.resume()
	}
	if err != nil {
		return nil, err
	}
	if err := ix.sweep(); err != nil {
		return nil, errors.Join(err, j.close())
	}
	return j, nil
}

// dropLost removes segments from memory whose files do not hold what the index
// says.
func (ix *Index) dropLost() {
	kept := ix.segments[:0]
	for _, s := range ix.segments {
		info, err := os.Stat(filepath.Join(ix.dir, s.File))
		whole := err == nil && info.Size() == s.Bytes
		if s.Init != "" {
			_, err := os.Stat(filepath.Join(ix.dir, s.Init))
			whole = whole && err == nil
		}
		if whole {
			kept = append(kept, s)
			continue
		}
		ix.addGap(clip.Gap{Start: s.Start, End: s.End(), Reason: GapRestart})
	}
	ix.segments = kept
}

// sweep removes the recorder's own files that the index does not name: those of
// a segment that was being stored, or had expired, when the process was killed.
func (ix *Index) sweep() error {
	known := map[string]bool{}
	for _, s := range ix.segments {
		known[s.File], known[s.Init] = true, true
	}
	entries, err := os.ReadDir(ix.dir)
	if err != nil {
		return fmt.Errorf("look through the recording's folder: %w", err)
	}
	for _, entry := range entries {
		name := entry.Name()
		ours := segmentName.MatchString(name) || initName.MatchString(name) || workName.MatchString(name)
		if !ours || known[name] {
			continue
		}
		if err := os.Remove(filepath.Join(ix.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove a leftover of the recording: %w", err)
		}
	}
	return nil
}

// compact replaces the index file by one that holds only what is still in the
// buffer.
func (j *journal) compact() error {
	var text []byte
	if !j.ix.expired.IsZero() {
		text = append(text, record{Kind: kindExpired, Seq: j.ix.firstSeq() - 1, End: j.ix.expired}.line()...)
	}
	for _, g := range j.ix.gaps {
		text = append(text, gapRecord(g).line()...)
	}
	for _, s := range j.ix.segments {
		text = append(text, segmentRecord(s).line()...)
	}
	if j.ix.ended {
		text = append(text, record{Kind: kindEnded}.line()...)
	}
	path := filepath.Join(j.ix.dir, indexFile)
	if err := durable.WriteFile(path, text, 0o644); err != nil {
		return fmt.Errorf("rewrite the index of a recording: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("open the index of a recording: %w", err)
	}
	if err := j.close(); err != nil {
		return errors.Join(err, file.Close())
	}
	j.file, j.size, j.appended = file, int64(len(text)), 0
	return nil
}

// resume goes on with the index file as it is, when there is no room for a new
// one: the recorder that makes room has to start first.
func (j *journal) resume() error {
	path := filepath.Join(j.ix.dir, indexFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("go on with the index of a recording: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("go on with the index of a recording: %w", err)
	}
	j.file, j.size = file, int64(bytes.LastIndexByte(text, '\n')+1)
	return nil
}

// firstSeq is the number of the oldest segment, or of the next one if there is
// none.
func (ix *Index) firstSeq() int64 {
	if len(ix.segments) > 0 {
		return ix.segments[0].Seq
	}
	return ix.lastSeq + 1
}

// append writes one line and then applies it to memory. When the disk is full,
// part of the line may have been written: the next one goes over it.
func (j *journal) append(r record) error {
	line := r.line()
	if _, err := j.file.WriteAt(line, j.size); err != nil {
		return errors.Join(fmt.Errorf("append to the index of a recording: %w", err), j.file.Truncate(j.size))
	}
	j.size += int64(len(line))
	j.appended++
	j.ix.mu.Lock()
	defer j.ix.mu.Unlock()
	j.ix.apply(r)
	return nil
}

// tidy compacts when enough lines have gathered.
func (j *journal) tidy() error {
	if j.appended < compactAfter {
		return nil
	}
	j.ix.mu.RLock()
	defer j.ix.mu.RUnlock()
	return j.compact()
}

// addGap records why part of the stream is missing.
func (j *journal) addGap(start, end time.Time, reason string) error {
	r := gapRecord(clip.Gap{Start: start, End: end, Reason: reason})
	if !r.valid() {
		return nil // nothing is missing, or nobody can say when
	}
	return j.append(r)
}

// nextSeq is the number of the next segment.
func (j *journal) nextSeq() int64 {
	j.ix.mu.RLock()
	defer j.ix.mu.RUnlock()
	return j.ix.lastSeq + 1
}

func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	return j.file.Close()
}
