//go:build unix

package durable_test

import (
	"fmt"
	"io"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/durable"
)

func TestAFullDiskIsRecognisedThroughWrapping(t *testing.T) {
	t.Parallel()
	full := fmt.Errorf("write clip: %w", &os.PathError{Op: "write", Path: "clip.mp4", Err: syscall.ENOSPC})
	require.True(t, durable.DiskFull(full))
	require.True(t, durable.DiskFull(syscall.EDQUOT))
	require.False(t, durable.DiskFull(syscall.EIO))
	require.False(t, durable.DiskFull(io.ErrShortWrite))
	require.False(t, durable.DiskFull(nil))
}
