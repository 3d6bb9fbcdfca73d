package ports

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/streamsuites/streamsuites/internal/durable"
)

// Book is the file in which a state directory's ports are kept, by name. It
// belongs to the process that holds the directory's lock.
type Book struct {
	path string

	mu    sync.Mutex
	ports map[string]int
}

// Open reads the book at path; a file that does not exist is an empty book.
func Open(path string) (*Book, error) {
	book := &Book{path: path, ports: map[string]int{}}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return book, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the kept ports: %w", err)
	}
	if err := json.Unmarshal(text, &book.ports); err != nil {
		return nil, fmt.Errorf("read the kept ports: %s is not a JSON object of names and numbers; remove it to have ports chosen anew: %w", path, err)
	}
	if book.ports == nil { // the file says null
		book.ports = map[string]int{}
	}
	return book, nil
}

// Port returns the port kept under name if it is free, and otherwise chooses
// another and keeps that one. Two names never share a port.
func (b *Book) Port(name string) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if port := b.ports[name]; valid(port) && !b.others(name)[port] && !Taken(port) {
		return port, nil
	}
	port, err := free(b.others(name))
	if err != nil {
		return 0, fmt.Errorf("choose a port for %s: %w", name, err)
	}
	return port, b.keep(name, port)
}

// Keep records that name uses port, which somebody else chose.
func (b *Book) Keep(name string, port int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ports[name] == port {
		return nil
	}
	return b.keep(name, port)
}

func (b *Book) keep(name string, port int) error {
	b.ports[name] = port
	text, err := json.MarshalIndent(b.ports, "", "  ")
	if err != nil {
		return fmt.Errorf("keep the ports: %w", err)
	}
	if err := durable.WriteFile(b.path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("keep the ports: %w", err)
	}
	return nil
}

func (b *Book) others(name string) map[int]bool {
	others := map[int]bool{}
	for other, port := range b.ports {
		if other != name {
			others[port] = true
		}
	}
	return others
}

func valid(port int) bool { return port > 0 && port < 1<<16 }
