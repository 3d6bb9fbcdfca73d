package config

// Video says how a creator's clips look on a video platform. Title and
// description are templates: {title}, {source}, {clipper}, {creator}, {date} and
// {clip_id} are replaced.
type Video struct {
	Title             string   `json:"title"`
	Description       string   `json:"description"`
	Tags              []string `json:"tags"`
	Privacy           string   `json:"privacy"` // public, unlisted or private
	CategoryID        string   `json:"category_id"`
	MadeForKids       bool     `json:"made_for_kids"`
	NotifySubscribers bool     `json:"notify_subscribers"`
}

// CreatorVideo are a creator's own values; nil means those of system.json.
type CreatorVideo struct {
	Title             *string   `json:"title,omitempty"`
	Description       *string   `json:"description,omitempty"`
	Tags              *[]string `json:"tags,omitempty"`
	Privacy           *string   `json:"privacy,omitempty"`
	CategoryID        *string   `json:"category_id,omitempty"`
	MadeForKids       *bool     `json:"made_for_kids,omitempty"`
	NotifySubscribers *bool     `json:"notify_subscribers,omitempty"`
}

// defaultVideo is what holds where nobody says anything. Clips are unlisted: the
// link that chat gets opens for everybody, and subscribers are not told of each.
func defaultVideo() Video {
	return Video{
		Title:       "{title}",
		Description: "A clip from {creator}'s stream, asked for by {clipper}.",
		Tags:        []string{},
		Privacy:     "unlisted",
		CategoryID:  "20", // Gaming
	}
}

// Video returns how a creator's clips look on YouTube.
func (c *Config) Video(creator *Creator) Video {
	own, all := creator.Clips.YouTube, c.System.Clips.YouTube
	return Video{
		Title:             or(own.Title, all.Title),
		Description:       or(own.Description, all.Description),
		Tags:              or(own.Tags, all.Tags),
		Privacy:           or(own.Privacy, all.Privacy),
		CategoryID:        or(own.CategoryID, all.CategoryID),
		MadeForKids:       or(own.MadeForKids, all.MadeForKids),
		NotifySubscribers: or(own.NotifySubscribers, all.NotifySubscribers),
	}
}
