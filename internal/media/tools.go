package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// The oldest FFmpeg whose options and filters are used here: the one of
// Ubuntu 22.04.
const (
	minMajor = 4
	minMinor = 4
)

// Tools are the programs of FFmpeg.
type Tools struct{ FFmpeg, FFprobe string }

// ToolError says that FFmpeg cannot be used and what to do about it.
type ToolError struct {
	Tool   string // "ffmpeg" or "ffprobe"
	Reason string
	Remedy string
	Err    error // may be nil
}

// Error implements error.
func (e *ToolError) Error() string {
	text := fmt.Sprintf("%s %s; %s", e.Tool, e.Reason, e.Remedy)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *ToolError) Unwrap() error { return e.Err }

// failure is what a clip's creator reads.
func (e *ToolError) failure() *clip.Failure {
	return &clip.Failure{Code: clip.NoFFmpeg, Err: e,
		Message: "Clips cannot be made at the moment: the video tool FFmpeg is missing or unusable on the machine that records the stream."}
}

func installRemedy() string {
	switch runtime.GOOS {
	case "darwin":
		return "install it with: brew install ffmpeg"
	case "windows":
		return "install it with: winget install ffmpeg"
	default:
		return "install it with: apt-get install ffmpeg"
	}
}

// LookTools finds FFmpeg and FFprobe. ffmpegPath is the configured program; if
// it is empty or does not exist, PATH is searched. FFprobe is expected beside
// FFmpeg, or else in PATH. Errors are *ToolError.
func LookTools(ffmpegPath string) (Tools, error) {
	ffmpeg, err := look("ffmpeg", ffmpegPath)
	if err != nil {
		return Tools{}, err
	}
	beside := filepath.Join(filepath.Dir(ffmpeg), strings.Replace(filepath.Base(ffmpeg), "ffmpeg", "ffprobe", 1))
	if beside == ffmpeg {
		beside = ""
	}
	ffprobe, err := look("ffprobe", beside)
	if err != nil {
		return Tools{}, err
	}
	return Tools{FFmpeg: ffmpeg, FFprobe: ffprobe}, nil
}

func look(name, preferred string) (string, error) {
	if preferred != "" {
		if path, err := exec.LookPath(preferred); err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", &ToolError{Tool: name, Reason: "was not found", Remedy: installRemedy(), Err: err}
	}
	return path, nil
}

// Version is a release of FFmpeg. Development builds have no number: Major is 0
// and Text says what they call themselves.
type Version struct {
	Major, Minor int
	Text         string
}

var versionLine = regexp.MustCompile(`^ff(?:mpeg|probe) version (\S+)`)
var versionNumber = regexp.MustCompile(`^[a-z]?(\d{1,4})\.(\d{1,4})`)

// Version asks FFmpeg for its version.
func (t Tools) Version(ctx context.Context) (Version, error) {
	out, err := t.output(ctx, t.FFmpeg, "-hide_banner", "-version")
	if err != nil {
		return Version{}, &ToolError{Tool: "ffmpeg", Reason: "does not run", Remedy: installRemedy(), Err: err}
	}
	return parseVersion(out)
}

func parseVersion(out []byte) (Version, error) {
	found := versionLine.FindSubmatch(out)
	if found == nil {
		return Version{}, &ToolError{Tool: "ffmpeg", Reason: "does not tell its version", Remedy: installRemedy()}
	}
	v := Version{Text: string(found[1])}
	if numbers := versionNumber.FindStringSubmatch(v.Text); numbers != nil {
		v.Major, _ = strconv.Atoi(numbers[1])
		v.Minor, _ = strconv.Atoi(numbers[2])
	}
	return v, nil
}

// atLeast compares releases; a development build is newer than all of them.
func (v Version) atLeast(major, minor int) bool {
	return v.Major == 0 || v.Major > major || v.Major == major && v.Minor >= minor
}

func tooOld(v Version) *ToolError {
	return &ToolError{Tool: "ffmpeg", Remedy: installRemedy(),
		Reason: fmt.Sprintf("is version %s, but %d.%d or newer is needed", v.Text, minMajor, minMinor)}
}

// Check tells whether FFmpeg is new enough and has the encoders that clips need.
// Errors are *ToolError.
func (t Tools) Check(ctx context.Context) (Version, error) {
	v, err := t.Version(ctx)
	if err != nil {
		return v, err
	}
	if !v.atLeast(minMajor, minMinor) {
		return v, tooOld(v)
	}
	out, err := t.output(ctx, t.FFmpeg, "-hide_banner", "-encoders")
	if err != nil {
		return v, &ToolError{Tool: "ffmpeg", Reason: "does not list its encoders", Remedy: installRemedy(), Err: err}
	}
	for _, encoder := range []string{"libx264", "aac"} {
		if !bytes.Contains(out, []byte(" "+encoder+" ")) {
			return v, &ToolError{Tool: "ffmpeg", Reason: "was built without the encoder " + encoder, Remedy: installRemedy()}
		}
	}
	if _, err := t.output(ctx, t.FFprobe, "-hide_banner", "-version"); err != nil {
		return v, &ToolError{Tool: "ffprobe", Reason: "does not run", Remedy: installRemedy(), Err: err}
	}
	return v, nil
}

// output runs a short query.
func (t Tools) output(ctx context.Context, path string, args ...string) ([]byte, error) {
	var out, complaints tail
	out.limit = 1 << 20
	err := run(ctx, job{Path: path, Args: args, Stdout: &out, Stderr: &complaints})
	if err != nil {
		return nil, complaints.explain(err)
	}
	return out.bytes(), nil
}

// missingTool turns the error of a program that could not be started into a
// *ToolError.
func missingTool(tool string, err error) error {
	if errors.Is(err, exec.ErrNotFound) || isStartError(err) {
		return &ToolError{Tool: tool, Reason: "cannot be started", Remedy: installRemedy(), Err: err}
	}
	return err
}
