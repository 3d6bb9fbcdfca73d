package main

import (
	"bytes"
	"sync"
)

// marker is a writer that waits for some text in what a process logs.
type marker struct {
	text string
	seen chan struct{} // closed when it was there

	mu   sync.Mutex
	rest []byte // what the text may begin in
	done bool
}

// Write implements io.Writer; it never fails.
func (m *marker) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done {
		return len(p), nil
	}
	m.rest = append(m.rest, p...)
	if bytes.Contains(m.rest, []byte(m.text)) {
		m.done, m.rest = true, nil
		close(m.seen)
		return len(p), nil
	}
	if extra := len(m.rest) - len(m.text); extra > 0 {
		m.rest = append(m.rest[:0], m.rest[extra:]...)
	}
	return len(p), nil
}
