// Package youtube simulates as much of YouTube as an uploader and a chat bot meet:
// OAuth's logins, resumable and multipart videos.insert, the lists that tell what
// a channel has uploaded and what is live, and live chats, by polling and as a
// stream, with what people, moderators and the API do in them. Clients of Google's
// own work against it unchanged; the project's quota is metered; and everything
// that was answered is known again after a kill.
//
// Each broadcast has a video and a chat of its own. What a chat shows is a line of
// a journal, written before anybody is told. A page token says of itself where its
// reader goes on and from when on, so that it outlives the simulator.
//
// An upload's bytes go to a file of their own as they come. How much of it
// counts follows from the length of that file, so that nothing can be forgotten
// between storing bytes and answering for them. A video is one line of a
// journal, written before its answer.
//
// It knows nothing of this project's own clients and must not import them.
//
// # What is uncertain about the platform
//
// Chosen here, where the documentation is silent or observers disagree:
//
//   - A piece that begins above what is stored is refused with 503 and plain
//     text, as has been observed; one that begins below repeats what is stored,
//     which is skipped without a comparison.
//   - Only whole units of 256 KiB are stored, the end of the video excepted. A
//     piece that fills none is answered with 308 and no progress; production may
//     refuse it.
//   - A request that brings bytes to an upload ends an older one that still does.
//   - The address of an upload is permission enough; a token that is sent to it
//     must be valid nevertheless. It can be resumed for a week from its opening,
//     whatever happens meanwhile, and answers 404 afterwards.
//   - A cancelled upload answers 499 for ever.
//   - An upload of which every byte is stored becomes a video at the next status
//     query, too, if the server died before it could make one.
//   - uploadLimitExceeded comes with 400; the number of videos that a channel may
//     upload is not documented, and only a fault exhausts it.
//   - Of the quota, opening an upload costs, and its bytes and status queries do
//     not. A call without a valid token costs nothing, any other its full price,
//     valid or not.
//   - The uploads playlist shows private videos to their owner, and rejected and
//     failed ones as well. Listings know a video at once unless a lag is set;
//     production's lag is not documented.
//   - Videos of projects that have not been audited are not forced to be private.
//   - Refresh tokens never expire and are not rotated. Every code that is exchanged
//     gives one; production gives one at the first consent of an account, and asks
//     again with prompt=consent.
//
// Of logins:
//
//   - The page asks anybody at once: there are no passwords. Redirects are allowed to
//     loopback addresses alone, with any port and path.
//   - A wrong code verifier does not spend the code.
//   - The scopes of the device flow are youtube and youtube.readonly, as documented;
//     a device that asks too early is told slow_down, and its interval stays.
//   - A device code that expired answers expired_token, as RFC 8628 has it.
//
// Of live chats:
//
//   - Reading costs 5 units a page and 5 a stream, writing 20, as the methods' own
//     pages say; older tables say 1 and 50. Options.Costs changes it.
//   - Whom the wait between two calls binds: here the reader who got the token, and
//     whoever asks again with the same token or with none. Production may count by
//     project. Being late by nothing is enough; production's tolerance is unknown.
//   - pollingIntervalMillis is always the same. Production's depends on how busy a
//     chat is.
//   - A first page holds as much history as was asked for; production's seems to be
//     some dozens of messages.
//   - maxResults and profileImageSize outside their ranges are refused; production may
//     take the nearest value. Texts of more than 200 characters are refused with
//     messageTextInvalid, counted as code points.
//   - The stream sends an element with nothing in it after 15 s of silence, and is
//     ended after 5 minutes, every other time without the array's end. None of the
//     three is documented.
//   - A deleted message is delivered once more, as a tombstone with its id and its
//     time; HideDeleted keeps that from readers who have the message. The documents
//     have tombstones and say no more of messageDeletedEvent, which only control can
//     bring about. That a ban removes what its victim wrote is not simulated.
//   - Chats do not tell of a ban that is lifted, nor of a history that is dropped.
//   - Only owners and moderators delete, bans cover a channel's later broadcasts, and
//     the moderators are those of the seed. The error reasons of bans are those of
//     the method's page as remembered, not checked.
//   - An ended chat tells its end to those who had a token before it, with offlineAt;
//     after that, and to everybody who comes later, it is liveChatEnded.
//   - No number of messages a minute is enforced on writers, nor slow mode: neither is
//     documented. A fault gives rateLimitExceeded.
//   - The picture of a broadcast is in the uploads playlist while it is live, which
//     observers say and the documentation does not. There are no broadcasts that are
//     only announced, and none of type persistent.
package youtube
