package youtube

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
)

// Fault targets.
const (
	TargetToken  = "youtube.token"  // a request for an access token
	TargetInit   = "youtube.init"   // the request that opens an upload
	TargetUpload = "youtube.upload" // a request that brings bytes
	TargetStatus = "youtube.status" // a request that asks how many bytes are stored
	TargetFinish = "youtube.finish" // the answer to the request that completed an upload
	TargetList   = "youtube.list"   // any request that reads, but for chats

	TargetLive         = "youtube.live"          // a request that reads what is live
	TargetChatList     = "youtube.chat.list"     // a request for a page of a chat
	TargetChatStream   = "youtube.chat.stream"   // the connection on which a chat is pushed
	TargetChatInsert   = "youtube.chat.insert"   // a request that writes into a chat
	TargetChatModerate = "youtube.chat.moderate" // a request that deletes, bans, or ends a poll
	TargetAuthorize    = "youtube.authorize"     // a browser that asks for consent
	TargetDevice       = "youtube.device"        // a device that asks for its code
	TargetRevoke       = "youtube.revoke"        // a request that ends a grant
)

// Kinds that are more than a status.
const (
	kindHang        = "hang"
	kindTruncate    = "truncate"
	kindMalformed   = "malformed"
	kindClose       = "close"
	kindPartial     = "partial"
	kindLostSession = "lost_session"
	kindGone        = "gone"
	kindRejected    = "rejected"
	kindFailed      = "failed"
	kindStale       = "stale"
	kindQuota       = "quota"
	kindUploadLimit = "upload_limit"
	kindSignup      = "signup_required"

	kindDailyLimit = "dailyLimitExceeded"
	kindOffline    = "offline"
	kindDuplicate  = "duplicate"
	kindReorder    = "reorder"
	kindCut        = "cut"
	kindBadElement = "bad_element"
	kindSilent     = "silent"
	kindEnd        = "end"
	kindEndOpen    = "end_open"
)

// refusals are the kinds that answer with an error of the platform's.
var refusals = map[string]apiError{
	"400": errBadRequest, "401": errUnauthenticated, "403": errForbidden, "404": errNotFound, "429": errRate, "500": errInternal, "503": errUnavailable,
	kindDailyLimit: errDailyLimit,
	kindQuota:      errQuota, kindUploadLimit: errUploadLimit, kindSignup: errSignup,
}

var (
	spoilt    = []string{kindHang, kindTruncate, kindMalformed, kindClose}
	statuses  = []string{"401", "403", "429", "500", "503"}
	noUploads = []string{kindQuota, kindUploadLimit}
	// chatListRefusals strike before anything is read of a chat.
	chatListRefusals = slices.Concat(statuses, spoilt, []string{kindQuota, kindDailyLimit, "forbidden", "liveChatDisabled", "liveChatEnded",
		"liveChatNotFound", "pageTokenInvalid", "rateLimitExceeded"})
	// streamKinds strike an element of a stream.
	streamKinds = []string{kindCut, kindBadElement, kindSilent, kindEnd, kindEndOpen}
	deliveries  = []string{kindDuplicate, kindReorder}
	insertKinds = slices.Concat(statuses, spoilt, []string{kindQuota, kindDailyLimit, "forbidden", "liveChatDisabled", "liveChatEnded", "liveChatNotFound",
		"rateLimitExceeded", "liveChatIdRequired", "messageTextRequired", "typeRequired", "messageTextInvalid", "preconditionCheckFailed"})
	// finishKinds strike when every byte is stored.
	finishKinds = slices.Concat(statuses, noUploads, spoilt, []string{kindLostSession, kindGone, kindRejected, kindFailed})
)

// Targets lists what can fail here.
//
// Everywhere a status answers with that error and does nothing (403 is final,
// with the reason forbidden); hang does nothing and never answers; close, except
// in uploads, does what was asked and cuts the connection instead of answering;
// truncate does it and cuts in the middle of the answer; malformed does it and
// answers with something else.
//
// Of youtube.init: malformed answers without a Location.
//
// Of youtube.upload, which strikes requests with bytes: close cuts the
// connection in the middle of the body, what came until then is stored as far as
// it fills units; partial reads everything and stores about half; malformed
// stores it and answers with a Range that is none; lost_session and gone forget
// the upload, with 404 and 410.
//
// Of youtube.finish: every byte is stored. 401, 403, 429, quota and upload_limit
// refuse to make the video of them, so that the same bytes or a status query may
// complete it later. After all others there is a video: 500, 503, hang, close,
// truncate and malformed lose the answer; lost_session and gone forget the
// upload, too, so that only the listings tell of the video; rejected and failed
// let its processing end like that. partial keeps the last unit back.
//
// Of youtube.list: stale leaves out of a listing what was uploaded in the last
// minute.
//
// Of youtube.live, which strikes requests for broadcasts, for live details of
// videos and for the search by event: offline tells that nothing is live.
//
// Of youtube.chat.*: the reasons of the platform answer with their error and do
// nothing. Of the list and of the stream, duplicate repeats the items of a page
// and some before it, reorder turns a page around; both strike pages with items.
//
// Of youtube.chat.stream, each striking one element: cut breaks the connection in
// the middle of it, bad_element sends something that is no JSON instead and ends,
// silent keeps it and everything after it back and the connection open, end and
// end_open end the stream after it, with the array's end or without.
func Targets() []faults.Target {
	return []faults.Target{
		{Name: TargetToken, Kinds: slices.Concat([]string{"400"}, statuses, spoilt)},
		{Name: TargetInit, Kinds: slices.Concat(statuses, []string{"404", kindSignup}, noUploads, spoilt)},
		{Name: TargetUpload, Kinds: slices.Concat(statuses, noUploads, spoilt, []string{kindPartial, kindLostSession, kindGone})},
		{Name: TargetStatus, Kinds: slices.Concat(statuses, spoilt, []string{kindLostSession, kindGone})},
		{Name: TargetFinish, Kinds: append(slices.Clone(finishKinds), kindPartial)},
		{Name: TargetList, Kinds: slices.Concat(statuses, []string{"404", kindQuota, kindStale}, spoilt)},
		{Name: TargetLive, Kinds: slices.Concat(statuses, []string{"404", kindQuota, kindDailyLimit, kindOffline}, spoilt)},
		{Name: TargetChatList, Kinds: slices.Concat(chatListRefusals, deliveries)},
		{Name: TargetChatStream, Kinds: slices.Concat(chatListRefusals, deliveries, streamKinds)},
		{Name: TargetChatInsert, Kinds: insertKinds},
		{Name: TargetChatModerate, Kinds: slices.Concat(statuses, spoilt, []string{"404", kindQuota, "forbidden", "rateLimitExceeded"})},
		{Name: TargetAuthorize, Kinds: slices.Concat(statuses, []string{"400"}, spoilt)},
		{Name: TargetDevice, Kinds: slices.Concat(statuses, []string{"400"}, spoilt)},
		{Name: TargetRevoke, Kinds: slices.Concat(statuses, []string{"400"}, spoilt)},
	}
}

// garbage is an answer that is not what it should be.
const garbage = `{"kind":"youtube#`

// spoil answers a request in the way of kind; next is the true answer.
func spoil(w http.ResponseWriter, r *http.Request, kind string, next http.HandlerFunc) {
	refused, ok := refusals[kind]
	if !ok {
		refused, ok = chatReasons[kind]
	}
	if ok {
		refuse(w, r, refused)
		return
	}
	switch kind {
	case kindHang:
		hang(r)
	case kindClose, kindTruncate, kindMalformed:
		answer := httptest.NewRecorder()
		next(answer, r)
		lose(w, r, kind, answer)
	default:
		next(w, r)
	}
}

// lose spoils an answer whose deed is done.
func lose(w http.ResponseWriter, r *http.Request, kind string, answer *httptest.ResponseRecorder) {
	switch {
	case kind == kindHang:
		hang(r)
	case kind == kindTruncate && answer.Body.Len() > 1:
		faults.Truncated(w, answer.Code, answer.Header(), answer.Body.Bytes())
	case kind == kindTruncate:
		cutHeader(w)
	case kind == kindMalformed:
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(w, garbage)
	case kind == kindClose:
		panic(http.ErrAbortHandler)
	default:
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = io.Copy(w, bytes.NewReader(answer.Body.Bytes()))
	}
}

// refuse says no to a request whose body was sent in vain. It is read first: a
// client that is still writing might miss the answer.
func refuse(w http.ResponseWriter, r *http.Request, answer refusal) {
	_, _ = io.Copy(io.Discard, r.Body)
	answer.write(w)
}

// hang waits until the client or the simulator gives up. Only a server that has
// read the body notices a client that leaves.
func hang(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

// cutHeader breaks the connection in the middle of the header of an answer that
// has no body.
func cutHeader(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nLocat")
		_ = conn.Close()
	}
	panic(http.ErrAbortHandler)
}
