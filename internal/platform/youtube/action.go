package youtube

import (
	"errors"
	"net/http"
)

// Action is what a failed call of live chat asks its caller to do.
type Action string

// The actions that readers and writers of live chat tell apart.
const (
	ActionRetry    Action = "retry"     // the fault passes: again after a growing wait
	ActionQuota    Action = "quota"     // nothing is taken before the day of the quota ends
	ActionThrottle Action = "throttle"  // slower: at least twice the interval that was asked for last
	ActionOver     Action = "over"      // the broadcast, or its chat, is over: look for the next one
	ActionDisabled Action = "disabled"  // the owner turned chat off: look again every few minutes
	ActionRestart  Action = "restart"   // the page token is no good: begin without one, and expect what was read before
	ActionLogin    Action = "login"     // only a person can help: a new login or another key
	ActionForbid   Action = "forbidden" // the account may not do that there
	ActionGiveUp   Action = "give_up"   // the request itself is wrong; it fails again
)

// The platform's words for what is wrong, by what there is to do
// (developers.google.com/youtube/v3/live/docs/liveChatMessages).
var actions = map[string]Action{
	"liveChatEnded":    ActionOver,
	"liveChatNotFound": ActionOver,

	"liveChatDisabled": ActionDisabled,

	"pageTokenInvalid": ActionRestart,
	"invalidPageToken": ActionRestart,

	"keyInvalid":              ActionLogin,
	"keyExpired":              ActionLogin,
	"accessNotConfigured":     ActionLogin,
	"authError":               ActionLogin,
	"youtubeSignupRequired":   ActionLogin,
	"API_KEY_INVALID":         ActionLogin,
	"liveStreamingNotEnabled": ActionForbid,

	"insufficientPermissions":         ActionLogin,
	"insufficientLivePermissions":     ActionLogin,
	"ACCESS_TOKEN_SCOPE_INSUFFICIENT": ActionLogin,

	"backendError":  ActionRetry,
	"internalError": ActionRetry,
}

// Action says what to do about the failure.
func (e *Error) Action() Action {
	switch {
	case errors.Is(e.Err, ErrNeedsLogin):
		return ActionLogin
	case e.Exhausted():
		return ActionQuota
	case e.Throttled():
		return ActionThrottle
	}
	if action, known := actions[e.Reason]; known {
		return action
	}
	switch {
	case e.Status == http.StatusUnauthorized:
		return ActionLogin
	case e.Status == http.StatusForbidden:
		return ActionForbid
	case e.Status >= 400 && e.Status < 500 && e.Status != http.StatusRequestTimeout:
		return ActionGiveUp
	}
	return ActionRetry
}

// ActionOf says what to do about any failure of a call; what is no *Error passes.
func ActionOf(err error) Action {
	var failed *Error
	if errors.As(err, &failed) {
		return failed.Action()
	}
	return ActionRetry
}
