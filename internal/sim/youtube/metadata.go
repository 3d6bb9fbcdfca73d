package youtube

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// metadata is what an uploader says of a video.
type metadata struct {
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Tags        []string   `json:"tags,omitempty"`
	Category    string     `json:"category"`
	Privacy     string     `json:"privacy"`
	PublishAt   *time.Time `json:"publish_at,omitempty"`
	ForKids     bool       `json:"for_kids,omitempty"`
}

// insertBody is the video resource of an insert, as far as it is looked at.
type insertBody struct {
	Snippet *struct {
		Title       string   `json:"title"`
		Description string   `json:"description"`
		Tags        []string `json:"tags"`
		CategoryID  string   `json:"categoryId"`
	} `json:"snippet"`
	Status *struct {
		PrivacyStatus string `json:"privacyStatus"`
		PublishAt     string `json:"publishAt"`
		ForKids       bool   `json:"selfDeclaredMadeForKids"`
	} `json:"status"`
}

// Limits of what can be said of a video, from the reference of the video
// resource.
const (
	maxTitle       = 100  // characters
	maxDescription = 5000 // bytes
	maxTags        = 500  // characters, with a comma between two and quotes around those with a space
	maxInsertBody  = 1 << 20
)

// categories are those that a video can be given.
var categories = []string{"1", "2", "10", "15", "17", "19", "20", "22", "23", "24", "25", "26", "27", "28", "29"}

// parts are those of a video that an insert may set or ask for.
var parts = []string{"contentDetails", "fileDetails", "id", "liveStreamingDetails", "localizations", "player", "processingDetails",
	"recordingDetails", "snippet", "statistics", "status", "suggestions", "topicDetails"}

// splitParts reads the parameter part.
func splitParts(values []string) ([]string, refusal) {
	var asked []string
	for _, value := range values {
		for name := range strings.SplitSeq(value, ",") {
			if name = strings.TrimSpace(name); name != "" {
				asked = append(asked, name)
			}
		}
	}
	if len(asked) == 0 {
		return nil, badParameter("missingRequiredParameter", "No filter selected. The part parameter is required.", "part")
	}
	for _, name := range asked {
		if !slices.Contains(parts, name) {
			return nil, badParameter("unknownPart", "'"+name+"'", "part")
		}
	}
	return asked, nil
}

// readMetadata reads and checks the body of an insert.
func readMetadata(body io.Reader, asked []string) (metadata, refusal) {
	text, err := io.ReadAll(io.LimitReader(body, maxInsertBody+1))
	if err != nil || len(text) > maxInsertBody {
		return metadata{}, errParse
	}
	var said insertBody
	if err := decodeOne(text, &said); err != nil {
		return metadata{}, errParse
	}
	for name, given := range map[string]bool{"snippet": said.Snippet != nil, "status": said.Status != nil} {
		if given && !slices.Contains(asked, name) {
			return metadata{}, badParameter("unexpectedPart", "{'"+name+"'}", "part")
		}
	}
	return said.checked()
}

func decodeOne(text []byte, value any) error {
	if len(strings.TrimSpace(string(text))) == 0 {
		return nil // nothing said
	}
	if !utf8.Valid(text) {
		return errors.New("not UTF-8")
	}
	return json.Unmarshal(text, value)
}

func (b insertBody) checked() (metadata, refusal) {
	m := metadata{Category: "22", Privacy: "public"}
	if b.Snippet != nil {
		m.Title, m.Description, m.Tags = b.Snippet.Title, b.Snippet.Description, b.Snippet.Tags
		if b.Snippet.CategoryID != "" {
			m.Category = b.Snippet.CategoryID
		}
	}
	if b.Status != nil {
		m.ForKids = b.Status.ForKids
		if b.Status.PrivacyStatus != "" {
			m.Privacy = b.Status.PrivacyStatus
		}
		if b.Status.PublishAt != "" {
			at, err := time.Parse(time.RFC3339, b.Status.PublishAt)
			if err != nil || m.Privacy != "private" {
				return m, onVideo("invalidPublishAt", "The request metadata specifies an invalid scheduled publishing time.", "body.status.publishAt")
			}
			m.PublishAt = &at
		}
	}
	return m, m.check()
}

func (m metadata) check() refusal {
	switch {
	case strings.TrimSpace(m.Title) == "" || utf8.RuneCountInString(m.Title) > maxTitle || strings.ContainsAny(m.Title, "<>"):
		return onVideo("invalidTitle", "The request metadata specifies an invalid or empty video title.", "body.snippet.title")
	case len(m.Description) > maxDescription || strings.ContainsAny(m.Description, "<>"):
		return onVideo("invalidDescription", "The request metadata specifies an invalid video description.", "body.snippet.description")
	case tagsLength(m.Tags) > maxTags || slices.ContainsFunc(m.Tags, badTag):
		return onVideo("invalidTags", "The request metadata specifies invalid video keywords.", "body.snippet.tags")
	case !slices.Contains(categories, m.Category):
		return onVideo("invalidCategoryId", "The snippet.categoryId property specifies an invalid category ID.", "body.snippet.categoryId")
	case !slices.Contains([]string{"private", "public", "unlisted"}, m.Privacy):
		return onVideo("invalidVideoMetadata", "The request metadata is invalid.", "body.status.privacyStatus")
	}
	return nil
}

func badTag(tag string) bool { return strings.TrimSpace(tag) == "" || strings.ContainsAny(tag, "<>") }

// tagsLength counts as the platform does.
func tagsLength(tags []string) int {
	length := max(0, len(tags)-1)
	for _, tag := range tags {
		length += utf8.RuneCountInString(tag)
		if strings.Contains(tag, " ") {
			length += 2
		}
	}
	return length
}
