package youtube

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"time"
)

// Video is an upload that is complete.
type Video struct {
	ID          string    `json:"id"`
	Channel     string    `json:"channel"`
	Session     string    `json:"session"` // the upload's id, a secret
	Said        metadata  `json:"said"`
	MediaType   string    `json:"media_type"`
	Bytes       int64     `json:"bytes"`
	SHA256      string    `json:"sha256"` // of the bytes, lower-case hexadecimal
	PublishedAt time.Time `json:"published_at"`
	Parts       []string  `json:"parts"`             // that its uploader asked for
	Outcome     string    `json:"outcome,omitempty"` // how its processing ends, if not well: rejected or failed

	broadcast *Broadcast // of which it is the picture; nil for an upload
}

// The states of an upload, as status.uploadStatus names them.
const (
	statusUploaded  = "uploaded"
	statusProcessed = "processed"
)

// status is the video's uploadStatus at a time.
func (v Video) status(now time.Time, processing time.Duration) string {
	switch {
	case now.Before(v.PublishedAt.Add(processing)):
		return statusUploaded
	case v.Outcome != "":
		return v.Outcome
	default:
		return statusProcessed
	}
}

// finish answers a request after which every byte is stored: with the video,
// which is made now unless it exists.
func (s *Server) finish(w http.ResponseWriter, r *http.Request, u *session) {
	kind := ""
	if !u.complete() {
		kind, _ = s.faults.Take(TargetFinish, finishKinds...)
	}
	if refused, ok := refusals[kind]; ok && refused.code < http.StatusInternalServerError {
		refuse(w, r, refused)
		return
	}
	v, err := s.publish(u, kind)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	if s.loses(w, r, u, kind) {
		return
	}
	if refused, ok := refusals[kind]; ok {
		refuse(w, r, refused)
		return
	}
	answer := httptest.NewRecorder()
	writeJSON(answer, http.StatusOK, s.resource(v, v.Parts, statusUploaded))
	lose(w, r, kind, answer)
}

// publish makes a video of a full upload, once.
func (s *Server) publish(u *session, kind string) (Video, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.video != nil {
		return *u.video, nil
	}
	id, err := s.newID(8)
	if err != nil {
		return Video{}, err
	}
	sum, err := sumOf(u.bytesFile())
	if err != nil {
		return Video{}, err
	}
	v := Video{ID: id, Channel: u.document.Channel, Session: u.document.ID, Said: u.document.Video, MediaType: u.document.MediaType,
		Bytes: u.stored, SHA256: sum, PublishedAt: s.now().UTC(), Parts: u.document.Parts}
	if kind == kindRejected || kind == kindFailed {
		v.Outcome = kind
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.videos.Append(v); err != nil {
		return Video{}, err
	}
	u.video = &v
	return v, nil
}

func sumOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read an upload: %w", err)
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", fmt.Errorf("read an upload: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// resource is the video as the API shows it, of the parts that are asked for.
func (s *Server) resource(v Video, asked []string, status string) map[string]any {
	whole := map[string]any{
		"snippet":           s.snippet(v),
		"status":            v.statusPart(status),
		"processingDetails": processing(status),
		"contentDetails":    map[string]any{"dimension": "2d", "definition": "hd", "caption": "false", "licensedContent": false, "projection": "rectangular"},
		"statistics":        map[string]any{"viewCount": "0", "likeCount": "0", "favoriteCount": "0", "commentCount": "0"},
		"fileDetails":       map[string]any{"fileSize": strconv.FormatInt(v.Bytes, 10), "fileType": "video"},
	}
	if v.broadcast != nil {
		whole["liveStreamingDetails"] = v.broadcast.liveDetails()
	}
	shown := map[string]any{"kind": "youtube#video", "etag": etag(v.ID, status, v.liveContent()), "id": v.ID}
	for name, part := range whole {
		if slices.Contains(asked, name) {
			shown[name] = part
		}
	}
	return shown
}

func (s *Server) snippet(v Video) map[string]any {
	owner, _ := s.seed.channel(v.Channel)
	snippet := map[string]any{
		"publishedAt": stamp(v.PublishedAt), "channelId": v.Channel, "channelTitle": owner.Title,
		"title": v.Said.Title, "description": v.Said.Description, "categoryId": v.Said.Category,
		"liveBroadcastContent": v.liveContent(), "thumbnails": thumbnails(v.ID),
		"localized": map[string]string{"title": v.Said.Title, "description": v.Said.Description},
	}
	if len(v.Said.Tags) > 0 {
		snippet["tags"] = v.Said.Tags
	}
	return snippet
}

// liveContent tells whether the video is a broadcast that goes on.
func (v Video) liveContent() string {
	if v.broadcast != nil && v.broadcast.Live() {
		return "live"
	}
	return "none"
}

func (v Video) statusPart(status string) map[string]any {
	part := map[string]any{"uploadStatus": status, "privacyStatus": v.Said.Privacy, "license": "youtube", "embeddable": true,
		"publicStatsViewable": true, "madeForKids": v.Said.ForKids, "selfDeclaredMadeForKids": v.Said.ForKids}
	if v.Said.PublishAt != nil {
		part["publishAt"] = stamp(*v.Said.PublishAt)
	}
	switch status {
	case kindRejected:
		part["rejectionReason"] = "duplicate"
	case kindFailed:
		part["failureReason"] = "invalidFile"
	}
	return part
}

// processing is the part processingDetails.
func processing(status string) map[string]any {
	part := map[string]any{"fileDetailsAvailability": "available", "processingIssuesAvailability": "available",
		"tagSuggestionsAvailability": "inProgress", "editorSuggestionsAvailability": "inProgress", "thumbnailsAvailability": "available"}
	switch status {
	case statusProcessed:
		part["processingStatus"] = "succeeded"
	case kindFailed:
		part["processingStatus"], part["processingFailureReason"] = "failed", "transcodeFailed"
	case kindRejected:
		part["processingStatus"] = "terminated"
	default:
		part["processingStatus"] = "processing"
		part["processingProgress"] = map[string]string{"partsTotal": "1000", "partsProcessed": "500", "timeLeftMs": "500"}
	}
	return part
}

func thumbnails(id string) map[string]any {
	return map[string]any{"default": map[string]any{"url": "https://i.ytimg.com/vi/" + id + "/default.jpg", "width": 120, "height": 90}}
}

// stamp writes a time as the API does.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05Z") }

// etag changes when what it stands for does.
func etag(texts ...string) string {
	sum := fnv.New64a()
	for _, text := range texts {
		_, _ = io.WriteString(sum, text+"\x00")
	}
	return strconv.FormatUint(sum.Sum64(), 36)
}
