// Package youtube simulates as much of YouTube as an uploader meets: OAuth's
// token endpoint, resumable and multipart videos.insert, and the lists that tell
// what a channel has uploaded. Clients of Google's own work against it
// unchanged; the project's quota is metered; and everything that was answered is
// known again after a kill.
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
//   - Refresh tokens never expire and are not rotated.
package youtube
