package ingest

import (
	"context"
	"encoding/json"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// Store is what the data plane reads and writes beside its commits.
// *store.Store implements it.
type Store interface {
	ClaimCreators(ctx context.Context, holder string, creatorIDs []string) (map[string]int64, error)
	Epochs(ctx context.Context, creatorIDs []string) (map[string]int64, error)
	LoadLane(ctx context.Context, creatorID string) (store.LaneState, error)

	ResumeOutbox(ctx context.Context, creatorID string, q store.OutboxQueue, holder string, limit int) ([]store.Outbox, error)
	UnsentOutbox(ctx context.Context, creatorIDs []string, holder string) ([]string, error)
	ClaimOutbox(ctx context.Context, id int64, creatorID string, epoch int64, holder string) (bool, error)
	Doubts(ctx context.Context, creatorID string, since time.Time) ([]store.Doubt, error)
	Echoes(ctx context.Context, creatorID string, since time.Time) ([]store.Echo, error)
	FinishOutbox(ctx context.Context, id int64, state store.OutboxState, errText string) error
	RecoverOutbox(ctx context.Context, epochs map[string]int64) (unknown int, err error)

	PendingInbox(ctx context.Context, creatorIDs []string) ([]store.Inbox, error)
	PutConfig(ctx context.Context, creatorID string, epoch int64, key string, settings json.RawMessage) error
	Listen(ctx context.Context, channels []string, handle func(channel, payload string)) error

	RecordLive(ctx context.Context, epoch int64, stream control.Stream) (started bool, err error)
	RecordOffline(ctx context.Context, epoch int64, creatorID string, p chat.Platform, at time.Time) (ended []control.Stream, err error)
	LiveStreams(ctx context.Context) ([]control.Stream, error)

	SavePlatformStatus(ctx context.Context, statuses []store.PlatformStatus) error
	ConfirmPlatformStatus(ctx context.Context, statuses []store.PlatformStatus) (confirmed int, err error)
	PlatformStatuses(ctx context.Context) ([]store.PlatformStatus, error)
}

// Committer writes what lanes decided in one transaction. *store.Committer
// implements it.
type Committer interface {
	Commit(ctx context.Context, lanes []store.LaneCommit) (store.CommitResult, error)
}

// Signaller tells a creator's session what was decided, and starts the session
// when there is none. Delivery is at least once; decisions carry keys.
type Signaller interface {
	Signal(ctx context.Context, creatorID string, decisions []control.Decision) error
}

// Chat is one account's connection to a platform.
type Chat interface {
	// Join begins to read a channel; its chat arrives with that creator id.
	Join(channel, creatorID string) error
	Part(channel string)
	// Send says text in a channel, as an answer to a message when replyTo is not
	// empty. What the configuration allows the creator has been taken out of Budgets
	// before; the platform's own limits of the account are the client's to take. It
	// may wait for those as long as ctx lets it, and
	// must not send after the deadline of ctx, also when the process stood still
	// meanwhile. An *UnsentError says that the text certainly did not appear; after
	// any other error it may have. How urgent the text is goes along with ctx, as
	// budget.WithClass puts it there: whatever takes tokens under ctx leaves the reserve.
	Send(ctx context.Context, channel, text, replyTo string) error
}

// Deleter is what a Chat implements as well where messages can be taken out of
// chat again.
type Deleter interface {
	// Delete removes the message with the platform's own id from a channel; nil
	// means that it is gone, also when it was gone before. Asking twice does no
	// harm. An *UnsentError says that the message certainly stays; its RetryAfter
	// is 0 when asking again makes no sense, as without the right to delete. After
	// any other error the message may be gone.
	Delete(ctx context.Context, channel, messageID string) error
}

// Budgets are the limits on what is said for creators, shared by all hosts.
type Budgets interface {
	// TakeMessage takes what one message of a creator on a platform needs; answer
	// says that it answers somebody. A *budget.RefusedError says when there is room
	// again; then nothing was taken.
	TakeMessage(ctx context.Context, creatorID string, p chat.Platform, answer bool) error
}

// UnsentError says that a message was certainly not sent.
type UnsentError struct {
	Err        error
	RetryAfter time.Duration // when it may be tried again; 0 when that makes no sense
}

// Error implements error.
func (e *UnsentError) Error() string { return "not sent: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *UnsentError) Unwrap() error { return e.Err }

// LiveSource asks a platform which channels are live, at most LiveBatch of them
// at once. The answer holds the live ones by channel name as it was asked for. After an
// error nothing is known, unless it has a method Unknown(channel string) bool: then the
// answer holds for all channels but those for which that is true.
type LiveSource interface {
	Live(ctx context.Context, channels []string) (map[string]control.Stream, error)
}

// Channel is one channel of a creator on one platform.
type Channel struct {
	Platform chat.Platform
	Name     string // without '#', lower case
	Account  string // name of the Account that reads and writes it
}

// Creator is somebody whose chat is read.
type Creator struct {
	ID       string
	Settings trigger.Settings
	Channels []Channel
}

// Roster says which creators there are. Its answers may change while the
// process runs.
type Roster interface {
	// Creators returns every enabled creator with its enabled channels.
	Creators() []Creator
	// Changed returns a channel that is closed when the answer of Creators
	// changes after this call.
	Changed() <-chan struct{}
}
