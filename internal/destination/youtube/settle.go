package youtube

import (
	"context"
	"errors"
	"fmt"
	"time"

	api "google.golang.org/api/youtube/v3"

	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/quota"
)

// glances are the pauses before each look at how the platform gets on with a
// video, 30 s in all. One that it still works on then counts as published: it
// is there, and the platform goes on.
var glances = [...]time.Duration{0, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 15 * time.Second}

// settle waits a little for the platform's verdict on an uploaded video.
func (a *attempt) settle(ctx context.Context, id string) error {
	for _, pause := range glances {
		if pause > 0 {
			if err := a.Wait(ctx, pause); err != nil {
				return err
			}
		}
		videos, err := a.channel.Client.Videos(ctx, id)
		if err != nil {
			if ctx.Err() != nil {
				return err
			}
			a.log.Warn().Err(err).Str("video", id).Msg("youtube does not say how it gets on with the clip")
			var failed *youtube.Error
			var exhausted *quota.ExhaustedError
			if errors.As(err, &exhausted) || errors.As(err, &failed) && !failed.Doubtful() {
				return nil // asking again does not help, and the clip is there
			}
			continue
		}
		if len(videos) == 0 || videos[0].Status == nil {
			continue
		}
		switch status := videos[0].Status; {
		case hopeless(status.UploadStatus):
			return a.rejected(ctx, id, status)
		case status.UploadStatus == "processed":
			return nil
		}
	}
	return nil
}

// hopeless reports whether an upload status means that there is no video.
func hopeless(uploadStatus string) bool {
	return uploadStatus == "failed" || uploadStatus == "rejected" || uploadStatus == "deleted"
}

// rejected is the platform's refusal of a whole video. The session is dropped,
// so that a retry sends the clip anew.
func (a *attempt) rejected(ctx context.Context, id string, status *api.VideoStatus) error {
	a.doubted = false // a session makes one video, and this is it
	if err := a.giveUp(ctx); err != nil {
		a.log.Warn().Err(err).Msg("session of a refused upload stays")
	}
	reason := "YouTube deleted the video."
	switch status.UploadStatus {
	case "failed":
		reason = "YouTube could not process the video: " + inWords(failures, status.FailureReason)
	case "rejected":
		reason = "YouTube rejected the video: " + inWords(rejections, status.RejectionReason)
	}
	return refuse(destination.Final, "wait for the video", reason, fmt.Errorf("video %s is %s", id, status.UploadStatus))
}

func inWords(words map[string]string, reason string) string {
	if text, ok := words[reason]; ok {
		return text
	}
	if reason == "" {
		return "no reason was given."
	}
	return fmt.Sprintf("%.40q.", reason)
}

var failures = map[string]string{
	"codec":         "its codec is not supported.",
	"conversion":    "it could not be converted.",
	"emptyFile":     "the file is empty.",
	"invalidFile":   "the file's format is not valid.",
	"tooSmall":      "the file is too small.",
	"uploadAborted": "the upload was not finished.",
}

var rejections = map[string]string{
	"claim":                    "a content owner blocks it.",
	"copyright":                "it infringes a copyright.",
	"duplicate":                "the channel has the same video already.",
	"inappropriate":            "it is inappropriate.",
	"legal":                    "for legal reasons.",
	"length":                   "it is too long for this channel.",
	"termsOfUse":               "it violates the terms of use.",
	"trademark":                "it infringes a trademark.",
	"uploaderAccountClosed":    "the account is closed.",
	"uploaderAccountSuspended": "the account is suspended.",
}
