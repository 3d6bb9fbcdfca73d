package youtube

import "net/http"

const chatDomain = "youtube.liveChat"

func onChat(status int, reason, message string) apiError {
	return apiError{code: status, domain: chatDomain, reason: reason, message: message}
}

// The errors of live chats.
var (
	errChatForbidden = onChat(http.StatusForbidden, "forbidden", "The caller does not have permission to read or write messages of the specified live chat.")
	errChatDisabled  = onChat(http.StatusForbidden, "liveChatDisabled", "Live chat is not enabled for the specified broadcast.")
	errChatEnded     = onChat(http.StatusForbidden, "liveChatEnded", "The specified live chat is no longer live.")
	errChatRate      = onChat(http.StatusForbidden, "rateLimitExceeded", "The request was sent too quickly after the previous request.")
	errChatNotFound  = onChat(http.StatusNotFound, "liveChatNotFound", "The live chat that you are trying to retrieve cannot be found. Check the value of the request's liveChatId parameter to ensure that it is correct.")
	errPageToken     = onChat(http.StatusBadRequest, "pageTokenInvalid", "The specified page token is not valid.")

	errChatIDRequired = onChat(http.StatusBadRequest, "liveChatIdRequired", "The liveChatMessage resource must specify the live chat id in the snippet.liveChatId property.")
	errTextRequired   = onChat(http.StatusBadRequest, "messageTextRequired", "The liveChatMessage resource must specify the message text in the snippet.textMessageDetails.messageText property.")
	errTypeRequired   = onChat(http.StatusBadRequest, "typeRequired", "The liveChatMessage resource must specify the message type in the snippet.type property.")
	errTextInvalid    = onChat(http.StatusBadRequest, "messageTextInvalid", "The message text is not valid.")
	errPrecondition   = onChat(http.StatusBadRequest, "preconditionCheckFailed", "Precondition check failed.")

	errModification    = onChat(http.StatusForbidden, "modificationNotAllowed", "The request is not allowed to change this live chat message.")
	errMessageNotFound = onChat(http.StatusNotFound, "liveChatMessageNotFound", "The specified live chat message cannot be found.")
	errBanNotAllowed   = onChat(http.StatusForbidden, "liveChatBanInsertionNotAllowed", "The specified user cannot be banned from this live chat.")
	errBanNotFound     = onChat(http.StatusNotFound, "liveChatBanNotFound", "The specified live chat ban cannot be found.")
	errBannedChannel   = onChat(http.StatusBadRequest, "invalidChannelId", "The channel id that was specified is not valid.")
	errBanChatID       = onChat(http.StatusBadRequest, "invalidLiveChatId", "The live chat id that was specified is not valid.")
)

// chatReasons are the fault kinds that answer with an error of chats, by the
// reason that the platform gives.
var chatReasons = map[string]apiError{
	"forbidden": errChatForbidden, "liveChatDisabled": errChatDisabled, "liveChatEnded": errChatEnded, "rateLimitExceeded": errChatRate,
	"liveChatNotFound": errChatNotFound, "pageTokenInvalid": errPageToken, "liveChatIdRequired": errChatIDRequired,
	"messageTextRequired": errTextRequired, "typeRequired": errTypeRequired, "messageTextInvalid": errTextInvalid,
	"preconditionCheckFailed": errPrecondition,
}
