package exports

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/diskspace/disktest"
	"github.com/streamsuites/streamsuites/internal/logging/logtest"
)

// disk puts a file system of its own at a new folder.
func disk(t *testing.T, name, kind, data string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), name)
	disktest.Mount(t, folder, kind, data)
	return folder
}

// hangingDisk is a file system whose server never answers, until it is ended.
func hangingDisk(t *testing.T) (folder string, end func()) {
	t.Helper()
	server, err := syscall.Open("/dev/fuse", syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	require.NoError(t, err)
	folder = disk(t, "hanging", "fuse", fmt.Sprintf("fd=%d,rootmode=40000,user_id=0,group_id=0", server))
	ended := false
	end = func() {
		if !ended {
			ended = true
			require.NoError(t, syscall.Close(server))
		}
	}
	t.Cleanup(end) // before it is unmounted
	return folder, end
}

// copiesOf are the copies that a running exporter writes.
func copiesOf(e *Exporter) []*mirror {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.writer == nil {
		return nil
	}
	return e.writer.mirrors
}

// TestCopiesOnBrokenDisksHoldUpNobody runs the exporter over real file systems: one
// without room, one that is read-only and one that does not answer.
func TestCopiesOnBrokenDisksHoldUpNobody(t *testing.T) {
	t.Parallel()
	if !disktest.MayMount(t) {
		return
	}
	tr, health := newTree(t), filepath.Join(t.TempDir(), "mirrors.json")
	full, fixed := disk(t, "full", "tmpfs", "size=4m"), disk(t, "fixed", "tmpfs", "size=8m")
	hung, end := hangingDisk(t)
	ballast := filepath.Join(full, "something-else")
	file, err := os.Create(ballast)
	require.NoError(t, err)
	_, err = file.Write(make([]byte, 8<<20))
	require.ErrorIs(t, err, syscall.ENOSPC)
	_ = file.Close()
	require.NoError(t, syscall.Mount("tmpfs", fixed, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))

	said := &logtest.Buffer{}
	log := zerolog.New(said).With().Timestamp().Logger()
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(said.String())
		}
	})
	source, settings := &rows{}, someSettings()
	o := tr.options()
	o.Mirrors, o.Health, o.Patience, o.Log = []string{hung, full, fixed, tr.mirror}, health, time.Second, log
	e := New(Options{
		Source: source, Settings: func() Settings { return settings }, Writer: o, Log: log, Observe: func(p Pass) { log.Info().Msgf("%+v", p) },
		Debounce: time.Millisecond, Heartbeat: 20 * time.Millisecond, SnapshotGap: time.Millisecond, Refresh: time.Hour,
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	defer func() {
		copies := copiesOf(e)
		cancel()
		require.ErrorIs(t, <-done, context.Canceled)
		end()
		for _, m := range copies { // their folders are removed now
			m.mu.Lock()
			running := m.done
			m.mu.Unlock()
			if running != nil {
				<-running
			}
		}
	}()
	holds := func(root, file, want string) {
		t.Helper()
		soon(t, func() bool {
			data, err := os.ReadFile(filepath.Join(root, file))
			return err == nil && strings.Contains(string(data), want)
		}, "%s in %s", file, root)
	}
	tells := func(root, want string) {
		t.Helper()
		soon(t, func() bool {
			states, err := ReadMirrors(health)
			for _, s := range states {
				if s.Root == root {
					return err == nil && s.OK == (want == "") && strings.Contains(s.Error, want)
				}
			}
			return false
		}, "%q of %s", want, root)
	}

	var last string
	for n := range 3 {
		c := someClip(n+1, clip.Queued)
		last = c.ClipID
		source.set(func(r *rows) { r.clips = append([]clip.Clip{c}, r.clips...) })
		for _, root := range []string{tr.canonical, tr.mirror} {
			holds(root, FileClips, last)
			holds(root, FileManifest, FileClips)
		}
	}
	tells(full, "free of")
	tells(fixed, "read-only file system")
	tells(hung, "the file system does not answer")
	tells(tr.mirror, "")

	require.NoError(t, os.Remove(ballast))
	require.NoError(t, syscall.Mount("tmpfs", fixed, "tmpfs", syscall.MS_REMOUNT, ""))
	end() // its server is gone: now it fails at once
	for _, root := range []string{full, fixed} {
		holds(root, FileClips, last)
		holds(root, FileManifest, FileClips)
		tells(root, "")
	}
	tells(hung, "make the folder of")
}
