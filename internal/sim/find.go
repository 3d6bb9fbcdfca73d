package sim

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/sim/keep"
)

// SilentError says that some process holds a folder of simulators and does not
// answer.
type SilentError struct {
	Dir     string
	PID     int    // of the holder, 0 if it is not known
	Control string // the address that was tried, empty if there is none
}

// Error names the process and what to do.
func (e *SilentError) Error() string {
	who, where := "a process", "it has not said where"
	if e.PID != 0 {
		who = fmt.Sprintf("process %d", e.PID)
	}
	if e.Control != "" {
		where = "nothing answers at " + e.Control
	}
	return fmt.Sprintf("%s runs the simulators of %s, but %s: stop that process, then start again", who, e.Dir, where)
}

// Find looks for simulators that other processes run in dir, and waits until
// those that are about to start can be used, at most for patience. found is
// false when the folder is free; a *SilentError says that it is not, and that
// its simulators cannot be used.
func Find(ctx context.Context, dir string, patience time.Duration) (bound Bound, found bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		holder, err := holderOf(dir)
		if err != nil || holder == nil {
			return Bound{}, false, err
		}
		if _, err := keep.Load(filepath.Join(dir, boundFile), &bound); err != nil {
			return Bound{}, false, fmt.Errorf("look for running simulators: %w", err)
		}
		if bound.Control != "" && healthy(ctx, bound.Control) {
			return bound, true, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return Bound{}, false, &SilentError{Dir: dir, PID: holder.PID, Control: bound.Control}
		}
	}
}

// holderOf tells who has the folder, nil if nobody has.
func holderOf(dir string) (*durable.LockedError, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	lock, err := durable.TakeLock(filepath.Join(dir, lockFile))
	var locked *durable.LockedError
	switch {
	case errors.As(err, &locked):
		return locked, nil
	case err != nil:
		return nil, fmt.Errorf("look for running simulators: %w", err)
	}
	return nil, lock.Release()
}

// healthy asks a control address whether it is one.
func healthy(ctx context.Context, control string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, control+"/healthz", http.NoBody)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode == http.StatusOK
}
