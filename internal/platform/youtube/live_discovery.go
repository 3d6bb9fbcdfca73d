package youtube

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The methods that Live calls, as the platform's documentation and the costs of
// quotas name them.
const (
	MethodChannels   = "channels.list"
	MethodVideos     = "videos.list"
	MethodPlaylist   = "playlistItems.list"
	MethodBroadcasts = "liveBroadcasts.list"
	MethodSearch     = "search.list"
	MethodMessages   = "liveChatMessages.list"
	MethodStream     = "liveChatMessages.streamList"
	MethodInsert     = "liveChatMessages.insert"
	MethodDelete     = "liveChatMessages.delete"
)

// ListedAtOnce is how many channels or videos one call can ask for.
const ListedAtOnce = listed

// Channel is a channel as discovery needs it.
type Channel struct {
	ID      string
	Title   string
	Handle  string // with its '@'; empty when the channel has none
	Uploads string // playlist of its uploads
}

// Video is a video as discovery needs it.
type Video struct {
	ID        string
	ChannelID string
	Title     string
	Category  string // the platform's number of the category; empty when unknown
	// State is "live", "upcoming" or "none".
	State string
	// ChatID is the live chat; empty when the video is not live, or its chat is off.
	ChatID    string
	Scheduled time.Time // zero when it is no broadcast
	Started   time.Time // zero before
	Ended     time.Time // zero before
	Viewers   int
}

// Broadcast is one of the account's own broadcasts that is going on.
type Broadcast struct {
	ID     string // of the video
	Title  string
	ChatID string
}

type channelItem struct {
	ID      string `json:"id"`
	Snippet struct {
		Title     string `json:"title"`
		CustomURL string `json:"customUrl"`
	} `json:"snippet"`
	ContentDetails struct {
		RelatedPlaylists struct {
			Uploads string `json:"uploads"`
		} `json:"relatedPlaylists"`
	} `json:"contentDetails"`
}

func (i channelItem) channel() Channel {
	c := Channel{ID: i.ID, Title: i.Snippet.Title, Uploads: i.ContentDetails.RelatedPlaylists.Uploads}
	if strings.HasPrefix(i.Snippet.CustomURL, "@") {
		c.Handle = i.Snippet.CustomURL
	}
	return c
}

// ChannelsByID returns channels by their ids, at most ListedAtOnce. Those that
// the platform does not know are missing.
func (l *Live) ChannelsByID(ctx context.Context, ids ...string) ([]Channel, error) {
	return l.channels(ctx, "id", strings.Join(ids, ","))
}

// ChannelByHandle returns a channel by its handle, with or without '@'; false
// when there is none.
func (l *Live) ChannelByHandle(ctx context.Context, handle string) (Channel, bool, error) {
	return first(l.channels(ctx, "forHandle", "@"+strings.TrimPrefix(handle, "@")))
}

// OwnChannel returns the account's own channel; false when it has none.
func (l *Live) OwnChannel(ctx context.Context) (Channel, bool, error) {
	return first(l.channels(ctx, "mine", "true"))
}

func first(channels []Channel, err error) (Channel, bool, error) {
	if err != nil || len(channels) == 0 {
		return Channel{}, false, err
	}
	return channels[0], true, nil
}

func (l *Live) channels(ctx context.Context, by, value string) ([]Channel, error) {
	var answer struct {
		Items []channelItem `json:"items"`
	}
	err := l.call(ctx, request{
		operation: MethodChannels, verb: http.MethodGet, path: "channels",
		query: url.Values{"part": {"id,snippet,contentDetails"}, by: {value}, "maxResults": {strconv.Itoa(listed)}},
	}, &answer)
	if err != nil {
		return nil, err
	}
	var found []Channel
	for _, item := range answer.Items {
		if item.ID != "" {
			found = append(found, item.channel())
		}
	}
	return found, nil
}

// NewestUploads returns the ids of the newest videos of a playlist, at most n of
// them. A playlist that is not there yet is empty.
func (l *Live) NewestUploads(ctx context.Context, playlist string, n int) ([]string, error) {
	var answer struct {
		Items []struct {
			ContentDetails struct {
				VideoID string `json:"videoId"`
			} `json:"contentDetails"`
			Snippet struct {
				ResourceID struct {
					VideoID string `json:"videoId"`
				} `json:"resourceId"`
			} `json:"snippet"`
		} `json:"items"`
	}
	err := l.call(ctx, request{
		operation: MethodPlaylist, verb: http.MethodGet, path: "playlistItems",
		query: url.Values{"part": {"snippet,contentDetails"}, "playlistId": {playlist}, "maxResults": {strconv.Itoa(min(n, listed))}},
	}, &answer)
	var failed *Error
	if errors.As(err, &failed) && failed.Reason == "playlistNotFound" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, item := range answer.Items {
		id := item.ContentDetails.VideoID
		if id == "" {
			id = item.Snippet.ResourceID.VideoID
		}
		if videoID.MatchString(id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

type videoItem struct {
	ID      string `json:"id"`
	Snippet struct {
		ChannelID  string `json:"channelId"`
		Title      string `json:"title"`
		CategoryID string `json:"categoryId"`
		Live       string `json:"liveBroadcastContent"`
	} `json:"snippet"`
	Live struct {
		ChatID    string  `json:"activeLiveChatId"`
		Scheduled instant `json:"scheduledStartTime"`
		Started   instant `json:"actualStartTime"`
		Ended     instant `json:"actualEndTime"`
		Viewers   number  `json:"concurrentViewers"`
	} `json:"liveStreamingDetails"`
}

// LiveVideos returns videos with what is known of them as broadcasts, at most
// ListedAtOnce. Those that the platform does not show are missing.
func (l *Live) LiveVideos(ctx context.Context, ids ...string) ([]Video, error) {
	var answer struct {
		Items []videoItem `json:"items"`
	}
	err := l.call(ctx, request{
		operation: MethodVideos, verb: http.MethodGet, path: "videos",
		query: url.Values{"part": {"snippet,liveStreamingDetails"}, "id": {strings.Join(ids, ",")}, "maxResults": {strconv.Itoa(listed)}},
	}, &answer)
	if err != nil {
		return nil, err
	}
	videos := make([]Video, 0, len(answer.Items))
	for _, i := range answer.Items {
		videos = append(videos, Video{
			ID: i.ID, ChannelID: i.Snippet.ChannelID, Title: i.Snippet.Title, Category: i.Snippet.CategoryID, State: i.Snippet.Live,
			ChatID: i.Live.ChatID, Scheduled: i.Live.Scheduled.Time, Started: i.Live.Started.Time, Ended: i.Live.Ended.Time,
			Viewers: int(i.Live.Viewers),
		})
	}
	return videos, nil
}

// ActiveBroadcasts returns the broadcasts of the account's own channel that are
// going on. It needs the account's tokens.
func (l *Live) ActiveBroadcasts(ctx context.Context) ([]Broadcast, error) {
	var answer struct {
		Items []struct {
			ID      string `json:"id"`
			Snippet struct {
				Title  string `json:"title"`
				ChatID string `json:"liveChatId"`
			} `json:"snippet"`
		} `json:"items"`
	}
	err := l.call(ctx, request{
		operation: MethodBroadcasts, verb: http.MethodGet, path: "liveBroadcasts",
		query: url.Values{"part": {"id,snippet,status"}, "broadcastStatus": {"active"}, "broadcastType": {"all"}, "maxResults": {strconv.Itoa(listed)}},
	}, &answer)
	if err != nil {
		return nil, err
	}
	var active []Broadcast
	for _, item := range answer.Items {
		active = append(active, Broadcast{ID: item.ID, Title: item.Snippet.Title, ChatID: item.Snippet.ChatID})
	}
	return active, nil
}

// SearchLive asks the platform's search for a live video of a channel. It has an
// allowance of its own, of 100 calls a day, and is late: a last resort.
func (l *Live) SearchLive(ctx context.Context, channelID string) (video string, found bool, err error) {
	var answer struct {
		Items []struct {
			ID struct {
				VideoID string `json:"videoId"`
			} `json:"id"`
		} `json:"items"`
	}
	err = l.call(ctx, request{
		operation: MethodSearch, verb: http.MethodGet, path: "search",
		query: url.Values{"part": {"id"}, "channelId": {channelID}, "eventType": {"live"}, "type": {"video"}, "maxResults": {"1"}},
	}, &answer)
	if err != nil || len(answer.Items) == 0 || !videoID.MatchString(answer.Items[0].ID.VideoID) {
		return "", false, err
	}
	return answer.Items[0].ID.VideoID, true, nil
}
