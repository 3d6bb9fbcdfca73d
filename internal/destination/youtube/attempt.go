package youtube

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
)

// maxSessions is how many sessions one attempt uses before it gives the
// platform time.
const maxSessions = 3

// secondLook is the pause between two looks for a video that should not be there.
const secondLook = 5 * time.Second

// attempt is one call of Publish.
type attempt struct {
	Options
	channel  Channel
	item     destination.Item
	progress func(int64)
	log      zerolog.Logger

	session clip.UploadSession // as it is stored
	doubted bool               // a last byte went to the session, and nobody knows what came of it
	file    *os.File           // open and verified; nil before it is needed
}

func (a *attempt) close() {
	if a.file != nil {
		a.file.Close()
	}
}

// run brings the clip to the platform and returns the video's id.
func (a *attempt) run(ctx context.Context) (string, error) {
	var err error
	if a.session, err = a.Sessions.UploadSession(ctx, a.item.ClipID, Name); err != nil {
		return "", unstored("read the upload session", err)
	}
	a.doubted = !a.session.FinishingAt.IsZero()
	id, err := a.upload(ctx)
	for lost := 1; errors.Is(err, youtube.ErrSessionLost); lost++ {
		a.log.Warn().Err(err).Int("session", a.session.Opened).Msg("youtube no longer knows the upload session")
		found, dropping := a.drop(ctx)
		if dropping != nil {
			return "", dropping
		}
		if found != "" {
			return found, a.settle(ctx, found)
		}
		if lost == maxSessions {
			return "", refuse(destination.Retry, "keep an upload session", "YouTube keeps losing the upload.", err)
		}
		id, err = a.upload(ctx)
	}
	if err != nil {
		return "", err
	}
	return id, a.settle(ctx, id)
}

// upload goes on with the stored session, or opens one. It fails with
// youtube.ErrSessionLost when that session turns out to be gone.
func (a *attempt) upload(ctx context.Context) (string, error) {
	if a.session.Address != "" {
		at, err := a.ask(ctx, 0)
		if err != nil || at.VideoID != "" {
			return at.VideoID, err
		}
		a.progress(at.Confirmed)
		a.log.Info().Int64("bytes", at.Confirmed).Msg("upload to youtube goes on")
		return a.send(ctx, at.Confirmed)
	}
	if a.session.Opened > 0 { // before that nothing can be there
		if id, err := a.recognise(ctx); err != nil || id != "" {
			return id, err
		}
	}
	if err := a.open(ctx); err != nil {
		return "", err
	}
	return a.send(ctx, 0)
}

// open opens a session and stores its address before anything is sent to it.
func (a *attempt) open(ctx context.Context) error {
	if err := a.verify(ctx); err != nil {
		return err
	}
	address, err := a.channel.Client.StartUpload(ctx, youtube.Upload{
		Video: a.channel.Video.describe(a.item), Bytes: a.item.Bytes, ContentType: "video/mp4",
		NotifySubscribers: a.channel.Video.NotifySubscribers,
	})
	if err != nil {
		return err
	}
	stored, err := a.Sessions.ReplaceUploadSession(ctx, a.item.ClipID, Name, "", address)
	if err != nil {
		return unstored("store the upload session", err)
	}
	if !stored {
		return overtaken("store the upload session")
	}
	a.session = clip.UploadSession{Address: address, Opened: a.session.Opened + 1, OpenedAt: a.Clock()}
	a.doubted = false
	a.log.Info().Int("session", a.session.Opened).Int64("bytes", a.item.Bytes).Msg("upload to youtube begins")
	return nil
}

// drop drops a session that the platform no longer knows. When it said so in
// answer to the only last byte that was ever sent, that byte was not taken, and a
// short look whether it was after all is enough.
func (a *attempt) drop(ctx context.Context) (found string, err error) {
	if a.doubted || a.session.FinishingAt.IsZero() {
		return "", a.forget(ctx)
	}
	for range 2 {
		if found, err = a.find(ctx); err != nil || found != "" {
			return found, err
		}
		if err := a.Wait(ctx, secondLook); err != nil {
			return "", err
		}
	}
	return "", a.giveUp(ctx)
}

// forget drops the stored session, of which something may have come.
func (a *attempt) forget(ctx context.Context) error {
	if a.session.Address == "" {
		return nil
	}
	dropped, err := a.Sessions.ReplaceUploadSession(ctx, a.item.ClipID, Name, a.session.Address, "")
	return a.dropped(dropped, err)
}

// giveUp drops the stored session after the platform's final word on it. Where
// that word is all that was ever heard of a last byte, nothing came of the
// session, and a retry need not wait for listings.
func (a *attempt) giveUp(ctx context.Context) error {
	if a.doubted || a.session.Address == "" {
		return a.forget(ctx)
	}
	dropped, err := a.Sessions.RefuseUploadSession(ctx, a.item.ClipID, Name, a.session.Address)
	if err == nil && dropped {
		a.session.FinishingAt = time.Time{}
	}
	return a.dropped(dropped, err)
}

func (a *attempt) dropped(dropped bool, err error) error {
	if err != nil {
		return unstored("drop the upload session", err)
	}
	if !dropped {
		return overtaken("drop the upload session")
	}
	a.session.Address = ""
	return nil
}

func unstored(operation string, err error) error {
	return refuse(destination.Retry, operation, "The state of the upload cannot be read or written.", err)
}

func overtaken(operation string) error {
	return refuse(destination.Retry, operation, "The clip is being uploaded by somebody else.", nil)
}
