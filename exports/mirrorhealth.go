package exports

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/durable"
)

// MirrorState is how a copy of the exports was when it was written last.
type MirrorState struct {
	Root  string    `json:"root"` // its folder
	OK    bool      `json:"ok"`
	Error string    `json:"error,omitempty"` // why it lacks documents
	Since time.Time `json:"since"`           // of this state
}

// ReadMirrors returns how the copies are, by folder, as a Writer with this file
// as its Health wrote it. There are none where no Writer has run.
func ReadMirrors(file string) ([]MirrorState, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read how the copies of the exports are: %w", err)
	}
	var states []MirrorState
	if err := json.Unmarshal(data, &states); err != nil {
		return nil, fmt.Errorf("read how the copies of the exports are: %s: %w", file, err)
	}
	return states, nil
}

// health says how the copies are: once in the log when one fails and when it
// works again, and in a file.
type health struct {
	file  string // "" for none
	clock func() time.Time
	log   zerolog.Logger

	mu      sync.Mutex
	states  map[string]MirrorState
	unsaved bool // the file says something else
}

// note takes in how a copy is now. It waits for no disk, because others wait for the
// copy meanwhile: the next write saves it.
func (h *health) note(dir string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := MirrorState{Root: dir, OK: err == nil, Since: h.clock().UTC().Truncate(time.Second)}
	if err != nil {
		now.Error = err.Error()
	}
	old, known := h.states[dir]
	if known && old.OK == now.OK {
		now.Since = old.Since
	}
	if known && old == now {
		return
	}
	h.states[dir], h.unsaved = now, true
	switch {
	case err != nil && (!known || old.OK):
		h.log.Warn().Err(err).Str("root", dir).Bool("disk_full", durable.DiskFull(err)).Msg("A copy of the exports cannot be written")
	case err == nil && known && !old.OK:
		h.log.Info().Str("root", dir).Msg("The copy of the exports is written again")
	}
}

// save brings the file in line with what was noted. It is the writer's goroutine's.
func (h *health) save() {
	h.mu.Lock()
	unsaved, states := h.unsaved, h.sorted()
	h.unsaved = false
	h.mu.Unlock()
	if !unsaved || h.file == "" {
		return
	}
	data, err := json.MarshalIndent(states, "", "  ")
	if err == nil {
		err = durable.WriteFile(h.file, append(data, '\n'), 0o644)
	}
	if err != nil {
		h.mu.Lock()
		h.unsaved = true
		h.mu.Unlock()
		h.log.Warn().Err(err).Msg("How the copies of the exports are could not be noted")
	}
}

// all returns how the copies are.
func (h *health) all() []MirrorState {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sorted()
}

func (h *health) sorted() []MirrorState {
	states := make([]MirrorState, 0, len(h.states))
	for _, s := range h.states {
		states = append(states, s)
	}
	slices.SortFunc(states, func(a, b MirrorState) int { return strings.Compare(a.Root, b.Root) })
	return states
}
