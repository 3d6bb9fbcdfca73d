package roles

import (
	"context"
	"time"

	"github.com/streamsuites/streamsuites/internal/diskspace"
	"github.com/streamsuites/streamsuites/internal/statedir"
)

// Disk says what is wrong with the disks that a state directory lies on; its
// folders may be on several.
func Disk(dir statedir.Dir) error {
	return diskspace.Survey([]diskspace.Folder{
		{Name: "state directory", Path: dir.String()},
		{Name: "clips", Path: dir.ClipsOutput()},
		{Name: "published clips", Path: dir.ClipsPublished()},
		{Name: "capture", Path: dir.Capture()},
		{Name: "exports", Path: dir.Exports()},
		{Name: "database", Path: dir.Postgres()},
	})
}

// diskEvery is how often the disks are looked at.
const diskEvery = 5 * time.Second

// watchDisk writes it to the log when the disks get full or read-only, and when
// they are well again.
func (p Parts) watchDisk(ctx context.Context) {
	tick := time.NewTicker(diskEvery)
	defer tick.Stop()
	last := ""
	for {
		err := Disk(p.Dir)
		switch {
		case err != nil && last == "":
			p.Log.Error().Err(err).Msg("the disk needs attention: clips fail until there is room")
		case err == nil && last != "":
			p.Log.Info().Msg("the disk is well again")
		}
		last = ""
		if err != nil {
			last = err.Error()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
