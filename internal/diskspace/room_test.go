package diskspace_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/diskspace"
)

func TestCopiesGiveWayBeforeClipsAndClipsBeforeTheRecording(t *testing.T) {
	t.Parallel()
	for _, total := range []uint64{0, 1, 50e6, 1e9, 100e9, 20e12} {
		copies, clips, capture := diskspace.BeforeCopies.Of(total), diskspace.BeforeClips.Of(total), diskspace.BeforeCapture.Of(total)
		require.GreaterOrEqual(t, copies, clips)
		require.GreaterOrEqual(t, clips, capture)
		require.LessOrEqual(t, copies, total/8, "most of a small disk can be used")
	}
	require.EqualValues(t, 64<<20, diskspace.BeforeCapture.Of(20e12))
}

func TestAReserveIsNotTouched(t *testing.T) {
	t.Parallel()
	room := diskspace.Room{Free: 300 << 20, Total: 100e9}
	require.True(t, room.Allows(44<<20, diskspace.BeforeCopies))
	require.False(t, room.Allows(45<<20, diskspace.BeforeCopies))
	require.True(t, room.Allows(108<<20, diskspace.BeforeClips))
	require.False(t, room.Allows(109<<20, diskspace.BeforeClips))
}

func TestRoomIsSaidInWordsForPeople(t *testing.T) {
	t.Parallel()
	require.Equal(t, "1.2 MB free of 50.0 GB", diskspace.Room{Free: 1_200_000, Total: 50e9}.String())
	require.Equal(t, "12 kB free of 3.0 MB", diskspace.Room{Free: 12_999, Total: 3e6}.String())
}

func TestAFolderHasRoomAndOneThatIsNotThereIsNoProblem(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	room, err := diskspace.Look(folder)
	require.NoError(t, err)
	require.Positive(t, room.Total)
	require.LessOrEqual(t, room.Free, room.Total)
	require.NoError(t, diskspace.Survey([]diskspace.Folder{{Name: "clips", Path: filepath.Join(folder, "later")}}))
}
