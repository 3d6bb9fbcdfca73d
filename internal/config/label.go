package config

import (
	"regexp"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// labelPattern is the same as that of twitch_account and kick_account in the schema of
// creators.json.
var labelPattern = regexp.MustCompile(`^[A-Z0-9][A-Z0-9_]{0,49}$`)

// IsLabel reports whether creators can name an account so: labels are the ends of
// variables' names.
func IsLabel(label string) bool { return labelPattern.MatchString(label) }

// AccountOn is the label of the account that serves the creator on a platform.
func (c *Creator) AccountOn(p chat.Platform) string {
	switch p {
	case chat.Twitch:
		return c.TwitchAccount
	case chat.YouTube:
		return c.YouTubeAccount
	case chat.Kick:
		return c.KickAccount
	}
	return ""
}
