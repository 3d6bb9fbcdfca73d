package config

// Option is one setting that comes from the environment. Each can also be given
// in a .env file, or as <Name>_FILE: the path of a file that holds the value.
type Option struct {
	Name        string // of the environment variable
	Description string
	Default     string // as text; empty when there is none
	Secret      bool   // never shown
	// Labelled options exist once more for each bot account, as <Name>_<LABEL>.
	Labelled bool
}

// Names of the options.
const (
	OptDatabaseURL        = "DATABASE_URL"
	OptConfigDir          = "STREAMSUITES_CONFIG_DIR"
	OptLogLevel           = "STREAMSUITES_LOG_LEVEL"
	OptLogFormat          = "STREAMSUITES_LOG_FORMAT"
	OptHTTPAddress        = "STREAMSUITES_HTTP_ADDRESS"
	OptPublicBase         = "STREAMSUITES_PUBLIC_BASE"
	OptFFmpeg             = "STREAMSUITES_FFMPEG"
	OptDashboardRoot      = "DASHBOARD_STATE_PUBLISH_ROOT"
	OptPublishRoot        = "STREAMSUITES_STATE_PUBLISH_ROOT"
	OptDashboardToken     = "STREAMSUITES_DASHBOARD_TOKEN"
	OptHotReload          = "STREAMSUITES_HOT_RELOAD"
	OptHotReloadPath      = "STREAMSUITES_HOT_RELOAD_PATH"
	OptHotReloadInterval  = "STREAMSUITES_HOT_RELOAD_INTERVAL"
	OptTokenKey           = "STREAMSUITES_TOKEN_KEY"
	OptTwitchToken        = "TWITCH_OAUTH_TOKEN"
	OptTwitchNick         = "TWITCH_BOT_NICK"
	OptTwitchClientID     = "TWITCH_CLIENT_ID"
	OptTwitchClientSecret = "TWITCH_CLIENT_SECRET"
	OptTwitchRefreshToken = "TWITCH_REFRESH_TOKEN"

	OptYouTubeClientID     = "YOUTUBE_CLIENT_ID"
	OptYouTubeClientSecret = "YOUTUBE_CLIENT_SECRET"
	OptYouTubeRefreshToken = "YOUTUBE_REFRESH_TOKEN"
	OptYouTubeAPIKey       = "YOUTUBE_API_KEY"

	OptKickClientID     = "KICK_CLIENT_ID"
	OptKickClientSecret = "KICK_CLIENT_SECRET"
	OptKickRefreshToken = "KICK_REFRESH_TOKEN"
)

// EnvironmentOptions lists every option, in the order in which they are shown.
func EnvironmentOptions() []Option {
	return []Option{
		{Name: OptDatabaseURL, Secret: true, Description: "address of the Postgres database, postgres://user:password@host/name; without it the standalone program runs a private one"},
		{Name: OptConfigDir, Description: "folder of the configuration documents", Default: "<state directory>/shared/config"},
		{Name: OptLogLevel, Description: "trace, debug, info, warn or error", Default: "info"},
		{Name: OptLogFormat, Description: "auto, console or json", Default: "auto"},
		{Name: OptHTTPAddress, Description: "host:port of the read-only HTTP server; wins over system.json http.address"},
		{Name: OptPublicBase, Description: "http(s) address under which the HTTP server is known outside; wins over system.json http.public_base"},
		{Name: OptFFmpeg, Description: "FFmpeg program; wins over system.json clips.encoding.ffmpeg_path"},
		{Name: OptDashboardRoot, Description: "folder of a web site; the exports are also written to its shared/state"},
		{Name: OptPublishRoot, Description: "as " + OptDashboardRoot + ", used when that one is not set"},
		{Name: OptDashboardToken, Secret: true, Description: "token that opens dashboard-only documents of the HTTP server, at least 16 characters; without it no token does"},
		{Name: OptHotReload, Description: "1, true, yes or on switches hot reload on, anything else off; wins over system.json"},
		{Name: OptHotReloadPath, Description: "file or folder that hot reload watches; wins over system.json"},
		{Name: OptHotReloadInterval, Description: "seconds between two looks of hot reload, at least 1; wins over system.json"},
		{Name: OptTokenKey, Secret: true, Description: "key under which the accounts' tokens lie in the database: 32 bytes in base64, and behind commas older keys that are still read; default: one made at the first use, in the state directory"},
		{Name: OptTwitchToken, Secret: true, Labelled: true, Description: "the Twitch bot's OAuth token, with or without oauth:"},
		{Name: OptTwitchNick, Labelled: true, Description: "the Twitch bot's login; default: the channel's"},
		{Name: OptTwitchClientID, Labelled: true, Description: "client id of the Twitch application, for live detection and `streamsuites auth login`"},
		{Name: OptTwitchClientSecret, Secret: true, Labelled: true, Description: "client secret of the Twitch application"},
		{Name: OptTwitchRefreshToken, Secret: true, Labelled: true, Description: "refresh token with which a new OAuth token is fetched when one expires"},
		{Name: OptYouTubeClientID, Labelled: true, Description: "client id of the Google application that reads chat and publishes clips on YouTube"},
		{Name: OptYouTubeClientSecret, Secret: true, Labelled: true, Description: "client secret of that application"},
		{Name: OptYouTubeRefreshToken, Secret: true, Labelled: true, Description: "refresh token of the channel's owner, with the scope https://www.googleapis.com/auth/youtube"},
		{Name: OptYouTubeAPIKey, Secret: true, Labelled: true, Description: "API key of the Google application, with which chat can be read without a login"},
		{Name: OptKickClientID, Labelled: true, Description: "client id of the Kick application that sends chat and asks who is live"},
		{Name: OptKickClientSecret, Secret: true, Labelled: true, Description: "client secret of that application"},
		{Name: OptKickRefreshToken, Secret: true, Labelled: true, Description: "refresh token of the Kick account that sends; good for one use, so that `streamsuites auth login kick` is the better way"},
	}
}

// OptionValue is an option as it is set.
type OptionValue struct {
	Option
	Value  string // "[redacted]" for a secret that is set
	Set    bool
	Source string // "environment", the .env file's name, "file <path>", or "default"
}
