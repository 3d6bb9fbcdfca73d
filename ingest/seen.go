package ingest

import (
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/seen"
)

// How many of the newest messages and inbox rows a lane recognises at least.
const (
	seenCapacity  = 8192
	knownCapacity = 1024
)

// seenSet recognises messages that a lane took in before. The database's primary
// key decides about everything older.
type seenSet struct{ *seen.IDs }

func newSeenSet(limit int) *seenSet { return &seenSet{seen.NewIDs(limit)} }

// add reports whether the message is new, and remembers it.
func (s *seenSet) add(p chat.Platform, messageID string) bool { return s.Add(string(p), messageID) }

// recent recognises inbox rows by their ids.
type recent = seen.Numbers

func newRecent(limit int) recent { return seen.NewNumbers(limit) }
