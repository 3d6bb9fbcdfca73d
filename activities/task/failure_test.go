package task_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
)

func TestAFailureCrossesToTheWorkflowAndBack(t *testing.T) {
	t.Parallel()
	for _, final := range []bool{true, false} {
		made := &clip.Failure{Code: clip.DiskFull, Message: "No space left.", Final: final, Err: errors.New("write: no space")}
		got := task.FailureOf(overTheWire(t, task.Error(fmt.Errorf("encode: %w", made))))
		require.Equal(t, made.Code, got.Code)
		require.Equal(t, made.Message, got.Message)
		require.Equal(t, final, got.Final)
		require.EqualError(t, got.Err, "write: no space")
	}
}

func TestAnErrorThatNobodyClassifiedIsInternalAndCanBeRetried(t *testing.T) {
	t.Parallel()
	got := task.FailureOf(overTheWire(t, task.Error(errors.New("unexpected"))))
	require.Equal(t, clip.Internal, got.Code)
	require.False(t, got.Final)
	require.NotContains(t, got.Message, "unexpected", "the message is for the creator")
	require.EqualError(t, got.Err, "unexpected")
}

func TestAnErrorOfSomebodyElsesActivityIsInternal(t *testing.T) {
	t.Parallel()
	got := task.FailureOf(temporal.NewApplicationError("boom", "PanicError"))
	require.Equal(t, clip.Internal, got.Code)
}

func TestALostWorkerIsExplainedToTheCreator(t *testing.T) {
	t.Parallel()
	for kind, want := range map[enumspb.TimeoutType]string{
		enumspb.TIMEOUT_TYPE_SCHEDULE_TO_START: "cannot be reached",
		enumspb.TIMEOUT_TYPE_HEARTBEAT:         "stopped answering",
		enumspb.TIMEOUT_TYPE_START_TO_CLOSE:    "longer than allowed",
	} {
		got := task.FailureOf(temporal.NewTimeoutError(kind, nil))
		require.Contains(t, got.Message, want)
		require.False(t, got.Final)
	}
}

func TestCancellationIsNoFailure(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, task.Error(context.Canceled), context.Canceled)
	require.True(t, temporal.IsCanceledError(task.Error(temporal.NewCanceledError())))
	require.NoError(t, task.Error(nil))
	require.Nil(t, task.FailureOf(nil))
}

func TestWhatComesLaterSaysWhen(t *testing.T) {
	t.Parallel()
	err := task.Error(&task.Later{After: time.Minute, Err: &clip.Failure{Code: clip.NoCapture, Message: "no source"}})
	var application *temporal.ApplicationError
	require.ErrorAs(t, err, &application)
	require.Equal(t, time.Minute, application.NextRetryDelay())
	require.Equal(t, string(clip.NoCapture), application.Type())
}

func TestAHistoryNeverHoldsAStreamKeyOrAToken(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"open rtmp://live.example/app/key-SECRET: refused":             "open rtmp://live.example/… refused",
		`Get "https://cdn.example/a/b.m3u8?token=SECRET": EOF`:         `Get "https://cdn.example/…": EOF`,
		"postgres://user:SECRET@db.example:5432/x down":                "postgres://db.example:5432/… down",
		"https://cdn.example?sig=SECRET":                               "https://cdn.example/…",
		"srt://host:9000?streamid=SECRET&passphrase=SECRET, try again": "srt://host:9000/… try again",
		"nothing to hide": "nothing to hide",
	} {
		require.Equal(t, want, task.Redact(text))
	}
}

func FuzzARedactedTextIsShortAndHoldsNoQuery(f *testing.F) {
	f.Add("Get \"https://cdn.example/a?token=SECRET\": EOF")
	f.Add(strings.Repeat("é", 2000))
	f.Add("a\x00b\xff://x@y/z?SECRET")
	f.Fuzz(func(t *testing.T, text string) {
		got := task.Redact(text)
		require.LessOrEqual(t, len(got), 1024)
		require.True(t, utf8.ValidString(got))
		require.Equal(t, got, task.Redact(got), "twice is once")
		with := task.Redact("https://h.example/p?" + strings.Map(visible, text))
		require.True(t, strings.HasPrefix(with, "https://h.example/…"), with)
	})
}

// visible drops what ends an address.
func visible(r rune) rune {
	if r <= ' ' || r == '"' || r == utf8.RuneError || r > '~' {
		return -1
	}
	return r
}

// overTheWire is what the workflow sees of an activity's error.
func overTheWire(t *testing.T, err error) error {
	t.Helper()
	convert := temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
		DataConverter: converter.GetDefaultDataConverter(),
	})
	return convert.FailureToError(convert.ErrorToFailure(err))
}
