package keep

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
)

// Journal is a list of entries, one JSON object a line, of which at least the
// newest Limit survive. It is not safe for concurrent use.
type Journal[T any] struct {
	path    string
	limit   int
	file    *os.File
	entries []T
	lines   int // lines in the file, at most twice the limit
}

// OpenJournal opens or creates the journal at path and reads its entries. A
// line torn off by a kill ends the journal and is dropped.
func OpenJournal[T any](path string, limit int) (*Journal[T], error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	j := &Journal[T]{path: path, limit: limit, file: file}
	whole, err := j.read()
	if err == nil {
		err = file.Truncate(whole)
	}
	if err == nil {
		_, err = file.Seek(whole, io.SeekStart)
	}
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("open journal %s: %w", path, err)
	}
	return j, nil
}

// read takes the entries in and returns the length of the file's whole part.
func (j *Journal[T]) read() (int64, error) {
	reader := bufio.NewReader(j.file)
	var whole int64
	for {
		line, err := reader.ReadBytes('\n')
		if err == io.EOF {
			return whole, nil
		}
		if err != nil {
			return 0, err
		}
		var entry T
		if json.Unmarshal(line, &entry) != nil {
			return whole, nil
		}
		whole += int64(len(line))
		j.lines++
		j.remember(entry)
	}
}

func (j *Journal[T]) remember(entry T) {
	j.entries = append(j.entries, entry)
	if len(j.entries) > 2*j.limit {
		j.entries = append([]T(nil), j.entries[len(j.entries)-j.limit:]...)
	}
}

// Append writes an entry before it returns.
func (j *Journal[T]) Append(entry T) error {
	line, err := json.Marshal(entry)
	if err != nil {
		return fmt.Errorf("encode journal entry: %w", err)
	}
	if j.lines >= 2*j.limit {
		if err := j.compact(); err != nil {
			return err
		}
	}
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("append to journal %s: %w", j.path, err)
	}
	j.lines++
	j.remember(entry)
	return nil
}

// compact replaces the file with its newest entries.
func (j *Journal[T]) compact() error {
	newest := j.Newest()
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	for _, entry := range newest {
		if err := encoder.Encode(entry); err != nil {
			return fmt.Errorf("encode journal entry: %w", err)
		}
	}
	if err := Replace(j.path, data.Bytes()); err != nil {
		return err
	}
	file, err := os.OpenFile(j.path, os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("reopen journal: %w", err)
	}
	_ = j.file.Close()
	j.file, j.lines = file, len(newest)
	return nil
}

// Newest returns the newest entries, oldest first, at most the journal's limit
// of them. The caller must not change them.
func (j *Journal[T]) Newest() []T {
	return j.entries[max(0, len(j.entries)-j.limit):]
}

// Last returns the newest of those entries that is the one looked for.
func (j *Journal[T]) Last(looked func(T) bool) (T, bool) {
	for _, entry := range slices.Backward(j.Newest()) {
		if looked(entry) {
			return entry, true
		}
	}
	var none T
	return none, false
}

// Since returns those of the newest entries that came after the one looked for;
// all, if that is none of them.
func (j *Journal[T]) Since(looked func(T) bool) []T {
	newest := j.Newest()
	return newest[slices.IndexFunc(newest, looked)+1:]
}

// Close closes the file; nothing is lost without it.
func (j *Journal[T]) Close() error { return j.file.Close() }
