package config

import (
	"net"
	"strconv"
	"strings"
)

// System holds the settings of system.json. Each bad value has been replaced by
// its default.
type System struct {
	PlatformPolling bool            // false: no Twitch, YouTube or Kick workers
	Platforms       map[string]bool // switches by platform; see PlatformOn
	Jobs            map[string]bool // switches by job type; see JobOn
	HotReload       HotReload
	Clips           ClipSystem
	BufferSeconds   int // seconds of stream that capture keeps on disk
	HTTP            HTTP
	Mirrors         []string // folders that get a copy of the exports, absolute
	ChatDays        int      // days for which the event log is kept
	LongTexts       string   // what becomes of texts that a platform does not take: split or cut
	NumberParts     bool     // whether the parts of split texts are numbered
	MaxScans        int      // patterns of a creator that every message is matched against
	ChatAPI         ChatAPI
	Synthetic       Synthetic
	Quotas          Quotas
	Retention       Retention
}

// HotReload says whether changed configuration is taken in without a restart.
type HotReload struct {
	Enabled         bool
	WatchPath       string
	IntervalSeconds float64 // at least 1
}

// ClipSystem holds the clip settings that hold for every creator.
type ClipSystem struct {
	Destinations        []string // names, such as "folder"; at least one
	YouTube             Video
	ChannelURL          string // of the default destination; may be empty
	Concurrency         int    // clips that a host encodes at once
	FFmpeg              string // program or path
	ExportInterval      int    // seconds
	Newest              int    // clips in clips.json and in each page
	Seconds             int    // default length
	PostRollSeconds     float64
	LatencySeconds      Latency
	CoalesceSeconds     float64 // requests said this close together share a clip; 0 for never
	PublishDelaySeconds float64 // 0 until a published clip can be taken back
	UserCooldownSeconds float64
	PerHour             int // clips an hour and creator
}

// HTTP holds the settings of the read-only server.
type HTTP struct {
	Address      string // host:port
	PublicBase   string // without a slash at the end; empty: http://<address>
	AllowOrigins []string
	AllowHosts   []string
	// TrustLoopback opens dashboard-only documents to this machine without a token.
	TrustLoopback bool
	// ServeInternal lets the token open internal-only documents as well.
	ServeInternal bool
	// DashboardToken opens dashboard-only documents; it may be missing.
	DashboardToken Secret
}

// ChatAPI holds the settings of the chat interface for overlays.
type ChatAPI struct {
	Enabled      bool
	Host         string
	Port         int
	AllowOrigins []string
}

// Synthetic holds the settings of messages that programs put into the chat. It
// works only with a token.
type Synthetic struct {
	Enabled            bool
	CreatorToken       Secret
	DiscordBotToken    Secret
	RateLimitPerMinute int
}

// PlatformOn reports whether the platform's switch is on. Unlisted platforms are
// on, but for Kick.
func (s System) PlatformOn(name string) bool {
	if on, ok := s.Platforms[name]; ok {
		return on
	}
	return name != "kick"
}

// JobOn reports whether jobs of that type may run. The type is looked up as it
// stands, then as a plural; unlisted ones may.
func (s System) JobOn(name string) bool {
	for _, n := range []string{name, name + "s"} {
		if on, ok := s.Jobs[n]; ok {
			return on
		}
	}
	return true
}

// rawSystem is system.json as it is written.
type rawSystem struct {
	System struct {
		Polling   bool              `json:"platform_polling_enabled"`
		Platforms map[string]toggle `json:"platforms"`
		Jobs      map[string]toggle `json:"jobs"`
		HotReload struct {
			Enabled  bool    `json:"enabled"`
			Path     string  `json:"watch_path"`
			Interval float64 `json:"interval_seconds"`
		} `json:"hot_reload"`
	} `json:"system"`
	Clips struct {
		Destination struct {
			Platform   string `json:"platform"`
			ChannelURL string `json:"channel_url"`
		} `json:"default_destination"`
		Destinations []string `json:"destinations"`
		YouTube      Video    `json:"youtube"`
		Encoding     struct {
			Concurrency whole  `json:"concurrency"`
			FFmpeg      string `json:"ffmpeg_path"`
		} `json:"encoding"`
		Export struct {
			StatePath string `json:"state_path"`
			Interval  whole  `json:"interval_seconds"`
			Newest    whole  `json:"newest"`
		} `json:"export"`
		Seconds      whole   `json:"seconds"`
		PostRoll     float64 `json:"post_roll_seconds"`
		Latency      Latency `json:"latency_seconds"`
		Coalesce     float64 `json:"coalesce_seconds"`
		PublishDelay float64 `json:"publish_delay_seconds"`
		UserCooldown float64 `json:"user_cooldown_seconds"`
		PerHour      whole   `json:"per_hour"`
	} `json:"clips"`
	Capture struct {
		Buffer whole `json:"buffer_seconds"`
	} `json:"capture"`
	HTTP struct {
		Address    string   `json:"address"`
		PublicBase string   `json:"public_base"`
		Origins    []string `json:"allow_origins"`
		Hosts      []string `json:"allow_hosts"`
		Trust      bool     `json:"trust_loopback"`
		Internal   bool     `json:"serve_internal"`
	} `json:"http"`
	Exports struct {
		Mirrors []string `json:"mirrors"`
	} `json:"exports"`
	Chat struct {
		Days  whole  `json:"retention_days"`
		Scans whole  `json:"max_scans"`
		Long  string `json:"long_texts"`
		Parts bool   `json:"number_parts"`
		API   struct {
			Enabled bool     `json:"enabled"`
			Host    string   `json:"host"`
			Port    whole    `json:"port"`
			Origins []string `json:"allow_origins"`
		} `json:"api"`
		Synthetic struct {
			Enabled bool   `json:"enabled"`
			Creator string `json:"creator_token"`
			Discord string `json:"discord_bot_token"`
			Rate    whole  `json:"rate_limit_per_minute"`
		} `json:"synthetic"`
	} `json:"chat"`
	Quotas    rawQuotas    `json:"quotas"`
	Retention rawRetention `json:"retention"`
}

// defaultSystem returns the settings of an empty system.json.
func defaultSystem() rawSystem {
	var r rawSystem
	r.System.Polling = true
	r.System.Platforms = map[string]toggle{"youtube": true, "twitch": true, "discord": true, "kick": false}
	r.System.Jobs = map[string]toggle{"clips": true, "polls": true, "tallies": true}
	r.System.HotReload.Path, r.System.HotReload.Interval = "shared/config", 5
	r.Clips.Destination.Platform, r.Clips.Destinations, r.Clips.YouTube = "folder", []string{}, defaultVideo()
	r.Clips.Encoding.Concurrency, r.Clips.Encoding.FFmpeg = 2, "ffmpeg"
	r.Clips.Export.StatePath, r.Clips.Export.Interval, r.Clips.Export.Newest = "shared/state/clips.json", 30, 500
	r.Clips.Seconds, r.Clips.PostRoll, r.Clips.UserCooldown, r.Clips.PerHour = 30, 5, 30, 10
	r.Clips.Coalesce = 20
	r.Capture.Buffer = 300
	r.HTTP.Address = "127.0.0.1:8080"
	r.HTTP.Origins, r.HTTP.Hosts = []string{}, []string{}
	r.Exports.Mirrors = []string{}
	r.Chat.Days, r.Chat.Scans, r.Chat.Long = 30, 10, "split"
	r.Chat.API.Enabled, r.Chat.API.Host, r.Chat.API.Port = true, "127.0.0.1", 8210
	r.Chat.API.Origins = []string{"*"}
	r.Chat.Synthetic.Enabled, r.Chat.Synthetic.Rate = true, 30
	r.Quotas, r.Retention = defaultQuotas(), rawRetention{Events: 30, Points: 400, Boards: 400}
	return r
}

// destinations returns where clips are published; the list wins over the single
// default.
func (r rawSystem) destinations() []string {
	if len(r.Clips.Destinations) > 0 {
		return r.Clips.Destinations
	}
	return []string{r.Clips.Destination.Platform}
}

func (l *loader) system(r rawSystem) System {
	s := System{
		PlatformPolling: r.System.Polling,
		Platforms:       switches(r.System.Platforms), Jobs: switches(r.System.Jobs),
		HotReload:     HotReload{r.System.HotReload.Enabled, r.System.HotReload.Path, r.System.HotReload.Interval},
		BufferSeconds: int(r.Capture.Buffer),
		Clips: ClipSystem{
			Destinations: r.destinations(), YouTube: r.Clips.YouTube, ChannelURL: r.Clips.Destination.ChannelURL,
			Concurrency: int(r.Clips.Encoding.Concurrency), FFmpeg: r.Clips.Encoding.FFmpeg,
			ExportInterval: int(r.Clips.Export.Interval), Newest: int(r.Clips.Export.Newest),
			Seconds: int(r.Clips.Seconds), PostRollSeconds: r.Clips.PostRoll, LatencySeconds: r.Clips.Latency, CoalesceSeconds: r.Clips.Coalesce,
			PublishDelaySeconds: r.Clips.PublishDelay, UserCooldownSeconds: r.Clips.UserCooldown, PerHour: int(r.Clips.PerHour),
		},
		HTTP: HTTP{r.HTTP.Address, strings.TrimRight(r.HTTP.PublicBase, "/"), r.HTTP.Origins, r.HTTP.Hosts, r.HTTP.Trust, r.HTTP.Internal,
			l.dashboardToken()},
		Mirrors:  l.mirrors(r.Exports.Mirrors),
		ChatDays: int(r.Chat.Days), MaxScans: int(r.Chat.Scans), LongTexts: r.Chat.Long, NumberParts: r.Chat.Parts,
		ChatAPI: ChatAPI{r.Chat.API.Enabled, r.Chat.API.Host, int(r.Chat.API.Port), r.Chat.API.Origins},
		Synthetic: Synthetic{r.Chat.Synthetic.Enabled, l.secret(r.Chat.Synthetic.Creator), l.secret(r.Chat.Synthetic.Discord),
			int(r.Chat.Synthetic.Rate)},
		Quotas: r.Quotas.quotas(), Retention: r.Retention.retention(),
	}
	return s
}

// loadSystem reads system.json, or the override in its place, and lays the
// environment over it.
func (l *loader) loadSystem() (System, document) {
	d := l.readOverridable("system", policy{Warning, Warning, Warning, "the default settings are used"})
	raw := defaultSystem()
	l.decode(d, &raw)
	l.environmentOver(&raw)
	l.adviseSystem(d, &raw)
	return l.system(raw), d
}

// environmentOver lays the environment's settings over the file's.
func (l *loader) environmentOver(r *rawSystem) {
	l.overlay(OptHTTPAddress, &r.HTTP.Address, "host:port", func(v string) bool {
		_, _, err := net.SplitHostPort(v)
		return err == nil
	})
	l.overlay(OptPublicBase, &r.HTTP.PublicBase, "an http(s) address", func(v string) bool {
		return strings.HasPrefix(v, "http://") || strings.HasPrefix(v, "https://")
	})
	l.overlay(OptFFmpeg, &r.Clips.Encoding.FFmpeg, "", func(string) bool { return true })
	l.overlay(OptHotReloadPath, &r.System.HotReload.Path, "", func(string) bool { return true })
	if f := l.get(OptHotReload); f.isSet() {
		switch strings.ToLower(f.value) {
		case "1", "true", "yes", "on":
			r.System.HotReload.Enabled = true
		default:
			r.System.HotReload.Enabled = false
		}
	}
	var seconds string
	l.overlay(OptHotReloadInterval, &seconds, "seconds, at least 1", func(v string) bool {
		n, err := strconv.ParseFloat(v, 64)
		if err == nil && n >= 1 && n <= 86400 {
			r.System.HotReload.Interval = n
			return true
		}
		return false
	})
}

// overlay stores a variable's value in target if it is set and good.
func (l *loader) overlay(name string, target *string, allowed string, good func(string) bool) {
	f := l.get(name)
	if !f.isSet() {
		return
	}
	if !good(f.value) {
		l.add(Problem{File: name, Found: quoteShort(f.value), Allowed: allowed, Remedy: "the setting is kept as it was", Severity: Warning, Kind: Invalid})
		return
	}
	*target = f.value
}

func (l *loader) adviseSystem(d document, r *rawSystem) {
	if _, port, err := net.SplitHostPort(r.HTTP.Address); err != nil || !isPort(port) {
		def := defaultSystem().HTTP.Address
		l.add(Problem{File: d.file, Path: "$.http.address", Found: quoteShort(r.HTTP.Address), Allowed: "host:port", Remedy: def + " is used", Severity: Warning, Kind: Invalid})
		r.HTTP.Address = def
	}
	if name := r.Clips.Destination.Platform; !l.knownDestination(name) {
		l.add(Problem{File: d.file, Path: "$.clips.default_destination.platform", Found: quoteShort(name),
			Allowed: strings.Join(l.destinations, ", "), Remedy: l.destinations[0] + " is used", Severity: Warning, Kind: Invalid})
		r.Clips.Destination.Platform = l.destinations[0]
	}
	r.Clips.Destinations = l.knownDestinations(d, "$.clips.destinations", r.Clips.Destinations)
	if p := r.Clips.Export.StatePath; !strings.HasSuffix("/"+p, "/clips.json") {
		l.add(Problem{File: d.file, Path: "$.clips.export.state_path", Found: quoteShort(p), Allowed: "clips.json, the name that the readers know",
			Remedy: "clips.json is written", Severity: Info, Kind: Advice})
	}
}

func isPort(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 0 && n <= 65535
}

func switches(m map[string]toggle) map[string]bool {
	on := make(map[string]bool, len(m))
	for name, t := range m {
		on[name] = bool(t)
	}
	return on
}
