// Package hls is an HLS origin that never ends by itself: real H.264 and AAC in
// a sliding window of MPEG-TS segments, with a burnt-in clock and, in every
// picture, its frame number (package framecode).
//
// Frame n is shown at epoch + n/30 s, and a segment's PROGRAM-DATE-TIME is the
// time of its first frame, exactly, for as long as the origin's folder exists:
// the epoch and the timeline are kept, so that an origin that was killed goes
// on with the right frame numbers, after a discontinuity and a gap as long as
// it was dead. A timeline begins with its window already full, as if it had
// been live for a while.
//
// Frames are drawn here and encoded by one FFmpeg, which ends when its input
// does; nothing else is encoded, whatever number of clients reads. The origin
// has one rendition and neither encryption nor low-latency parts.
//
// Paths: /live/master.m3u8, /live/index.m3u8, /live/segment-<slot>.ts;
// /live/signed?seconds=<n> gives out addresses that expire. After
// the end of a broadcast the last playlist is served, with its ENDLIST, until
// the next one begins.
package hls
