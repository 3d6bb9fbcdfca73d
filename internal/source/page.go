package source

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Broadcast is what is to be recorded.
type Broadcast struct {
	Platform chat.Platform
	Channel  string // as the platform spells it in its addresses: Twitch's login, Kick's slug
	StreamID string // of the broadcast; YouTube's pages are found by it
	WatchURL string // page of the broadcast, for platforms whose pages cannot be worked out
}

// Sites are the roots of the platforms' web sites, without a slash at the end.
type Sites struct {
	Twitch, YouTube, Kick string
}

// RealSites are the platforms' own.
func RealSites() Sites {
	return Sites{Twitch: "https://www.twitch.tv", YouTube: "https://www.youtube.com", Kick: "https://kick.com"}
}

// What is allowed in a page's address. Anything else did not come from the
// platform.
var (
	channelName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$`)
	videoID     = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
)

// NoPageError says why a broadcast has no page to look at.
type NoPageError struct{ Why string }

// Error implements error.
func (e *NoPageError) Error() string { return "the page of the broadcast is not known: " + e.Why }

// Page returns the address of the page on which people watch the broadcast. The
// error is a *NoPageError.
func (s Sites) Page(b Broadcast) (string, error) {
	name := func(root string) (string, error) {
		channel := strings.TrimLeft(b.Channel, "#@")
		if !channelName.MatchString(channel) {
			return "", &NoPageError{Why: "the channel's name is none"}
		}
		return root + "/" + url.PathEscape(channel), nil
	}
	switch b.Platform {
	case chat.Twitch:
		return name(s.Twitch)
	case chat.Kick:
		return name(s.Kick)
	case chat.YouTube:
		if !videoID.MatchString(b.StreamID) {
			return "", &NoPageError{Why: "the broadcast has no video id"}
		}
		return s.YouTube + "/watch?v=" + url.QueryEscape(b.StreamID), nil
	}
	if !webAddress(b.WatchURL) {
		return "", &NoPageError{Why: fmt.Sprintf("the configuration gives no watch page on %s", b.Platform)}
	}
	return b.WatchURL, nil
}

func webAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
