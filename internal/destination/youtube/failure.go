package youtube

import (
	"context"
	"errors"
	"fmt"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/quota"
)

func refuse(kind destination.Kind, operation, reason string, err error) *destination.Error {
	return &destination.Error{Kind: kind, Destination: Name, Operation: operation, Reason: reason, Err: err}
}

// verdict turns whatever ended an attempt into what the caller decides on.
func (a *attempt) verdict(ctx context.Context, err error) error {
	var settled *destination.Error
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.As(err, &settled) {
		return settled
	}
	var exhausted *quota.ExhaustedError
	if errors.As(err, &exhausted) {
		return &destination.Error{
			Kind: destination.Deferred, Destination: Name, Operation: "reserve units of the quota", Err: err,
			Reason: "YouTube's quota for today is used up.", Until: exhausted.Until,
		}
	}
	var full *budget.RefusedError
	if errors.As(err, &full) {
		return &destination.Error{
			Kind: destination.Retry, Destination: Name, Operation: "take a call out of its limits", Err: err,
			Reason: "YouTube is asked too often at the moment.", After: full.Wait,
		}
	}
	var failed *youtube.Error
	if !errors.As(err, &failed) {
		return refuse(destination.Retry, "publish the clip", "The clip could not be published to YouTube.", err)
	}
	verdict := a.judge(failed)
	if verdict.Kind == destination.Final && !errors.Is(failed, youtube.ErrNeedsLogin) {
		// Whoever asks for a retry has changed something, and the platform read
		// what was wrong when the session was opened.
		if err := a.giveUp(ctx); err != nil {
			a.log.Warn().Err(err).Msg("session of a refused upload stays")
		}
	}
	return verdict
}

// judge says what a failed call means.
func (a *attempt) judge(failed *youtube.Error) *destination.Error {
	verdict := &destination.Error{
		Kind: destination.Retry, Destination: Name, Operation: failed.Operation, Status: failed.Status, Err: failed,
		Reason: "YouTube cannot be reached at the moment.", After: failed.RetryAfter,
	}
	switch reason, known := refusals[failed.Reason]; {
	case failed.Exhausted():
		verdict.Kind, verdict.Until = destination.Deferred, quota.DayOf(Name, a.Clock()).Ends
		verdict.Reason = "YouTube's quota for today is used up."
		if failed.Reason == "uploadLimitExceeded" {
			verdict.Reason = "The channel may upload no more videos today."
		}
	case failed.Throttled():
		verdict.Reason = "YouTube is asked too often at the moment."
	case errors.Is(failed, youtube.ErrNeedsLogin):
		verdict.Kind, verdict.Reason = destination.Final, "The YouTube account needs a new login."
	case failed.Doubtful():
		if failed.Status >= 400 {
			verdict.Reason = fmt.Sprintf("YouTube is in trouble at the moment (status %d).", failed.Status)
		} else if failed.Status != 0 {
			verdict.Reason = "YouTube gave an answer that makes no sense."
		}
	case known:
		verdict.Kind, verdict.Reason = destination.Final, reason
	default:
		verdict.Kind, verdict.Reason = destination.Final, fmt.Sprintf("YouTube refuses the clip (status %d).", failed.Status)
		if failed.Reason != "" {
			verdict.Reason = fmt.Sprintf("YouTube refuses the clip: %s (status %d).", failed.Reason, failed.Status)
		}
	}
	return verdict
}

// refusals are the platform's final reasons as a creator reads them
// (developers.google.com/youtube/v3/docs/errors and …/videos/insert).
var refusals = map[string]string{
	"accessNotConfigured":               "The YouTube Data API is not enabled for the project of the configured client.",
	"authenticatedUserAccountClosed":    "The YouTube account is closed.",
	"authenticatedUserAccountSuspended": "The YouTube account is suspended.",
	"channelClosed":                     "The YouTube channel is closed.",
	"channelSuspended":                  "The YouTube channel is suspended.",
	"forbidden":                         "YouTube does not allow this account to upload the video.",
	"forbiddenLicenseSetting":           "YouTube does not allow this account the video's licence.",
	"forbiddenPrivacySetting":           "YouTube does not allow this account the video's privacy setting.",
	"insufficientPermissions":           "The YouTube account did not permit uploads and needs a new login.",
	"invalidCategoryId":                 "YouTube does not accept the video's category.",
	"invalidDescription":                "YouTube does not accept the video's description.",
	"invalidFilename":                   "YouTube does not accept the video's file name.",
	"invalidPublishAt":                  "YouTube does not accept the video's publishing time.",
	"invalidTags":                       "YouTube does not accept the video's tags.",
	"invalidTitle":                      "YouTube does not accept the video's title.",
	"invalidVideoMetadata":              "YouTube does not accept the video's title or category.",
	"mediaBodyRequired":                 "YouTube received no video.",
	"youtubeSignupRequired":             "The Google account has no YouTube channel.",
}
