package youtube

import (
	"context"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
)

const (
	// listingLag is how long after its last byte a video may be missing among
	// the channel's uploads.
	listingLag = 2 * time.Minute
	// clockMargin is by how much the platform's dates may be before ours.
	clockMargin = time.Hour
	// blindMargin replaces it when earlier sessions may be older than what is
	// known.
	blindMargin = 24 * time.Hour
	// maxPages ends a listing that has no end.
	maxPages = 200
)

// recognise looks for a clip whose session was lost. It returns "" when the clip
// is not there, so that it has to be sent again.
func (a *attempt) recognise(ctx context.Context) (string, error) {
	id, err := a.find(ctx)
	if err != nil {
		return "", err
	}
	if id != "" {
		a.log.Info().Str("video", id).Msg("clip found among the channel's uploads")
		a.progress(a.item.Bytes)
		return id, nil
	}
	if a.session.FinishingAt.IsZero() {
		return "", nil
	}
	if left := listingLag - a.Clock().Sub(a.session.FinishingAt); left > 0 {
		return "", &destination.Error{
			Kind: destination.Retry, Destination: Name, Operation: "look for the clip among the channel's uploads",
			Reason: "YouTube may have the clip and does not show it yet.", After: min(left, listingLag),
		}
	}
	return "", nil
}

// find looks for the clip's marker among the channel's newest uploads. Videos
// that the platform failed to take do not count.
func (a *attempt) find(ctx context.Context) (string, error) {
	client := a.channel.Client
	playlist, err := client.UploadsPlaylist(ctx)
	if err != nil {
		return "", err
	}
	since := a.since()
	next := ""
	for range maxPages {
		page, err := client.PlaylistPage(ctx, playlist, next)
		if err != nil {
			return "", err
		}
		if ids := marked(page.Items, a.item.ClipID); len(ids) > 0 {
			if id, err := a.sound(ctx, ids); err != nil || id != "" {
				return id, err
			}
		}
		if page.Next == "" || allBefore(page.Items, since) {
			return "", nil
		}
		next = page.Next
	}
	return "", refuse(destination.Retry, "list the channel's uploads", "YouTube's list of uploads does not end.", nil)
}

// since is the time before which the clip cannot have been uploaded.
func (a *attempt) since() time.Time {
	opened, requested := a.session.OpenedAt, a.item.RequestedAt
	if requested.IsZero() {
		return opened.Add(-blindMargin)
	}
	if opened.Before(requested) {
		return opened.Add(-clockMargin)
	}
	return requested.Add(-clockMargin)
}

func allBefore(items []youtube.Listed, since time.Time) bool {
	for _, item := range items {
		if item.AddedAt.IsZero() || !item.AddedAt.Before(since) {
			return false
		}
	}
	return len(items) > 0
}

// marked returns the videos that bear the clip's marker.
func marked(items []youtube.Listed, clipID string) (ids []string) {
	for _, item := range items {
		if bears(item.Title, clipID) {
			ids = append(ids, item.VideoID)
		}
	}
	return ids
}

// bears reports whether a title's last bracket is the clip's marker. Brackets
// before it come from chat, and may name any clip.
func bears(title, clipID string) bool {
	open := strings.LastIndexByte(title, '[')
	return open >= 0 && strings.HasPrefix(title[open:], clip.Marker(clipID))
}

// sound returns the first video that the platform did not fail to take.
func (a *attempt) sound(ctx context.Context, ids []string) (string, error) {
	videos, err := a.channel.Client.Videos(ctx, ids...)
	if err != nil {
		return "", err
	}
	unknown := len(ids)
	for _, video := range videos {
		if video.Status == nil {
			continue
		}
		unknown--
		if !hopeless(video.Status.UploadStatus) {
			return video.Id, nil
		}
	}
	if unknown > 0 {
		return "", refuse(destination.Retry, "ask how the clip stands", "YouTube shows the clip and does not say how it stands.", nil)
	}
	return "", nil
}
