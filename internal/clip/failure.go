package clip

import "fmt"

// Code says what kind of failure ended a clip, for programs.
type Code string

// The kinds of failure.
const (
	NoCapture    Code = "no_capture"     // nothing was being recorded at that time
	TooOld       Code = "too_old"        // the rolling buffer no longer holds the span
	CaptureGap   Code = "capture_gap"    // more than a fifth of the span is missing
	CorruptMedia Code = "corrupt_media"  // the recorded segments cannot be decoded
	NoFFmpeg     Code = "no_ffmpeg"      // FFmpeg is not installed or not executable
	DiskFull     Code = "disk_full"      // no space left for the file
	EncodeFailed Code = "encode_failed"  // FFmpeg ended with an error
	UploadFailed Code = "upload_failed"  // the destination refused or could not be reached
	Withdrawn    Code = "withdrawn"      // taken back by its requester or an operator
	Internal     Code = "internal_error" // a defect; the log has the details
)

// Failure is why a clip failed. Message is for the creator: what happened and
// what to do about it, without paths or output of programs.
type Failure struct {
	Code    Code
	Message string
	Final   bool  // retrying without a change cannot help
	Err     error // the cause, for the log; may be nil
}

// Error implements error.
func (f *Failure) Error() string {
	if f.Err == nil {
		return fmt.Sprintf("%s: %s", f.Code, f.Message)
	}
	return fmt.Sprintf("%s: %s: %v", f.Code, f.Message, f.Err)
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }
