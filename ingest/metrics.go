package ingest

import (
	"sync/atomic"
	"time"
)

// Metrics is told what happens, for histograms. Every function may be nil; they
// are called from the hot path and have to be quick.
type Metrics struct {
	// Commit is called after each commit with its chat messages and how long it
	// took; err is not nil when it failed.
	Commit func(messages int, took time.Duration, err error)
	// Lag is called for each lane in a commit: the longest time that one of its
	// messages spent between the wire and the database, and their number.
	Lag func(longest time.Duration, messages int)
	// Signal is called after each signal to a session.
	Signal func(decisions int, took time.Duration, err error)
	// Requested is called with the number of clips that a commit asked for.
	Requested func(clips int)
	// Reply is called with what became of each reply: sent, failed, dropped,
	// unknown.
	Reply func(outcome string)
	// Poll is called after each question which channels are live.
	Poll func(channels int, took time.Duration, err error)
}

func (m Metrics) commit(messages int, took time.Duration, err error) {
	if m.Commit != nil {
		m.Commit(messages, took, err)
	}
}

func (m Metrics) lag(longest time.Duration, messages int) {
	if m.Lag != nil {
		m.Lag(longest, messages)
	}
}

func (m Metrics) signal(decisions int, took time.Duration, err error) {
	if m.Signal != nil {
		m.Signal(decisions, took, err)
	}
}

func (m Metrics) requested(clips int) {
	if m.Requested != nil && clips > 0 {
		m.Requested(clips)
	}
}

func (m Metrics) reply(outcome string) {
	if m.Reply != nil {
		m.Reply(outcome)
	}
}

func (m Metrics) poll(channels int, took time.Duration, err error) {
	if m.Poll != nil {
		m.Poll(channels, took, err)
	}
}

// tally is what a host counts since its start.
type tally struct {
	lines, bytes, unrouted, duplicates, lost, gaps atomic.Int64
	commits, committed, conflicts, rebuilds        atomic.Int64
	signals, replies, repliesFailed                atomic.Int64
	silences                                       atomic.Int64
	lastCommit                                     atomic.Int64 // Unix nanoseconds
}

// Stats is a host's figures: counts since its start, and how it stands now.
type Stats struct {
	Lines      int64 // messages that readers delivered
	Bytes      int64 // their size in memory
	Unrouted   int64 // of creators that this host does not hold
	Duplicates int64 // seen before
	Lost       int64 // messages in recorded gaps
	Gaps       int64

	Commits   int64
	Committed int64 // messages
	Conflicts int64 // commits that held what was stored already
	Rebuilds  int64 // lanes started again from their rows

	Signals       int64 // decisions delivered to sessions
	Replies       int64 // sent
	RepliesFailed int64 // failed, dropped or unknown

	Silences int64 // times that a live source fell silent

	Creators    int   // held now
	QueueLines  int   // messages that wait for their lane now
	QueueBytes  int64 // of messages that are not committed yet
	BrokenLanes int   // lanes whose last commit failed

	// Uncommitted is how long the oldest message that is not committed has been
	// waiting; zero when there is none.
	Uncommitted time.Duration
	LastCommit  time.Time // zero before the first
}
