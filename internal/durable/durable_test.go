package durable_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/durable"
)

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	found := []string{}
	for _, entry := range entries {
		found = append(found, entry.Name())
	}
	return found
}

func TestWritingReplacesTheContentAndThePermissions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "document.json")
	require.NoError(t, durable.WriteFile(path, []byte("old and longer"), 0o644))
	require.NoError(t, durable.WriteFile(path, []byte("new"), 0o600))

	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "new", string(text))
	require.Equal(t, []string{"document.json"}, names(t, dir))
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	}
}

func TestAReaderNeverSeesAPartOfAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "document")
	contents := [][]byte{bytes.Repeat([]byte("a"), 1<<16), bytes.Repeat([]byte("b"), 1<<15)}
	require.NoError(t, durable.WriteFile(path, contents[0], 0o644))

	var writer sync.WaitGroup
	writer.Go(func() {
		for i := range 50 {
			if err := durable.WriteFile(path, contents[i%2], 0o644); err != nil {
				t.Error(err)
			}
		}
	})
	for range 500 {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, bytes.Equal(text, contents[0]) || bytes.Equal(text, contents[1]), "%d bytes", len(text))
	}
	writer.Wait()
}

func TestAFailedWriteLeavesTheOldContentAndNoRest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	occupied := filepath.Join(dir, "folder")
	require.NoError(t, os.MkdirAll(filepath.Join(occupied, "inside"), 0o755))
	require.Error(t, durable.WriteFile(occupied, []byte("x"), 0o644), "a folder cannot be replaced by a file")
	require.Equal(t, []string{"folder"}, names(t, dir))

	require.ErrorIs(t, durable.WriteFile(filepath.Join(dir, "missing", "file"), nil, 0o644), fs.ErrNotExist)
}

func TestACopyIsWholeAndItsSumIsRight(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 1 << 20, 3<<20 + 17} {
		t.Run(fmt.Sprint(size, " bytes"), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			content := bytes.Repeat([]byte{7, 1, 9}, size/3+1)[:size]
			require.NoError(t, os.WriteFile(filepath.Join(dir, "from"), content, 0o640))

			n, sum, err := durable.CopyFile(t.Context(), filepath.Join(dir, "from"), filepath.Join(dir, "to"))
			require.NoError(t, err)
			require.EqualValues(t, size, n)
			want := sha256.Sum256(content)
			require.Equal(t, hex.EncodeToString(want[:]), sum)
			copied, err := os.ReadFile(filepath.Join(dir, "to"))
			require.NoError(t, err)
			require.True(t, bytes.Equal(content, copied))
		})
	}
}

func TestACancelledCopyLeavesTheDestinationAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	require.NoError(t, os.WriteFile(from, make([]byte, 4<<20), 0o644))
	require.NoError(t, os.WriteFile(to, []byte("kept"), 0o644))
	reason := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)

	_, _, err := durable.CopyFile(ctx, from, to)
	require.ErrorIs(t, err, reason)
	text, err := os.ReadFile(to)
	require.NoError(t, err)
	require.Equal(t, "kept", string(text))
	require.Equal(t, []string{"from", "to"}, names(t, dir))
}

func TestAFolderIsNotCopied(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, _, err := durable.CopyFile(t.Context(), dir, filepath.Join(dir, "to"))
	require.ErrorContains(t, err, "not a regular file")
}

func TestOnlyHalfWrittenFilesAreSwept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{".clips.json.123.tmp", "clips.json", ".hidden", "film.tmp"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o644))
	}
	require.NoError(t, durable.SweepTemporary(dir))
	require.Equal(t, []string{".hidden", "clips.json", "film.tmp"}, names(t, dir))
	require.NoError(t, durable.SweepTemporary(filepath.Join(dir, "missing")))
}

func TestALockIsRefusedToASecondHolderUntilTheFirstIsGone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	first, err := durable.TakeLock(path)
	require.NoError(t, err)

	_, err = durable.TakeLock(path)
	locked := (*durable.LockedError)(nil)
	require.ErrorAs(t, err, &locked)
	require.Equal(t, path, locked.Path)
	if runtime.GOOS != "windows" {
		require.Equal(t, os.Getpid(), locked.PID)
		require.ErrorContains(t, err, fmt.Sprint("process ", os.Getpid()))
	}

	require.NoError(t, first.Release())
	require.NoError(t, first.Release(), "a second release does nothing")
	second, err := durable.TakeLock(path)
	require.NoError(t, err)
	require.NoError(t, second.Release())
}

func TestALockOfAKilledProcessIsFree(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	holder := exec.Command(os.Args[0])
	holder.Env = append(os.Environ(), holdLock+"="+path)
	_, err := holder.StdinPipe()
	require.NoError(t, err)
	out, err := holder.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, holder.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "held\n", line)

	_, err = durable.TakeLock(path)
	locked := (*durable.LockedError)(nil)
	require.ErrorAs(t, err, &locked)

	require.NoError(t, holder.Process.Kill())
	_ = holder.Wait()
	lock, err := durable.TakeLock(path)
	require.NoError(t, err)
	require.NoError(t, lock.Release())
}

func TestContentThatIsMadeOnTheWayIsWrittenAsAWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "recording.jsonl")
	require.NoError(t, durable.Write(path, 0o600, func(w io.Writer) error {
		for i := range 100_000 {
			if _, err := fmt.Fprintln(w, i); err != nil {
				return err
			}
		}
		return nil
	}))
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Len(t, bytes.Split(bytes.TrimSpace(before), []byte("\n")), 100_000)

	broken := errors.New("the source broke")
	require.ErrorIs(t, durable.Write(path, 0o600, func(w io.Writer) error {
		_, err := io.WriteString(w, "half")
		return errors.Join(broken, err)
	}), broken)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, len(before), len(after))
	require.Equal(t, []string{"recording.jsonl"}, names(t, dir))
}
