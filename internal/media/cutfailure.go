package media

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/diskspace"
	"github.com/streamsuites/streamsuites/internal/durable"
)

// toolFailure says that FFmpeg or FFprobe ended with an error.
type toolFailure struct {
	exit       error
	complaints string // the end of what it said
}

// Error implements error.
func (e *toolFailure) Error() string { return fmt.Sprintf("%v: %s", e.exit, e.complaints) }

// Unwrap returns how it ended.
func (e *toolFailure) Unwrap() error { return e.exit }

// noSpaceExit is FFmpeg's exit code since version 6 when the disk is full:
// −ENOSPC in eight bits.
const noSpaceExit = 256 - 28

// noRoom tells whether FFmpeg complained about a full disk: it says so in words
// only, and up to version 6 ends with the same code as for everything else.
func noRoom(complaints string) bool {
	for _, words := range []string{"No space left on device", "Disk quota exceeded", "File too large"} {
		if strings.Contains(complaints, words) {
			return true
		}
	}
	return false
}

// corrupt says that the recording cannot be decoded.
func corrupt(err error) *clip.Failure {
	return &clip.Failure{Code: clip.CorruptMedia, Final: true, Err: err,
		Message: "The recording of that moment is damaged and cannot be turned into a clip."}
}

// asFailure turns any error of a cut into what its creator reads.
func asFailure(err error) *clip.Failure {
	var failure *clip.Failure
	var tool *ToolError
	var failed *toolFailure
	switch {
	case errors.As(err, &failure):
		return failure
	case errors.As(err, &tool):
		return tool.failure()
	case durable.DiskFull(err), errors.As(err, &failed) && (noRoom(failed.complaints) || exitCode(failed.exit) == noSpaceExit):
		return &clip.Failure{Code: clip.DiskFull, Err: err,
			Message: "There was no room left on the disk for the clip. It can be tried again when room has been made."}
	case diskspace.ReadOnly(err):
		return &clip.Failure{Code: clip.EncodeFailed, Err: err,
			Message: "The clip could not be written: the disk is read-only at the moment. It can be tried again when it can be written to."}
	case errors.As(err, &failed):
		return &clip.Failure{Code: clip.EncodeFailed, Err: err,
			Message: "The clip could not be encoded. Trying again may help; if it does not, the log says why."}
	case errors.Is(err, os.ErrPermission):
		return &clip.Failure{Code: clip.EncodeFailed, Err: err,
			Message: "The clip could not be written: the program has no right to write into the folder of clips."}
	}
	if isFolderError(err) {
		return &clip.Failure{Code: clip.EncodeFailed, Err: err,
			Message: "The files of the clip could not be read or written: somebody has to look at the folders of captures and clips. The log says more."}
	}
	return &clip.Failure{Code: clip.Internal, Err: err,
		Message: "The clip could not be made because of a defect in the program. The log says more."}
}
