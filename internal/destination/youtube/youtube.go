package youtube

import (
	"context"
	"fmt"
	"time"

	"github.com/rs/zerolog"
	api "google.golang.org/api/youtube/v3"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/quota"
)

// Name is what configuration calls this destination.
const Name = "youtube"

// defaultChunk is how many bytes one request carries at most.
const defaultChunk = 8 << 20

// Client makes the calls of one channel. *youtube.Client is one.
type Client interface {
	StartUpload(ctx context.Context, upload youtube.Upload) (session string, err error)
	UploadStatus(ctx context.Context, session string, confirmed, total int64) (youtube.Progress, error)
	SendChunk(ctx context.Context, session string, chunk youtube.Chunk) (youtube.Progress, error)
	UploadsPlaylist(ctx context.Context) (string, error)
	PlaylistPage(ctx context.Context, playlist, page string) (youtube.Page, error)
	Videos(ctx context.Context, ids ...string) ([]*api.Video, error)
}

// Sessions remembers upload sessions over crashes.
type Sessions interface {
	// UploadSession returns where the upload stands; the zero value when there
	// never was a session.
	UploadSession(ctx context.Context, clipID, destination string) (clip.UploadSession, error)
	// ReplaceUploadSession puts after in the place of before, "" meaning none.
	// It reports false, and changes nothing, when before is not what is stored.
	ReplaceUploadSession(ctx context.Context, clipID, destination, before, after string) (bool, error)
	// RefuseUploadSession drops the session of that address, of which it is
	// certain that no clip came. It reports false when address is not what is
	// stored.
	RefuseUploadSession(ctx context.Context, clipID, destination, address string) (bool, error)
	// FinishingUpload notes that the last byte is about to be sent. It reports
	// false when address is not what is stored.
	FinishingUpload(ctx context.Context, clipID, destination, address string) (bool, error)
}

// Channel is where a creator's clips go.
type Channel struct {
	Client Client
	Video  Metadata
	Quota  quota.Terms // of the calls that the client makes
}

// Options is what a YouTube destination needs.
type Options struct {
	// Channel returns a creator's channel, and false when there is none. It is
	// asked for every clip, so that a changed configuration takes effect.
	Channel  func(creatorID string) (Channel, bool)
	Sessions Sessions
	// Quotas counts what the calls cost; nil leaves that to the platform.
	Quotas Quotas
	// Calls bounds how many calls are made in a minute, beside Quotas; nil leaves
	// that to the platform. The requests of an upload session are not counted.
	Calls Calls
	// ChunkBytes is how much one request carries at most; default 8 MiB. It is
	// rounded up to what the protocol allows, multiples of 256 KiB.
	ChunkBytes int64
	// Clock tells the time that is compared with stored times and dates of
	// uploads; nil means time.Now.
	Clock func() time.Time
	// Wait pauses, and returns the context's cause when that ends first; nil
	// means with a timer.
	Wait func(ctx context.Context, pause time.Duration) error
	Log  zerolog.Logger
}

// YouTube is the destination. It is safe for concurrent use.
type YouTube struct {
	o Options
}

// New returns the destination.
func New(o Options) *YouTube {
	if o.ChunkBytes <= 0 {
		o.ChunkBytes = defaultChunk
	}
	o.ChunkBytes = (o.ChunkBytes + youtube.ChunkUnit - 1) / youtube.ChunkUnit * youtube.ChunkUnit
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	return &YouTube{o: o}
}

// Name implements destination.Destination.
func (y *YouTube) Name() string { return Name }

// Publish implements destination.Destination.
func (y *YouTube) Publish(ctx context.Context, item destination.Item, progress func(int64)) (destination.Published, error) {
	switch {
	case !clip.ValidID(item.ClipID):
		return destination.Published{}, refuse(destination.Final, "name the clip", "The clip has no valid id.", nil)
	case item.Bytes <= 0:
		return destination.Published{}, refuse(destination.Final, "check the clip", "The clip's file is empty.", nil)
	}
	channel, ok := y.o.Channel(item.CreatorID)
	if !ok {
		return destination.Published{}, refuse(destination.Final, "choose the channel", "There is no YouTube account configured for this creator.", nil)
	}
	a := &attempt{
		Options: y.o, channel: channel, item: item, progress: progress,
		log: y.o.Log.With().Str("clip", item.ClipID).Str("creator", item.CreatorID).Logger(),
	}
	if y.o.Quotas != nil {
		a.channel.Client = &metered{
			client: channel.Client, quotas: y.o.Quotas, calls: y.o.Calls, wait: y.o.Wait, terms: channel.Quota, creator: item.CreatorID,
			insisted: item.Insisted, clock: y.o.Clock, log: a.log,
		}
	}
	defer a.close()
	id, err := a.run(ctx)
	if err != nil {
		return destination.Published{}, a.verdict(ctx, err)
	}
	return destination.Published{URL: "https://www.youtube.com/watch?v=" + id, Ref: id}, nil
}

func wait(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("wait for youtube: %w", context.Cause(ctx))
	case <-timer.C:
		return nil
	}
}
