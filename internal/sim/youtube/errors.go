package youtube

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// apiError is an error in the shape of Google's APIs.
type apiError struct {
	code         int
	domain       string
	reason       string
	message      string
	location     string // what was wrong, if it can be pointed at
	locationType string
	retryAfter   int // seconds; 0 for no such header
}

// canonical are the names of Google's statuses; the domains of YouTube itself
// carry none.
var canonical = map[int]string{
	http.StatusBadRequest: "INVALID_ARGUMENT", http.StatusUnauthorized: "UNAUTHENTICATED", http.StatusForbidden: "PERMISSION_DENIED",
	http.StatusNotFound: "NOT_FOUND", http.StatusTooManyRequests: "RESOURCE_EXHAUSTED",
	http.StatusInternalServerError: "INTERNAL", http.StatusServiceUnavailable: "UNAVAILABLE",
}

const globalDomain = "global"

func (e apiError) write(w http.ResponseWriter) {
	detail := map[string]any{"message": e.message, "domain": e.domain, "reason": e.reason}
	if e.location != "" {
		detail["location"], detail["locationType"] = e.location, e.locationType
	}
	body := map[string]any{"code": e.code, "message": e.message, "errors": []any{detail}}
	if name, ok := canonical[e.code]; ok && e.domain == globalDomain {
		body["status"] = name
	}
	if e.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(e.retryAfter))
	}
	if e.code == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="https://accounts.google.com/"`)
	}
	writeJSON(w, e.code, map[string]any{"error": body})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// onVideo is an error about what was said of a video.
func onVideo(reason, message, location string) apiError {
	return apiError{code: http.StatusBadRequest, domain: "youtube.video", reason: reason, message: message, location: location, locationType: "other"}
}

func badParameter(reason, message, name string) apiError {
	return apiError{code: http.StatusBadRequest, domain: "youtube.parameter", reason: reason, message: message, location: name, locationType: "parameter"}
}

// The errors that are no fault of one field.
var (
	errBadRequest      = apiError{code: http.StatusBadRequest, domain: globalDomain, reason: "badRequest", message: "Bad Request"}
	errUnauthenticated = apiError{code: http.StatusUnauthorized, domain: globalDomain, reason: "authError", message: "Invalid Credentials",
		location: "Authorization", locationType: "header"}
	errKey       = apiError{code: http.StatusBadRequest, domain: globalDomain, reason: "badRequest", message: "API key not valid. Please pass a valid API key."}
	errForbidden = apiError{code: http.StatusForbidden, domain: globalDomain, reason: "forbidden", message: "Access forbidden. The request may not be properly authorized."}
	errScope     = apiError{code: http.StatusForbidden, domain: globalDomain, reason: "insufficientPermissions", message: "Request had insufficient authentication scopes."}
	errQuota     = apiError{code: http.StatusForbidden, domain: "youtube.quota", reason: "quotaExceeded",
		message: "The request cannot be completed because you have exceeded your quota."}
	errDailyLimit  = apiError{code: http.StatusForbidden, domain: "usageLimits", reason: kindDailyLimit, message: "Daily Limit Exceeded"}
	errUploadLimit = onVideo("uploadLimitExceeded", "The user has exceeded the number of videos they may upload.", "")
	errSignup      = apiError{code: http.StatusUnauthorized, domain: "youtube.header", reason: "youtubeSignupRequired", message: "Unauthorized",
		location: "Authorization", locationType: "header"}
	errRate = apiError{code: http.StatusTooManyRequests, domain: globalDomain, reason: "rateLimitExceeded",
		message: "Resource has been exhausted (e.g. check quota).", retryAfter: 1}
	errNotFound    = apiError{code: http.StatusNotFound, domain: globalDomain, reason: "notFound", message: "Not Found"}
	errGone        = apiError{code: http.StatusGone, domain: globalDomain, reason: "gone", message: "Gone"}
	errInternal    = apiError{code: http.StatusInternalServerError, domain: globalDomain, reason: "internalError", message: "Internal error encountered."}
	errUnavailable = apiError{code: http.StatusServiceUnavailable, domain: globalDomain, reason: "backendError", message: "The service is currently unavailable."}
	errBadContent  = apiError{code: http.StatusBadRequest, domain: globalDomain, reason: "badContent",
		message: "Media type is not supported. Valid media types: [application/octet-stream, video/*]"}
	errTooLarge  = apiError{code: http.StatusRequestEntityTooLarge, domain: globalDomain, reason: "uploadTooLarge", message: "Media larger than the maximum of 256 GiB"}
	errMediaBody = onVideo("mediaBodyRequired", "The request does not include the video content.", "")
	errParse     = apiError{code: http.StatusBadRequest, domain: globalDomain, reason: "parseError", message: "Parse Error"}
)

// errPlain is how the upload server itself complains: text, not JSON.
type errPlain struct {
	code    int
	message string
}

func (e errPlain) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(e.code)
	_, _ = w.Write([]byte(e.message))
}

// refusal is an answer that says no.
type refusal interface{ write(http.ResponseWriter) }
