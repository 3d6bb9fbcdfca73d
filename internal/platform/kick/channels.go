package kick

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// perCall is how many channels one call takes.
const perCall = 50

// Category is what a broadcast is about.
type Category struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Broadcast is the live state of a channel.
type Broadcast struct {
	IsLive    bool   `json:"is_live"`
	Language  string `json:"language"`
	StartTime Time   `json:"start_time"`
	Thumbnail string `json:"thumbnail"`
	URL       string `json:"url"`
	Viewers   int    `json:"viewer_count"`
}

// Channel is a channel and whether it is live.
type Channel struct {
	BroadcasterID int64     `json:"broadcaster_user_id"`
	Slug          string    `json:"slug"`
	Title         string    `json:"stream_title"`
	Description   string    `json:"channel_description"`
	Category      Category  `json:"category"`
	Stream        Broadcast `json:"stream"`
}

// Livestream is a broadcast that is live.
type Livestream struct {
	BroadcasterID int64    `json:"broadcaster_user_id"`
	ChannelID     int64    `json:"channel_id"`
	Slug          string   `json:"slug"`
	Title         string   `json:"stream_title"`
	Category      Category `json:"category"`
	Language      string   `json:"language"`
	StartedAt     Time     `json:"started_at"`
	Thumbnail     string   `json:"thumbnail"`
	Viewers       int      `json:"viewer_count"`
}

// User is an account.
type User struct {
	ID    int64  `json:"user_id"`
	Name  string `json:"name"`
	Image string `json:"profile_picture"`
}

// Time is a moment as the platform writes it. One that cannot be read is zero:
// no answer is given up for a time.
type Time struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (t *Time) UnmarshalJSON(text []byte) error {
	t.Time = time.Time{}
	word, err := strconv.Unquote(string(text))
	if err != nil {
		return nil
	}
	t.Time = ParseTime(word)
	return nil
}

// ParseTime reads the forms in which the platform writes times; zero when it is
// none of them. Without a zone it is UTC.
func ParseTime(word string) time.Time {
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateTime} {
		if at, err := time.Parse(layout, word); err == nil && at.Year() >= 2000 && at.Year() < 2100 {
			return at.UTC()
		}
	}
	return time.Time{}
}

// Channels returns the channels with these slugs that exist, live or not. It is
// all or nothing: after an error nothing is known about anybody.
func (a *API) Channels(ctx context.Context, slugs []string) ([]Channel, error) {
	var all []Channel
	for share := range slices.Chunk(cleanSlugs(slugs), perCall) {
		found, err := listed[Channel](ctx, a, call.Request{
			Operation: "read channels", Method: http.MethodGet, Again: repeatable,
			URL: a.address("/public/v1/channels", url.Values{"slug": share}),
		})
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// Livestreams returns the broadcasts of these users that are live now.
func (a *API) Livestreams(ctx context.Context, broadcasterIDs []int64) ([]Livestream, error) {
	var all []Livestream
	for share := range slices.Chunk(broadcasterIDs, perCall) {
		query := url.Values{"limit": {strconv.Itoa(perCall)}}
		for _, id := range share {
			query.Add("broadcaster_user_id", strconv.FormatInt(id, 10))
		}
		found, err := listed[Livestream](ctx, a, call.Request{
			Operation: "read livestreams", Method: http.MethodGet, Again: repeatable,
			URL: a.address("/public/v2/livestreams", query),
		})
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// Users returns the accounts with these ids; without ids the one that the token
// belongs to.
func (a *API) Users(ctx context.Context, ids ...int64) ([]User, error) {
	query := url.Values{}
	for _, id := range ids {
		query.Add("id", strconv.FormatInt(id, 10))
	}
	return listed[User](ctx, a, call.Request{
		Operation: "read users", Method: http.MethodGet, Again: repeatable,
		URL: a.address("/public/v1/users", query),
	})
}

func cleanSlugs(slugs []string) []string {
	clean := make([]string, 0, len(slugs))
	for _, slug := range slugs {
		if slug = strings.ToLower(strings.TrimSpace(slug)); slug != "" {
			clean = append(clean, slug)
		}
	}
	slices.Sort(clean)
	return slices.Compact(clean)
}
