package media

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/diskspace"
)

// Estimates of what a clip takes on the disk.
const (
	// clipGrowth is how much larger than its recording a clip may become: what the
	// encoder makes of it may need more, and it is copied when it is published.
	clipGrowth = 3
	// clipBesides is for the picture, the metadata and what is on the way.
	clipBesides = 4 << 20
)

// checkRoom refuses a clip that would take the room which the recording and the
// database need: it can be made later, and they cannot wait.
func (w *workshop) checkRoom(p cutPlan) error {
	folder := filepath.Dir(w.req.Output)
	room, err := diskspace.Look(folder)
	if err != nil {
		return fmt.Errorf("look for room for the clip: %w", err)
	}
	needed := uint64(clipBesides)
	for _, part := range p.parts {
		for _, s := range part.reel {
			needed += clipGrowth * uint64(max(s.Bytes, 0))
		}
	}
	if room.Allows(needed, diskspace.BeforeClips) {
		return nil
	}
	return &clip.Failure{
		Code: clip.DiskFull, Err: errors.Join(errDiskFull, fmt.Errorf("%s: %s", folder, room)),
		Message: fmt.Sprintf("There is not enough room on the disk for the clip: %s, and it needs %s besides the %s that are kept free. It can be tried again when room has been made.",
			room, diskspace.Size(needed), diskspace.Size(diskspace.BeforeClips.Of(room.Total))),
	}
}
