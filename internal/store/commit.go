package store

import (
	"encoding/json"
	"time"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
)

// Event is a chat message with its place in its creator's lane.
type Event struct {
	chat.Event
	LaneSeq int64
}

// Decision is what was decided about one message and one trigger that it matched.
type Decision struct {
	LaneSeq   int64
	TriggerID string
	Key       chat.Key // the message; a zero key for an input that is not chat
	Fired     bool
	Step      string // first step of the evaluation that denied, or empty
	Detail    string // what that step found, in words, without chat text
	Config    string // hash of the configuration in force
	At        time.Time
	Author    string // "<platform>:<author id>" of who wrote the message; empty for operators
	CreatorID string // filled in by whoever reads; a commit's is its lane's
}

// OutboxKind says what an outbox row is for.
type OutboxKind string

// The kinds of outbox rows.
const (
	OutboxSignal OutboxKind = "signal" // payload control.Decision, for the creator's session
	OutboxReply  OutboxKind = "reply"  // payload Reply, for the platform's chat
	OutboxDelete OutboxKind = "delete" // payload Deletion, for the platform's chat
)

// Outbox is something that the data plane decided and has to tell somebody. ID
// and Attempts are the store's own.
type Outbox struct {
	ID        int64
	CreatorID string
	LaneSeq   int64 // 0 for rows that no lane decided
	Kind      OutboxKind
	DedupeKey string // at most one row of this key is ever written
	Platform  chat.Platform
	Channel   string
	Payload   json.RawMessage
	Class     budget.Class // the greatest is sent first
	NotAfter  time.Time    // worthless later than this; zero for never
	CreatedAt time.Time    // zero means now
	Attempts  int          // how often it was claimed
}

// Reply is the payload of an outbox row of kind reply.
type Reply struct {
	Text    string
	ReplyTo string // message that it answers, or empty
	ClipID  string // clip that it is about, or empty
	Part    int    `json:",omitempty"` // place in a text of several, from 0; the key of a later one ends with "/<place + 1>"
}

// Deletion is the payload of an outbox row of kind delete.
type Deletion struct {
	MessageID string // to be deleted
}

// Gap is a stretch of chat that was lost: a connection down, a queue that
// overflowed, a fail-over.
type Gap struct {
	CreatorID string
	Platform  chat.Platform
	Channel   string
	Reason    string
	From, To  time.Time
	Lost      int64 // messages known to be lost; 0 when nobody can know
}

// CounterDelta is by how much a creator's counters on one platform grow.
type CounterDelta struct {
	Messages      int64
	Triggers      int64
	Actions       int64
	ActionsFailed int64
	LastEventAt   time.Time // zero leaves it alone
}

// LaneCommit is what one lane has to write. Everything in it is written, or
// nothing.
type LaneCommit struct {
	CreatorID string
	Epoch     int64     // as ClaimCreators gave it
	NextSeq   int64     // next place in the sequence after this commit
	After     int64     // next place before it, as the lane's last commit left it; 0 leaves that unchecked
	Clock     time.Time // the lane's clock after this commit

	Events    []Event
	Decisions []Decision
	Cooldowns []Cooldown // of several for one trigger and scope the last one counts
	Clips     []clip.Request
	Asked     []ClipAsked // parts in these clips and in earlier ones; an author has one in each
	Outbox    []Outbox
	InboxDone map[int64]int64 // inbox row consumed → its place in the sequence
	Taken     []Taken         // inputs of the lane's own, written as inbox rows consumed already
	Gaps      []Gap
	Counters  map[chat.Platform]CounterDelta
	Reports   []ReportDelta // at most one for each broadcast

	// Of the following, of several for one thing the last one counts.
	Uses         []Use
	Votes        []Vote
	Points       []PointChange
	ChatCounters []CounterChange // every one is written
	Overlays     []OverlayChange
	Changes      []TriggerChange  // every one is written
	ClipsOver    map[string]int64 // clip of whose end the lane learnt → where in the sequence
	ClipsWaiting map[string]int64 // clip of which the lane learnt that it waits → where in the sequence
	Paused       *bool            // commands are paused from now on, or no longer; nil for no change
	Config       *Config          // in force from now on; nil for no change
	Live         *Live            // nil for no change

	// HideTexts has the events written without text and names; their ids are kept.
	HideTexts bool
}

// CommitResult says what became of a commit.
type CommitResult struct {
	// Stale lists the creators whose rows were dropped because another holder
	// has claimed them since: their lanes have to stop.
	Stale []string
	// OutboxIDs holds, by creator, the ids of its outbox rows in the order given.
	OutboxIDs map[string][]int64
}

// Durable reports whether the lane wrote something that must not be lost when the
// database server's machine loses power. Plain chat may be lost then: it is the
// platforms' and not worth waiting for a disk.
func (l *LaneCommit) Durable() bool {
	return len(l.Decisions)+len(l.Cooldowns)+len(l.Clips)+len(l.Asked)+len(l.Outbox)+len(l.InboxDone)+len(l.Taken) > 0 ||
		len(l.Uses)+len(l.Votes)+len(l.Points)+len(l.ChatCounters)+len(l.Overlays)+len(l.Changes)+len(l.ClipsOver)+len(l.ClipsWaiting) > 0 ||
		l.Paused != nil || l.Config != nil || l.Live != nil
}
