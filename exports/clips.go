package exports

import (
	"fmt"
	"math"
	"net/url"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// ClipsInput is what the clip documents are made of.
type ClipsInput struct {
	Clips      []clip.Clip // the newest request first
	ChannelURL string      // of the default destination; may be empty
	Since      time.Time   // stamp of a document without any clip
}

type clipsDocument struct {
	SchemaVersion string    `json:"schema_version"`
	GeneratedAt   instant   `json:"generated_at"`
	Meta          meta      `json:"meta"`
	Clips         []clipRow `json:"clips"`
}

type clipRow struct {
	ClipID          string          `json:"clip_id"`
	ID              string          `json:"id"`
	CreatorID       string          `json:"creator_id"`
	Creator         string          `json:"creator"`
	Title           string          `json:"title"`
	ClipTitle       string          `json:"clip_title"`
	SourceTitle     string          `json:"source_title"`
	State           clip.State      `json:"state"`
	Public          bool            `json:"public"`
	Platform        string          `json:"platform"`
	SourcePlatform  *string         `json:"source_platform"`
	ClipperUsername string          `json:"clipper_username"`
	RequestedBy     *string         `json:"requested_by"`
	RequestedAt     instant         `json:"requested_at"`
	CreatedAt       instant         `json:"created_at"`
	UpdatedAt       instant         `json:"updated_at"`
	PublishedAt     *instant        `json:"published_at"`
	DurationSeconds int32           `json:"duration_seconds"`
	URL             *string         `json:"url"`
	PublishedURL    *string         `json:"published_url"`
	ThumbnailURL    *string         `json:"thumbnail_url"`
	OutputPath      *string         `json:"output_path"`
	LastError       *string         `json:"last_error"`
	Destination     clipDestination `json:"destination"`
}

type clipDestination struct {
	Platform   string `json:"platform"`
	ChannelURL string `json:"channel_url"`
}

// maxTitle is the longest title in characters.
const maxTitle = 120

// maxClipSeconds is the longest duration that the readers accept, in seconds.
const maxClipSeconds = 86400

// BuildClips builds clips.json or, for older clips, one of its pages. Its stamps
// are those of the newest change among the clips.
func BuildClips(file string, in ClipsInput) (Document, error) {
	rows := make([]clipRow, 0, len(in.Clips))
	var changed time.Time
	for _, c := range in.Clips {
		rows = append(rows, clipRowOf(c, in.ChannelURL))
		changed = newest(changed, c.UpdatedAt, c.RequestedAt)
	}
	at := instant(orElse(changed, in.Since))
	data, err := encodeTwice(file, "clips", clipsDocument{"v1", at, newMeta(at, Public, "clips"), rows})
	if err != nil {
		return Document{}, err
	}
	return Document{File: file, Visibility: Public, Data: data}, nil
}

// BuildAllClips builds clips.json with the newest clips and a page for each
// further part. in.Clips are all clips. Pages are filled from the oldest clip
// on, so that a new clip changes the last page at most.
func BuildAllClips(in ClipsInput, perPage int) ([]Document, error) {
	return inPages(FileClips, in.Clips, perPage, func(file string, clips []clip.Clip) (Document, error) {
		return BuildClips(file, ClipsInput{clips, in.ChannelURL, in.Since})
	})
}

func clipRowOf(c clip.Clip, channelURL string) clipRow {
	row := clipRow{
		ClipID: c.ClipID, ID: c.ClipID, CreatorID: c.CreatorID,
		Creator:     or(plain(c.Creator, 200), c.CreatorID),
		Title:       or(plain(c.Title, maxTitle), "Clip "+clip.Marker(c.ClipID)),
		SourceTitle: plain(c.SourceTitle, 500),
		State:       c.State, Public: c.State == clip.Published,
		Platform:        destinationPlatform(c.Destination),
		SourcePlatform:  textOrNull(string(c.Platform)),
		ClipperUsername: plain(c.Clipper, 200),
		RequestedBy:     textOrNull(plain(c.RequestedBy, 200)),
		RequestedAt:     instant(c.RequestedAt), CreatedAt: instant(c.RequestedAt),
		UpdatedAt:       instant(newest(c.UpdatedAt, c.RequestedAt)),
		DurationSeconds: int32(min(maxClipSeconds, max(0, math.Round(c.Duration.Seconds())))),
		OutputPath:      textOrNull(c.OutputPath),
		Destination:     clipDestination{or(c.Destination, "unknown"), webAddress(channelURL)},
	}
	row.ClipTitle = row.Title
	switch c.State {
	case clip.Published:
		row.PublishedAt = orNull(orElse(c.PublishedAt, newest(c.UpdatedAt, time.Unix(0, 0))))
		row.URL = textOrNull(webAddress(c.URL))
		row.PublishedURL, row.ThumbnailURL = row.URL, thumbnailURL(c)
	case clip.Failed:
		reason := or(plain(c.Reason, 500), or(string(c.FailureCode), "failed"))
		row.LastError = &reason
	}
	return row
}

// destinationPlatform maps a destination to the platforms that the readers know.
func destinationPlatform(name string) string {
	switch name {
	case "rumble", "youtube", "twitch", "kick", "pilled":
		return name
	}
	return "unknown"
}

// thumbnailURL is the picture beside a clip that the HTTP server serves; other
// destinations have pictures of their own.
func thumbnailURL(c clip.Clip) *string {
	base, own := strings.CutSuffix(c.URL, fmt.Sprintf("/clips/%s.mp4", c.ClipID))
	if !own || c.Thumbnail == "" || webAddress(c.URL) == "" {
		return nil
	}
	picture := base + "/clips/" + c.ClipID + ".jpg"
	return &picture
}

// webAddress returns text if it is an http(s) address, else "".
func webAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}

func or(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}
