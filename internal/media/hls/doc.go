// Package hls reads HTTP Live Streaming playlists (RFC 8216) as far as a
// recorder needs them.
//
// Playlists are foreign bytes: every playlist either yields values within
// documented bounds or a *SyntaxError; nothing in it panics or grows beyond the
// input. The package does no I/O and resolves no addresses: URIs are returned as
// they stand.
//
// It exists beside github.com/grafov/m3u8, with which its tests compare it,
// because that library panics on an EXT-X-KEY before a URI without EXTINF,
// takes a blank line after EXTINF for a segment, attaches EXT-X-MAP and
// EXT-X-KEY to the next segment only although they hold until replaced, cannot
// tell a byte range without an offset from one at 0, and does not know
// EXT-X-GAP.
package hls
