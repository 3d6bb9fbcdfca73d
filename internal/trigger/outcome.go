package trigger

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
)

// Input is one thing that a lane takes in: exactly one of the pointers is set.
type Input struct {
	Message *chat.Event           // a chat message that was not seen before
	Request *control.OperatorClip // an operator asks for a clip
	Result  *control.ClipResult   // a clip ended
	Waits   *control.ClipWaits    // a clip is cut and only waits
	Live    *control.Stream       // a broadcast began
	Over    *control.Stream       // a broadcast ended
	Config  *Settings             // the creator's configuration changed
	Grant   *control.PointGrant   // an operator gives or takes points
	Order   *control.TriggerOrder // an operator changes a trigger

	// At is when the input was written, for everything but messages, which
	// carry their own times.
	At time.Time
}

// Step is a step of the evaluation; a decision names the first one that failed.
type Step string

// The steps in their order.
const (
	StepEnabled        Step = "enabled" // also while commands are paused
	StepStream         Step = "stream_state"
	StepCategory       Step = "category"
	StepRole           Step = "role" // also deny_users
	StepArgs           Step = "args"
	StepLate           Step = "too_late"
	StepCooldownGroup  Step = "cooldown_group"
	StepCooldownGlobal Step = "cooldown_global"
	StepCooldownUser   Step = "cooldown_user"
	StepStreamLimit    Step = "limit_per_stream_global"
	StepUserLimit      Step = "limit_per_stream_user"
	StepThreshold      Step = "threshold"
	StepCost           Step = "cost"
	StepRate           Step = "limit_per_hour"
	StepActive         Step = "limit_active"
)

// Operator is the platform that decisions about operators' requests carry in
// their key; the message id is the request's id.
const Operator chat.Platform = "operator"

// Decision is what became of a message that matched a trigger.
type Decision struct {
	TriggerID string
	Key       chat.Key
	Fired     bool
	Step      Step   // the first that failed; empty when it fired
	Detail    string // in words, without chat text
	Config    string // hash of the rules
	At        time.Time
	Author    string // UserKey of who wrote the message; empty for operators
}

// Message is text to be said on a platform at most once.
type Message struct {
	Key      string // the same for the same message for ever
	Platform chat.Platform
	Channel  string
	Text     string
	ReplyTo  string // id of the message that is answered, or empty
	ClipID   string // of the clip it is about, or empty
	Class    budget.Class
	// Part is the place of this text in one that was too long for the platform, from 0;
	// the parts stand one behind the other.
	Part     int
	NotAfter time.Time
}

// Effects is what follows from an input besides the lane's clock.
type Effects struct {
	Decisions []Decision
	Cooldowns []Cooldown
	Clips     []clip.Request
	Asked     []Asked // parts in these clips and in earlier ones
	Signals   []control.Decision
	Messages  []Message

	Uses      []Use
	Votes     []Vote
	Points    []PointChange
	Counters  []Counter
	Overlays  []OverlayChange
	Changes   []Change
	Deletions []Deletion
	Paused    *bool     // commands are paused from now on, or no longer
	Config    *Settings // in force from now on

	ClipOver   string     // id of a clip that is no longer active
	ClipState  clip.State // how it ended
	ClipURL    string     // where it was published
	ClipWaits  string     // id of a clip that only waits now
	StreamLive *control.Stream
	StreamOver *control.Stream
}

// Outcome is the result of evaluating one input. Effects is nil for the
// ordinary message, which triggers nothing.
type Outcome struct {
	Clock   time.Time
	Effects *Effects
}
