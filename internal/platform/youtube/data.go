package youtube

import (
	"context"
	"net/http"
	"time"

	api "google.golang.org/api/youtube/v3"
)

// listed is the largest page, and the most videos one call can ask for.
const listed = 50

// Listed is an entry of a playlist.
type Listed struct {
	VideoID string
	Title   string
	AddedAt time.Time // zero when the platform did not say
}

// Page is a part of a playlist.
type Page struct {
	Items []Listed
	Next  string // empty on the last page
}

// UploadsPlaylist returns the playlist that holds what was uploaded to the
// account's channel, newest first. An account without a channel gives an error
// with the reason "youtubeSignupRequired".
func (c *Client) UploadsPlaylist(ctx context.Context) (string, error) {
	const operation = "channels.list"
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	answer, err := c.service.Channels.List([]string{"contentDetails"}).Mine(true).Context(ctx).Do()
	if err != nil {
		return "", c.fromAPI(ctx, operation, err)
	}
	for _, channel := range answer.Items {
		if d := channel.ContentDetails; d != nil && d.RelatedPlaylists != nil && d.RelatedPlaylists.Uploads != "" {
			return d.RelatedPlaylists.Uploads, nil
		}
	}
	if len(answer.Items) > 0 {
		return "", &Error{Operation: operation, Status: http.StatusOK, Err: ErrBroken}
	}
	return "", &Error{Operation: operation, Status: http.StatusNotFound, Reason: "youtubeSignupRequired", Message: "the account has no channel"}
}

// PlaylistPage returns a page of a playlist; page is "" for the first one. A
// playlist that is not there yet is empty: a channel's uploads begin to exist
// with the first of them.
func (c *Client) PlaylistPage(ctx context.Context, playlist, page string) (Page, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	call := c.service.PlaylistItems.List([]string{"snippet"}).PlaylistId(playlist).MaxResults(listed).Context(ctx)
	if page != "" {
		call = call.PageToken(page)
	}
	answer, err := call.Do()
	if err != nil {
		err = c.fromAPI(ctx, "playlistItems.list", err)
		if failed, ok := err.(*Error); ok && failed.Reason == "playlistNotFound" && page == "" {
			return Page{}, nil
		}
		return Page{}, err
	}
	result := Page{Next: answer.NextPageToken}
	for _, item := range answer.Items {
		if item.Snippet == nil || item.Snippet.ResourceId == nil {
			continue
		}
		entry := Listed{VideoID: item.Snippet.ResourceId.VideoId, Title: item.Snippet.Title}
		if at, err := time.Parse(time.RFC3339, item.Snippet.PublishedAt); err == nil {
			entry.AddedAt = at
		}
		if videoID.MatchString(entry.VideoID) {
			result.Items = append(result.Items, entry)
		}
	}
	return result, nil
}

// Videos returns how videos stand: their snippet, status and processing. Those
// that the platform does not show are missing.
func (c *Client) Videos(ctx context.Context, ids ...string) ([]*api.Video, error) {
	var found []*api.Video
	for len(ids) > 0 {
		n := min(len(ids), listed)
		videos, err := c.videos(ctx, ids[:n])
		if err != nil {
			return nil, err
		}
		found, ids = append(found, videos...), ids[n:]
	}
	return found, nil
}

func (c *Client) videos(ctx context.Context, ids []string) ([]*api.Video, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	answer, err := c.service.Videos.List([]string{"snippet", "status", "processingDetails"}).Id(ids...).Context(ctx).Do()
	if err != nil {
		return nil, c.fromAPI(ctx, "videos.list", err)
	}
	return answer.Items, nil
}
