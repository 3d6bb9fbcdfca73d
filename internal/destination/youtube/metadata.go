package youtube

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"

	api "google.golang.org/api/youtube/v3"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/destination"
)

// The limits of developers.google.com/youtube/v3/docs/videos. Characters are
// counted as UTF-16 does, which is never less than what the platform counts.
const (
	maxTitle       = 100  // characters
	maxDescription = 5000 // bytes
	maxTags        = 500  // characters, as tagsLength counts
)

// What videos are where the caller leaves it open; the configuration never does,
// and has defaults of its own.
const (
	DefaultTitle = "{title}"
	// DefaultPrivacy is what an API project that was not verified gets anyway,
	// and the only setting that shows nobody's stream to others before somebody
	// decided so.
	DefaultPrivacy    = "private"
	DefaultCategoryID = "20" // gaming
)

// Metadata is how a creator's videos are described. In Title and Description
// {title}, {source}, {clipper}, {creator}, {date} and {clip_id} stand for what
// is known of a clip; every title ends with the clip's marker, whatever it says.
type Metadata struct {
	Title             string
	Description       string
	Tags              []string
	Privacy           string // public, unlisted or private
	CategoryID        string
	MadeForKids       bool
	NotifySubscribers bool
}

// Problem is something that the platform would not accept.
type Problem struct {
	Field string // as configuration calls it, such as "tags[2]"
	Text  string // what was found and what is allowed
}

// String returns both in one line.
func (p Problem) String() string { return p.Field + ": " + p.Text }

var category = regexp.MustCompile(`^[0-9]{1,4}$`)

// Validate names everything about m that no video could be published with. It
// does no I/O; whether a category exists in a country, only the platform knows.
func Validate(m Metadata) (problems []Problem) {
	found := func(field, format string, args ...any) {
		problems = append(problems, Problem{field, fmt.Sprintf(format, args...)})
	}
	for _, text := range []struct{ field, value string }{{"title", m.Title}, {"description", m.Description}} {
		if strings.ContainsAny(text.value, "<>") {
			found(text.field, "contains < or >, which YouTube does not accept")
		}
	}
	room := maxTitle - length(" "+clip.Marker("abc123"))
	if n := length(fixed(m.Title)); n > room {
		found("title", "has %d characters besides what is filled in, at most %d are allowed", n, room)
	}
	if n := len(fixed(m.Description)); n > maxDescription {
		found("description", "has %d bytes besides what is filled in, at most %d are allowed", n, maxDescription)
	}
	for i, tag := range m.Tags {
		if strings.TrimSpace(tag) == "" || strings.ContainsAny(tag, "<>,\"") {
			found(fmt.Sprintf("tags[%d]", i), "is %q, a tag is not empty and contains no < > , or \"", tag)
		}
	}
	if n := tagsLength(m.Tags); n > maxTags {
		found("tags", "have %d characters with their separators and quotes, at most %d are allowed", n, maxTags)
	}
	switch m.Privacy {
	case "", "public", "unlisted", "private":
	default:
		found("privacy", "is %q, allowed are public, unlisted and private", m.Privacy)
	}
	if m.CategoryID != "" && !category.MatchString(m.CategoryID) {
		found("category_id", "is %q, allowed is the number of a category", m.CategoryID)
	}
	return problems
}

// describe makes the video of a clip.
func (m Metadata) describe(item destination.Item) *api.Video {
	return &api.Video{
		Snippet: &api.VideoSnippet{
			Title: title(m.Title, item), Description: description(m.Description, item),
			Tags: tags(m.Tags), CategoryId: or(m.CategoryID, DefaultCategoryID),
		},
		Status: &api.VideoStatus{
			PrivacyStatus: or(m.Privacy, DefaultPrivacy), SelfDeclaredMadeForKids: m.MadeForKids,
			ForceSendFields: []string{"SelfDeclaredMadeForKids"}, // no is an answer too
		},
	}
}

// tags returns those tags that fit.
func tags(all []string) (fit []string) {
	for _, tag := range all {
		tag = clip.Clean(strings.Map(func(r rune) rune {
			if r == ',' || r == '"' {
				return ' '
			}
			return r
		}, tag))
		if tag != "" && tagsLength(append(fit, tag)) <= maxTags {
			fit = append(fit, tag)
		}
	}
	return fit
}

// tagsLength counts as the platform does: with a comma between tags, and with
// quotes around those that contain spaces.
func tagsLength(all []string) int {
	n := max(len(all)-1, 0)
	for _, tag := range all {
		n += length(tag)
		if strings.Contains(tag, " ") {
			n += 2
		}
	}
	return n
}

// length counts UTF-16 code units.
func length(text string) (n int) {
	for _, r := range text {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
