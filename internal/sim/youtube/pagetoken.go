package youtube

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

// pageToken is where a reader of a chat goes on, and from when on. It is all that
// the platform needs to know of a reader: tokens outlive the simulator.
type pageToken struct {
	Chat string
	Seq  int64 // of the last item that was read, or is older than what was
	Due  int64 // Unix milliseconds before which it is too early
}

const tokenPrefix = "GO"

// String is the token as clients get it.
func (p pageToken) String() string {
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s|%d|%d", p.Chat, p.Seq, p.Due))
}

// parsePageToken reads a token; ok is false for what no chat gave out.
func parsePageToken(text string) (p pageToken, ok bool) {
	encoded, ours := strings.CutPrefix(text, tokenPrefix)
	plain, err := base64.RawURLEncoding.DecodeString(encoded)
	fields := strings.Split(string(plain), "|")
	if !ours || err != nil || len(fields) != 3 {
		return pageToken{}, false
	}
	p.Chat = fields[0]
	if _, err := fmt.Sscanf(fields[1]+" "+fields[2], "%d %d", &p.Seq, &p.Due); err != nil {
		return pageToken{}, false
	}
	return p, p.String() == text && p.Seq >= 0 && p.Due >= 0
}

// early reports whether the reader was to wait longer.
func (p pageToken) early(now time.Time) bool { return now.UnixMilli() < p.Due }
