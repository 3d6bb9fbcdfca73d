package youtube

import (
	"slices"
	"time"
)

// Published is a complete video, as control tells of it.
type Published struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`

	Description  string    `json:"description"`
	Tags         []string  `json:"tags"`
	Privacy      string    `json:"privacy"`
	Category     string    `json:"category"`
	UploadStatus string    `json:"uploadStatus"`
	PublishedAt  time.Time `json:"publishedAt"`
	Channel      string    `json:"channel"`
}

// Videos lists the complete videos of every channel, oldest first.
func (s *Server) Videos() []Published {
	settings, now := s.Settings(), s.now()
	_, videos := s.known()
	list := make([]Published, 0, len(videos))
	for _, v := range videos {
		list = append(list, Published{ID: v.ID, Title: v.Said.Title, Bytes: v.Bytes, SHA256: v.SHA256,
			Description: v.Said.Description, Tags: slices.Concat([]string{}, v.Said.Tags), Privacy: v.Said.Privacy, Category: v.Said.Category,
			UploadStatus: v.status(now, settings.Processing), PublishedAt: v.PublishedAt, Channel: v.Channel})
	}
	return list
}

// Upload is a resumable upload, as control tells of it: without its address.
type Upload struct {
	Title     string    `json:"title"`
	Channel   string    `json:"channel"`
	State     string    `json:"state"`              // open, complete, lost or cancelled
	Stored    int64     `json:"stored"`             // bytes that count
	Received  int64     `json:"received"`           // bytes that came, of a running request with it
	Total     int64     `json:"total"`              // -1 while it is not told
	Writing   bool      `json:"writing"`            // whether a request is bringing bytes
	Video     string    `json:"video_id,omitempty"` // once complete
	CreatedAt time.Time `json:"created_at"`
}

// Uploads lists the uploads that are remembered, oldest first.
func (s *Server) Uploads() []Upload {
	sessions, _ := s.known()
	list := make([]Upload, 0, len(sessions))
	for _, u := range sessions {
		list = append(list, u.report())
	}
	slices.SortStableFunc(list, func(a, b Upload) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return list
}

func (u *session) report() Upload {
	u.mu.Lock()
	defer u.mu.Unlock()
	r := Upload{Title: u.document.Video.Title, Channel: u.document.Channel, State: "open", Stored: u.stored, Received: u.received,
		Total: u.document.Total, Writing: u.cut != nil, CreatedAt: u.document.CreatedAt.UTC()}
	switch {
	case u.video != nil:
		r.State, r.Video = "complete", u.video.ID
		r.Stored, r.Received = u.video.Bytes, u.video.Bytes
	case u.document.Ended == statusCancelled:
		r.State = "cancelled"
	case u.document.Ended != 0:
		r.State = "lost"
	}
	return r
}
