package store

import (
	"strings"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// PublicMessage is the message without what only operators may read: titles of
// clips, which may be the words of whoever asked in chat, and what stands in a
// configuration that was refused.
func (e RuntimeEvent) PublicMessage() string {
	for _, state := range []clip.State{clip.Queued, clip.Encoding, clip.Encoded} {
		told := clipEvent(e.ClipID, e.CreatorID, state, "")
		if e.Source == told.Source && strings.HasPrefix(e.Message, told.Message) {
			return strings.TrimSuffix(told.Message, ": ")
		}
	}
	if e.Source == sourceReload {
		if files, refused := strings.CutPrefix(e.Message, reloadRefused); refused {
			files, _, _ = strings.Cut(files, ": ")
			return reloadRefused + files
		}
	}
	return e.Message
}
