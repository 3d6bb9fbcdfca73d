package media

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/clip"
)

func TestFFmpegIsFoundAndGoodEnough(t *testing.T) {
	t.Parallel()
	found, err := LookTools(filepath.Join(t.TempDir(), "not-there"))
	require.NoError(t, err, "a configured program that is missing is looked for in PATH")
	require.Equal(t, tools(t), found)
	v, err := found.Check(t.Context())
	require.NoError(t, err)
	require.True(t, v.atLeast(minMajor, minMinor))
}

func TestAConfiguredFFmpegIsPreferredWithTheFFprobeBesideIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"ffmpeg", "ffprobe"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"), 0o755))
	}
	found, err := LookTools(filepath.Join(dir, "ffmpeg"))
	require.NoError(t, err)
	require.Equal(t, Tools{FFmpeg: filepath.Join(dir, "ffmpeg"), FFprobe: filepath.Join(dir, "ffprobe")}, found)
}

func TestVersionsAreUnderstood(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Version{
		"ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026": {5, 1, "5.1.9-0+deb12u1"},
		"ffmpeg version n7.0 Copyright":                          {7, 0, "n7.0"},
		"ffmpeg version 4.2.7-0ubuntu0.1 Copyright":              {4, 2, "4.2.7-0ubuntu0.1"},
		"ffmpeg version N-109542-g1bf1473 Copyright":             {0, 0, "N-109542-g1bf1473"},
		"ffmpeg version 2023-01-01-git-62da0b4a74 Copyright":     {0, 0, "2023-01-01-git-62da0b4a74"},
	} {
		v, err := parseVersion([]byte(text))
		require.NoError(t, err)
		require.Equal(t, want, v)
		require.Equal(t, v.Major != 4, v.atLeast(minMajor, minMinor))
	}
	_, err := parseVersion([]byte("ImageMagick"))
	require.Error(t, err)
}

func TestAnUnusableFFmpegSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for script, reason := range map[string]string{
		"echo 'ffmpeg version 4.2.7 Copyright'": "is version 4.2.7, but 4.4 or newer is needed",
		"echo 'something else'":                 "does not tell its version",
		"echo broken >&2; exit 127":             "does not run",
		"case \"$*\" in *-version*) echo 'ffmpeg version 6.0 x';; *) echo ' V..... mpeg2video  MPEG-2';; esac": "was built without the encoder libx264",
	} {
		_, err := Tools{FFmpeg: wrapper(t, script), FFprobe: "ffprobe"}.Check(t.Context())
		var tool *ToolError
		require.ErrorAs(t, err, &tool)
		require.Equal(t, reason, tool.Reason)
		require.Contains(t, tool.Error(), "install it with")
	}
}

func TestEveryErrorBecomesAFailureThatACreatorCanRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		code clip.Code
	}{
		{errors.New("anything"), clip.Internal},
		{&os.PathError{Op: "open", Path: "/secret", Err: os.ErrPermission}, clip.EncodeFailed},
		{&toolFailure{exit: errors.New("exit status 1"), complaints: "x"}, clip.EncodeFailed},
		{&toolFailure{exit: errors.New("exit status 1"), complaints: "No space left on device"}, clip.DiskFull},
		{&ToolError{Tool: "ffmpeg"}, clip.NoFFmpeg},
		{corrupt(errors.New("x")), clip.CorruptMedia},
	} {
		requireFailure(t, asFailure(c.err), c.code)
	}
}
