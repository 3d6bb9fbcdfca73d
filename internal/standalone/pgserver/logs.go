package pgserver

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"github.com/rs/zerolog"
)

const (
	// tailLines is how many of the server's last lines an error shows.
	tailLines = 20
	// longestLine bounds what is kept of a line that does not end.
	longestLine = 8 << 10
)

// logWriter turns the server's output into log lines and remembers the last
// ones. The server is told to leave statements and values out of it.
type logWriter struct {
	log zerolog.Logger

	mu    sync.Mutex
	ready bool // up, and not being stopped
	part  []byte
	tail  []string
}

// speak makes the server's warnings count from now on. Before, it only complains
// about the attempts to see whether it is up, and a start that fails says why in
// its error.
func (w *logWriter) speak() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ready = true
}

// hush makes all that follows debug lines: a server that is being stopped
// complains about every client that it turns away.
func (w *logWriter) hush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ready = false
}

// Write implements io.Writer.
func (w *logWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.part = append(w.part, p...)
	for {
		line, rest, complete := bytes.Cut(w.part, []byte("\n"))
		if !complete {
			break
		}
		w.line(string(line))
		w.part = rest
	}
	if len(w.part) > longestLine {
		w.line(string(w.part))
		w.part = nil
	}
	return len(p), nil
}

func (w *logWriter) line(line string) {
	if line = strings.TrimSpace(line); line == "" {
		return
	}
	w.tail = append(w.tail, line)
	if len(w.tail) > tailLines {
		w.tail = w.tail[len(w.tail)-tailLines:]
	}
	level, message := parseLine(line)
	if !w.ready {
		level = zerolog.DebugLevel
	}
	w.log.WithLevel(level).Msg(message)
}

// last returns the server's last lines.
func (w *logWriter) last() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	// Every connection says the same when the server dies.
	return strings.Join(slices.Compact(slices.Clone(w.tail)), "\n")
}

// parseLine splits "SEVERITY:  text". An ERROR of the server is an answer that a
// client got and deals with, and often expects: it is not this log's error.
func parseLine(line string) (zerolog.Level, string) {
	severity, text, found := strings.Cut(line, ":")
	if !found {
		return zerolog.DebugLevel, line
	}
	text = strings.TrimSpace(text)
	switch severity {
	case "PANIC":
		return zerolog.ErrorLevel, text
	case "FATAL", "WARNING":
		return zerolog.WarnLevel, text
	case "LOG", "INFO", "NOTICE", "ERROR", "DETAIL", "HINT", "CONTEXT", "STATEMENT", "DEBUG":
		return zerolog.DebugLevel, text
	default:
		return zerolog.DebugLevel, line
	}
}
