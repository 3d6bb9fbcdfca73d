package clip

import "time"

// UploadState says where a clip stands at one of its destinations.
type UploadState string

// The states of an upload.
const (
	UploadWaiting   UploadState = "waiting"   // nothing was tried yet, or it is about to be tried again
	UploadRunning   UploadState = "uploading" // an attempt is under way
	UploadRetrying  UploadState = "retrying"  // an attempt failed, the next one is on its way
	UploadDeferred  UploadState = "deferred"  // the destination takes nothing before a known time
	UploadPublished UploadState = "published"
	UploadBroken    UploadState = "failed" // nobody tries again unless somebody asks for it
)

// Upload is a clip at one of its destinations.
type Upload struct {
	ClipID        string
	Destination   string
	State         UploadState
	Reason        string    // why it failed, waits or is tried again, for its creator; empty otherwise
	DeferredUntil time.Time // for deferred; zero otherwise
	URL           string    // for published
	Ref           string    // the destination's own name of what was published
	UpdatedAt     time.Time

	// AttemptAt is when the attempt that says so began, by Temporal's clock. It
	// orders attempts, whatever their numbers: those begin anew with every round
	// and every reset. An attempt that was taken for dead and goes on talking is
	// recognised by it.
	AttemptAt time.Time
}

// UploadSession is where an upload in parts stands, as the database remembers
// it over crashes.
type UploadSession struct {
	// Address is where the parts go; empty when there is none. Whoever knows it
	// can write to the upload: it is a secret, and is never logged, exported or
	// given to a workflow.
	Address string

	Opened      int       // how many sessions there have been; 0 means that no byte was ever sent
	OpenedAt    time.Time // of the newest session; zero when there was none
	FinishingAt time.Time // when the last byte was about to be sent to the newest session; zero before
}
