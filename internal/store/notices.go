package store

import "strings"

// What a notice on ChannelExport is about: its payload is one of these and an id. A
// payload without any of them may be about every row.
const (
	NoticeClip     = "clip:"     // and the clip's id
	NoticeTriggers = "triggers:" // and the id of the creator whose triggers were changed
	NoticeQuota    = "quota:"    // and nothing else
)

// AboutClip returns the clip that a notice on ChannelExport is about, or false.
func AboutClip(payload string) (id string, ok bool) {
	id, ok = strings.CutPrefix(payload, NoticeClip)
	return id, ok && id != ""
}
