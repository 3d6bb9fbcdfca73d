package youtube

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"
	api "google.golang.org/api/youtube/v3"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/quota"
)

// The methods that cost units, as the platform's documentation names them.
// Sending to a session and asking how much it has cost nothing.
const (
	methodInsert    = "videos.insert"
	methodVideos    = "videos.list"
	methodChannels  = "channels.list"
	methodPlaylists = "playlistItems.list"
)

const (
	// settleLimit bounds the settling of a call, which also happens when the attempt
	// has been ended.
	settleLimit = 10 * time.Second
	// idsPerCall is how many videos one call asks for.
	idsPerCall = 50
	// roomTries is how often a call asks for room in the limits a minute.
	roomTries = 5
)

// Quotas counts what calls cost over all processes. *store.Store is one.
type Quotas interface {
	// ReserveQuota takes units before a call; a *quota.ExhaustedError says when the
	// call may be made again.
	ReserveQuota(ctx context.Context, r quota.Request) (quota.Reservation, error)
	// SettleQuota ends a reservation with what the call took.
	SettleQuota(ctx context.Context, r quota.Reservation, units int64, now time.Time) error
	// ExhaustQuota notes that the platform refused a call because the day is used up.
	ExhaustQuota(ctx context.Context, r quota.Request) error
	// ReopenQuota notes that the platform took a call of a method that it had refused.
	ReopenQuota(ctx context.Context, r quota.Request) error
}

// Calls are the limits of calls a minute, shared by all hosts.
type Calls interface {
	// TakeCall takes one call of the API for a creator with a credential. A
	// *budget.RefusedError says when there is room again; then nothing was taken.
	TakeCall(ctx context.Context, creatorID, credential string) error
}

// metered makes the calls of a client within the creator's quota and limits.
type metered struct {
	client   Client
	quotas   Quotas
	calls    Calls // nil: none
	wait     func(ctx context.Context, pause time.Duration) error
	terms    quota.Terms
	creator  string
	insisted bool
	clock    func() time.Time
	log      zerolog.Logger
}

func (m *metered) request(method string, calls int64) quota.Request {
	return quota.Request{
		Key: quota.Key{Platform: Name, CreatorID: m.creator, Credential: m.terms.Credential}, Pool: m.terms.Pool,
		Method: method, Units: m.terms.Costs.Of(method, calls), Limits: m.terms.Limits, WarnAt: m.terms.WarnAt,
		Insisted: m.insisted, Now: m.clock(),
	}
}

// call makes calls of one method after their units have been reserved.
func (m *metered) call(ctx context.Context, method string, calls int64, do func() error) error {
	if err := m.awaitRoom(ctx); err != nil {
		return err
	}
	request := m.request(method, calls)
	reserved, err := m.quotas.ReserveQuota(ctx, request)
	var refused *quota.ExhaustedError
	switch {
	case errors.As(err, &refused):
		return err
	case err != nil:
		return unstored("reserve units of the quota", err)
	}
	err = do()
	m.settle(ctx, request, reserved, err)
	return err
}

// awaitRoom takes the call out of the limits a minute. It waits for them, as often as
// others are quicker, but not for ever: whoever waited that long is better off trying
// again later.
func (m *metered) awaitRoom(ctx context.Context) error {
	if m.calls == nil {
		return nil
	}
	for tries := 1; ; tries++ {
		err := m.calls.TakeCall(ctx, m.creator, m.terms.Credential)
		var refused *budget.RefusedError
		switch {
		case err == nil:
			return nil
		case !errors.As(err, &refused):
			return unstored("take a call out of its limits", err)
		case tries == roomTries:
			return refused
		}
		if err := m.wait(ctx, refused.Wait); err != nil {
			return err
		}
	}
}

// settle ends a reservation. What nobody can tell counts as used: so does a call
// without an answer, and one whose settling fails.
func (m *metered) settle(ctx context.Context, request quota.Request, reserved quota.Reservation, failed error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
	defer cancel()
	units := reserved.Units
	if uncounted(failed) {
		units = 0
	}
	if err := m.quotas.SettleQuota(ctx, reserved, units, m.clock()); err != nil {
		m.log.Warn().Err(err).Str("method", request.Method).Msg("units of a call to youtube stay reserved")
	}
	m.heed(ctx, request, failed)
}

// heed takes the platform's own word that the day is used up, or that it is not
// any more.
func (m *metered) heed(ctx context.Context, request quota.Request, failed error) {
	if failed == nil && m.insisted {
		if err := m.quotas.ReopenQuota(ctx, request); err != nil {
			m.log.Warn().Err(err).Msg("youtube's quota still counts as used up")
		}
		return
	}
	var answer *youtube.Error
	if !errors.As(failed, &answer) || !answer.Exhausted() {
		return
	}
	request.Now = m.clock()
	if err := m.quotas.ExhaustQuota(ctx, request); err != nil {
		m.log.Warn().Err(err).Msg("it is not noted that youtube's quota is used up")
	}
}

// uncounted reports whether a failed call took nothing: it was refused before it was
// looked at.
func uncounted(failed error) bool {
	var answer *youtube.Error
	return errors.As(failed, &answer) && (answer.Exhausted() || errors.Is(answer, youtube.ErrNeedsLogin))
}

// StartUpload implements Client.
func (m *metered) StartUpload(ctx context.Context, upload youtube.Upload) (session string, err error) {
	err = m.call(ctx, methodInsert, 1, func() error {
		session, err = m.client.StartUpload(ctx, upload)
		return err
	})
	return session, err
}

// UploadsPlaylist implements Client.
func (m *metered) UploadsPlaylist(ctx context.Context) (playlist string, err error) {
	err = m.call(ctx, methodChannels, 1, func() error {
		playlist, err = m.client.UploadsPlaylist(ctx)
		return err
	})
	return playlist, err
}

// PlaylistPage implements Client.
func (m *metered) PlaylistPage(ctx context.Context, playlist, page string) (found youtube.Page, err error) {
	err = m.call(ctx, methodPlaylists, 1, func() error {
		found, err = m.client.PlaylistPage(ctx, playlist, page)
		return err
	})
	return found, err
}

// Videos implements Client.
func (m *metered) Videos(ctx context.Context, ids ...string) (videos []*api.Video, err error) {
	calls := int64(len(ids)+idsPerCall-1) / idsPerCall
	err = m.call(ctx, methodVideos, calls, func() error {
		videos, err = m.client.Videos(ctx, ids...)
		return err
	})
	return videos, err
}

// UploadStatus implements Client.
func (m *metered) UploadStatus(ctx context.Context, session string, confirmed, total int64) (youtube.Progress, error) {
	got, err := m.client.UploadStatus(ctx, session, confirmed, total)
	m.heedUpload(ctx, got, err)
	return got, err
}

// SendChunk implements Client.
func (m *metered) SendChunk(ctx context.Context, session string, chunk youtube.Chunk) (youtube.Progress, error) {
	got, err := m.client.SendChunk(ctx, session, chunk)
	m.heedUpload(ctx, got, err)
	return got, err
}

// heedUpload heeds the answer to a call that costs nothing and is part of a
// videos.insert. Unless that call ended the upload, it says nothing.
func (m *metered) heedUpload(ctx context.Context, got youtube.Progress, failed error) {
	if failed == nil && got.VideoID == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
	defer cancel()
	m.heed(ctx, m.request(methodInsert, 1), failed)
}
