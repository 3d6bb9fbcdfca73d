package diskspace

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/shirou/gopsutil/v4/disk"
)

// Room is what the disk of a folder holds, in bytes.
type Room struct {
	Free  uint64 // what ordinary users may still write
	Total uint64
}

// Look asks the file system that a folder lies on.
func Look(folder string) (Room, error) {
	usage, err := disk.Usage(folder)
	if err != nil {
		return Room{}, fmt.Errorf("ask how much room there is in %s: %w", folder, err)
	}
	return Room{Free: usage.Free, Total: usage.Total}, nil
}

// Reserve is room that somebody leaves to those who are more important.
type Reserve int

// The reserves, in the order in which their owners give way.
const (
	// BeforeCopies is left free by whoever copies what exists already: mirrors of
	// the exports.
	BeforeCopies Reserve = iota
	// BeforeClips is left free by whoever makes clips.
	BeforeClips
	// BeforeCapture is left free by the recording, for the database: Postgres
	// needs 16 MiB for each piece of its log, and stops when it gets none.
	BeforeCapture
)

const mebibyte = 1 << 20

// Of is how large a reserve is on a disk of that size: a fixed amount, and less on
// a small disk, of which it would otherwise leave nothing.
func (r Reserve) Of(total uint64) uint64 {
	switch r {
	case BeforeCopies:
		return min(256*mebibyte, total/8)
	case BeforeClips:
		return min(192*mebibyte, total/10)
	default:
		return min(64*mebibyte, total/32)
	}
}

// Allows reports whether so many bytes can be written without touching the
// reserve.
func (r Room) Allows(bytes uint64, leaving Reserve) bool {
	return r.Free >= bytes+leaving.Of(r.Total)
}

// String says how much room there is.
func (r Room) String() string { return Size(r.Free) + " free of " + Size(r.Total) }

// Size writes a number of bytes for people.
func Size(bytes uint64) string {
	switch {
	case bytes >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(bytes)/1e9)
	case bytes >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	default:
		return fmt.Sprintf("%d kB", bytes/1000)
	}
}

// ErrReadOnly says that a folder's disk cannot be written to at the moment.
var ErrReadOnly = errors.New("the disk is read-only")

// Folder is a folder whose disk matters, and its name for people.
type Folder struct{ Name, Path string }

// Survey says what is wrong with the disks of folders: one is read-only, or has
// less room than a clip leaves free. Of folders that share a disk the first is
// named. One that does not exist yet is no problem.
func Survey(folders []Folder) error {
	var problems []error
	said := map[string]bool{}
	for _, f := range folders {
		err := check(f.Path)
		if err == nil || said[err.Error()] {
			continue
		}
		said[err.Error()] = true
		problems = append(problems, fmt.Errorf("%s: %w", f.Name, err))
	}
	return errors.Join(problems...)
}

func check(folder string) error {
	err := writable(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	room, err := Look(folder)
	if err != nil {
		return err
	}
	if !room.Allows(0, BeforeClips) {
		return fmt.Errorf("%s, clips are not made below %s", room, Size(BeforeClips.Of(room.Total)))
	}
	return nil
}
