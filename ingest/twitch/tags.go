package twitch

import "bytes"

// tagName is one of the tags that an event is made of. All others are skipped
// without a look at their values.
type tagName uint8

const (
	tagBadges tagName = iota
	tagBits
	tagDisplayName
	tagID
	tagLogin
	tagMod
	tagMsgID
	tagCommunityGift
	tagCumulativeMonths
	tagMassGiftCount
	tagOrigin
	tagViewerCount
	tagReplyParent
	tagRoom
	tagSourceMsgID
	tagSourceRoom
	tagSentAt
	tagUserID
	tagCount // how many there are; not a tag
)

// tagOf finds a tag by its key.
func tagOf(key []byte) (tagName, bool) {
	switch string(key) { // compares without copying
	case "badges":
		return tagBadges, true
	case "bits":
		return tagBits, true
	case "display-name":
		return tagDisplayName, true
	case "id":
		return tagID, true
	case "login":
		return tagLogin, true
	case "mod":
		return tagMod, true
	case "msg-id":
		return tagMsgID, true
	case "msg-param-community-gift-id":
		return tagCommunityGift, true
	case "msg-param-cumulative-months":
		return tagCumulativeMonths, true
	case "msg-param-mass-gift-count":
		return tagMassGiftCount, true
	case "msg-param-origin-id":
		return tagOrigin, true
	case "msg-param-viewerCount":
		return tagViewerCount, true
	case "reply-parent-msg-id":
		return tagReplyParent, true
	case "room-id":
		return tagRoom, true
	case "source-msg-id":
		return tagSourceMsgID, true
	case "source-room-id":
		return tagSourceRoom, true
	case "tmi-sent-ts":
		return tagSentAt, true
	case "user-id":
		return tagUserID, true
	}
	return 0, false
}

// tagSet holds the tags of one line that an event is made of, as they stand on
// the wire. A tag that occurs twice means its last value.
type tagSet struct {
	raw     [tagCount][]byte
	scratch []byte // unescaped values of this line
}

// scan reads a line's tags; the slices point into it.
func (t *tagSet) scan(tags []byte) {
	t.raw, t.scratch = [tagCount][]byte{}, t.scratch[:0]
	for len(tags) > 0 {
		var item []byte
		if end := bytes.IndexByte(tags, ';'); end >= 0 {
			item, tags = tags[:end], tags[end+1:]
		} else {
			item, tags = tags, nil
		}
		key, value := item, []byte(nil)
		if at := bytes.IndexByte(item, '='); at >= 0 {
			key, value = item[:at], item[at+1:]
		}
		if name, ok := tagOf(key); ok {
			t.raw[name] = value
		}
	}
}

// value returns a tag's value unescaped and without white space around it, or
// nothing. It is valid until the next scan.
func (t *tagSet) value(name tagName) []byte {
	raw := t.raw[name]
	if bytes.IndexByte(raw, '\\') >= 0 {
		from := len(t.scratch)
		t.scratch = appendUnescaped(t.scratch, raw)
		raw = t.scratch[from:]
	}
	return bytes.TrimSpace(raw)
}

// appendUnescaped undoes the escapes of a tag's value as IRCv3's message-tags
// specify: a backslash before any other character means that character, and one
// at the end nothing.
func appendUnescaped(dst, raw []byte) []byte {
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '\\' {
			if i++; i == len(raw) {
				break
			}
			switch c = raw[i]; c {
			case ':':
				c = ';'
			case 's':
				c = ' '
			case 'r':
				c = '\r'
			case 'n':
				c = '\n'
			}
		}
		dst = append(dst, c)
	}
	return dst
}
