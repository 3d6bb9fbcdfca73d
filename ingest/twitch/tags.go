package twitch

import "bytes"

// tagName is one of the tags that an event is made of. All others are skipped
// without a look at their values.
type tagName uint8

const (
	tagBadges tagName = iota
	tagBanDuration
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
	tagDonation
	tagDonationCurrency
	tagViewerCount
	tagPaid
	tagPaidCurrency
	tagReplyParent
	tagRoom
	tagSourceMsgID
	tagSourceRoom
	tagSentAt
	tagTargetMsg
	tagTargetUser
	tagUserID
	tagCount // how many there are; not a tag
)

// tagOf finds a tag by its key.
func tagOf(key []byte) (tagName, bool) {
	switch string(key) { // compares without copying
	case "badges":
		return tagBadges, true
	case "ban-duration":
		return tagBanDuration, true
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
	case "msg-param-donation-amount":
		return tagDonation, true
	case "msg-param-donation-currency":
		return tagDonationCurrency, true
	case "msg-param-viewerCount":
		return tagViewerCount, true
	case "pinned-chat-paid-amount":
		return tagPaid, true
	case "pinned-chat-paid-currency":
		return tagPaidCurrency, true
	case "reply-parent-msg-id":
		return tagReplyParent, true
	case "room-id":
		return tagRoom, true
	case "source-msg-id":
		return tagSourceMsgID, true
	case "source-room-id":
		return tagSourceRoom, true
	case "target-msg-id":
		return tagTargetMsg, true
	case "target-user-id":
		return tagTargetUser, true
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
	block   []byte         // the line's tags
	at      [tagCount]span // where the values lie in the block
	scratch []byte         // unescaped values of this line
}

// span is a part of a line, which is never longer than maxLine.
type span struct{ from, to uint16 }

const _ uint16 = maxLine // does not compile once a span cannot hold a line

// scan reads a line's tags; what the set holds from then on lies in that line.
func (t *tagSet) scan(tags []byte) {
	t.block, t.at, t.scratch = tags, [tagCount]span{}, t.scratch[:0]
	for from, end := 0, 0; from < len(tags); from = end + 1 {
		end = len(tags)
		if n := bytes.IndexByte(tags[from:], ';'); n >= 0 {
			end = from + n
		}
		key, value := end, end
		if n := bytes.IndexByte(tags[from:end], '='); n >= 0 {
			key, value = from+n, from+n+1
		}
		if name, ok := tagOf(tags[from:key]); ok {
			t.at[name] = span{uint16(value), uint16(end)}
		}
	}
}

// value returns a tag's value unescaped and without white space around it, or
// nothing. It is valid until the next scan.
func (t *tagSet) value(name tagName) []byte {
	at := t.at[name]
	if at.from == at.to {
		return nil
	}
	raw := t.block[at.from:at.to]
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
