package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/diskspace"
	"github.com/streamsuites/streamsuites/internal/durable"
)

// errNoProcess says that a pid belongs to nobody, or to a process that has
// ended and was not reaped yet.
var errNoProcess = errors.New("no such process")

const recordSuffix = ".pid.json"

// abandoned is how old a record is that nobody finishes writing any more.
const abandoned = time.Minute

// Registry is a folder with one small file for each running child. Several
// processes may share it, for example two workers of one state directory.
type Registry struct {
	dir string

	mu   sync.Mutex
	mine map[int]bool
}

// record is the content of a registry file.
type record struct {
	Name     string `json:"name"`
	PID      int    `json:"pid"`
	Identity string `json:"identity"`

	// The process that started it.
	Owner         int    `json:"owner"`
	OwnerIdentity string `json:"owner_identity"`
}

// OpenRegistry opens the registry in dir, creating the folder.
func OpenRegistry(dir string) (*Registry, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the registry of child processes: %w", err)
	}
	if err := durable.SweepAbandoned(dir, abandoned); err != nil {
		return nil, fmt.Errorf("open the registry of child processes: %w", err)
	}
	return &Registry{dir: dir, mine: map[int]bool{}}, nil
}

func (r *Registry) remember(name string, pid int) error {
	id, err := identity(pid)
	if errors.Is(err, errNoProcess) {
		return nil // it has ended already: nothing to sweep
	}
	if err != nil {
		return fmt.Errorf("register: %w", err)
	}
	owner := os.Getpid()
	ownerID, err := identity(owner)
	if err != nil {
		return fmt.Errorf("register: %w", err)
	}
	text, err := json.Marshal(record{Name: name, PID: pid, Identity: id, Owner: owner, OwnerIdentity: ownerID})
	if err != nil {
		return fmt.Errorf("register: %w", err)
	}
	r.mu.Lock()
	r.mine[pid] = true
	r.mu.Unlock()
	err = durable.WriteFile(r.path(name, pid), text, 0o600)
	if durable.DiskFull(err) || diskspace.ReadOnly(err) {
		// The child is worth more than its record, which is for the case that this
		// process is killed: whoever makes room again may be that child.
		return nil
	}
	if err != nil {
		r.forget(name, pid)
		return fmt.Errorf("register: %w", err)
	}
	return nil
}

// forget removes a record. A record that cannot be removed does no harm: the
// start time in it matches nobody any more.
func (r *Registry) forget(name string, pid int) {
	_ = os.Remove(r.path(name, pid))
	r.mu.Lock()
	delete(r.mine, pid)
	r.mu.Unlock()
}

func (r *Registry) owns(pid int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.mine[pid]
}

func (r *Registry) path(name string, pid int) string {
	return filepath.Join(r.dir, fmt.Sprintf("%s-%d%s", fileName(name), pid, recordSuffix))
}

// fileName keeps what is safe in a file name on every system.
func fileName(name string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
			return c
		default:
			return '_'
		}
	}, name)
}
