package task

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// maxCause bounds what a failure says about its cause. The server cuts a
// failure that it keeps for a retry to 2 KiB, all of it counted.
const maxCause = 1024

// internalMessage is what a creator reads when nobody knows more.
const internalMessage = "Something went wrong inside StreamSuites. It can be tried again; the log has the details."

// Later is an error after which the next attempt should wait for After instead
// of the retry policy's interval, because what is missing will not come sooner.
type Later struct {
	After time.Duration
	Err   error
}

// Error implements error.
func (l *Later) Error() string { return l.Err.Error() }

// Unwrap returns the cause.
func (l *Later) Unwrap() error { return l.Err }

// details is what a failure carries beside its code and message.
type details struct {
	Cause string `json:"cause,omitempty"`
}

// Error turns what an activity returns into what crosses to the workflow: the
// type is the failure's code, the message is for the creator, and whether it is
// final was decided where the failure was made. Errors that are no
// *clip.Failure become internal ones that can be retried. Cancellation passes
// through. Addresses in causes lose their paths and queries, which may be
// secrets.
func Error(err error) error {
	var application *temporal.ApplicationError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled), temporal.IsCanceledError(err), errors.As(err, &application),
		errors.Is(err, activity.ErrResultPending):
		return err
	}
	failure := &clip.Failure{Code: clip.Internal, Message: internalMessage, Err: err}
	errors.As(err, &failure)
	options := temporal.ApplicationErrorOptions{NonRetryable: failure.Final}
	if failure.Err != nil {
		options.Details = []any{details{Cause: Redact(failure.Err.Error())}}
	}
	var later *Later
	if errors.As(err, &later) {
		options.NextRetryDelay = later.After
		options.Category = temporal.ApplicationErrorCategoryBenign
	}
	return temporal.NewApplicationErrorWithOptions(failure.Message, string(failure.Code), options)
}

// FailureOf turns the error of an activity, as a workflow sees it, back into
// the failure that the activity returned. Its Err is the cause in words. It
// returns nil for nil.
func FailureOf(err error) *clip.Failure {
	if err == nil {
		return nil
	}
	var failure *clip.Failure
	if errors.As(err, &failure) {
		return failure
	}
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return failureOfApplication(application)
	}
	var timeout *temporal.TimeoutError
	if errors.As(err, &timeout) {
		return failureOfTimeout(timeout)
	}
	return &clip.Failure{Code: clip.Internal, Message: internalMessage, Err: err}
}

func failureOfApplication(application *temporal.ApplicationError) *clip.Failure {
	failure := &clip.Failure{
		Code:    clip.Code(application.Type()),
		Message: application.Message(),
		Final:   application.NonRetryable(),
	}
	var d details
	if application.HasDetails() && application.Details(&d) == nil && d.Cause != "" {
		failure.Err = errors.New(d.Cause)
	}
	if !known(failure.Code) {
		failure.Err = application
		failure.Code, failure.Message = clip.Internal, internalMessage
	}
	return failure
}

func failureOfTimeout(timeout *temporal.TimeoutError) *clip.Failure {
	failure := &clip.Failure{Code: clip.Internal, Err: timeout}
	switch timeout.TimeoutType() {
	case enumspb.TIMEOUT_TYPE_SCHEDULE_TO_START:
		failure.Message = "The machine that holds the recording cannot be reached. Retry when it is back."
	case enumspb.TIMEOUT_TYPE_HEARTBEAT:
		failure.Message = "The machine that worked on the clip stopped answering. Retry the clip."
	default:
		failure.Message = "It took longer than allowed. Retry the clip."
	}
	return failure
}

func known(code clip.Code) bool {
	switch code {
	case clip.NoCapture, clip.TooOld, clip.CaptureGap, clip.CorruptMedia, clip.NoFFmpeg, clip.DiskFull,
		clip.EncodeFailed, clip.UploadFailed, clip.Withdrawn, clip.Internal:
		return true
	default:
		return false
	}
}

var (
	address  = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://)([^\s/?#"']*@)?([^\s/?#"']*)([/?#][^\s"']*)?`)
	injected = strings.NewReplacer("\x00", "", "\r", "")
)

// Redact makes the text of an error fit for a history: addresses keep scheme
// and host only, since paths hold stream keys and queries hold tokens, and the
// text ends after 1 KiB.
func Redact(text string) string {
	text = strings.ToValidUTF8(injected.Replace(text), "")
	text = address.ReplaceAllStringFunc(text, func(found string) string {
		part := address.FindStringSubmatch(found)
		if part[4] == "" {
			return part[1] + part[3]
		}
		return part[1] + part[3] + "/…"
	})
	if len(text) <= maxCause {
		return text
	}
	cut := maxCause - len("…")
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
