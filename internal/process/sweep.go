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

	"github.com/rs/zerolog"
)

const (
	// sweepGrace is how long a leftover may take to end after an interrupt.
	sweepGrace = 5 * time.Second
	sweepPoll  = 20 * time.Millisecond
)

// Swept is a child of a predecessor that was still running.
type Swept struct {
	// Name is what the predecessor called it.
	Name string
	// PID was its process id.
	PID int
	// Killed says that it did not end by itself when it was interrupted.
	Killed bool
}

// Sweep ends what a killed predecessor left running and clears its records.
// Children of this process and of others that are still there are left alone, and
// so is a process that merely got a recorded pid. It takes up to fifteen seconds when leftovers refuse to end;
// the error names those that could not be ended.
func (r *Registry) Sweep(log zerolog.Logger) ([]Swept, error) {
	leftovers, err := r.leftovers()
	if err != nil {
		return nil, err
	}
	var (
		wg       sync.WaitGroup
		mu       sync.Mutex
		swept    []Swept
		failures []error
	)
	for path, left := range leftovers {
		wg.Go(func() {
			killed, err := end(left.PID, left.Identity)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failures = append(failures, fmt.Errorf("end %s (process %d), left by a killed predecessor: %w", left.Name, left.PID, err))
				return
			}
			failures = append(failures, remove(path))
			swept = append(swept, Swept{Name: left.Name, PID: left.PID, Killed: killed})
			log.Warn().Str("child", left.Name).Int("pid", left.PID).Bool("killed", killed).
				Msg("ended a process that a killed predecessor left running")
		})
	}
	wg.Wait()
	return swept, errors.Join(failures...)
}

// leftovers reads the records of others by file and drops those whose process is
// gone.
func (r *Registry) leftovers() (map[string]record, error) {
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return nil, fmt.Errorf("read the registry of child processes: %w", err)
	}
	left := map[string]record{}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), recordSuffix) {
			continue
		}
		path := filepath.Join(r.dir, entry.Name())
		rec, ok := readRecord(path)
		if ok && (r.owns(rec.PID) || rec.Owner != os.Getpid() && is(rec.Owner, rec.OwnerIdentity)) {
			continue
		}
		if ok && is(rec.PID, rec.Identity) {
			left[path] = rec
			continue
		}
		if err := remove(path); err != nil {
			return nil, err
		}
	}
	return left, nil
}

// readRecord reports false for a record that cannot be understood: records are
// written atomically, so such a file is not one of ours.
func readRecord(path string) (record, bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return record{}, false
	}
	var rec record
	if err := json.Unmarshal(text, &rec); err != nil || rec.PID <= 1 || rec.Identity == "" {
		return record{}, false
	}
	return rec, true
}

// is tells whether the process with that pid is still the one with that
// identity.
func is(pid int, id string) bool {
	now, err := identity(pid)
	return err == nil && now == id
}

// end interrupts a process's group and kills it when it does not end.
func end(pid int, id string) (killed bool, err error) {
	leader, err := os.FindProcess(pid)
	if err != nil {
		return false, nil // only Windows says so, when it is gone
	}
	defer leader.Release()
	g, err := adopt(leader)
	if err != nil {
		return false, err
	}
	defer g.close()
	if err := g.signal(os.Interrupt); err == nil && gone(pid, id, sweepGrace) {
		return false, nil
	}
	if !is(pid, id) {
		return false, nil
	}
	if err := g.kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return true, err
	}
	if !gone(pid, id, killWait) {
		return true, fmt.Errorf("still there %s after it was killed", killWait)
	}
	return true, nil
}

func gone(pid int, id string, within time.Duration) bool {
	for deadline := time.Now().Add(within); is(pid, id); time.Sleep(sweepPoll) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("clear the record of a child process: %w", err)
	}
	return nil
}
