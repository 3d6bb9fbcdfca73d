package config

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// PlatformState says whether a platform is used.
type PlatformState string

// The states of a platform, as the export contract spells them.
const (
	Active   PlatformState = "active"
	Paused   PlatformState = "paused" // configured, deliberately not connected
	Disabled PlatformState = "disabled"
)

// Platform is one platform or service, as platforms.json or services.json
// describes it.
type Platform struct {
	Name         string        `json:"name"`
	State        PlatformState `json:"state"`
	Telemetry    bool          `json:"telemetry_enabled"` // never when disabled
	PausedReason string        `json:"paused_reason,omitempty"`
	// Error is why an active platform cannot work, such as missing credentials.
	Error   string           `json:"error,omitempty"`
	Twitch  TwitchEndpoints  `json:"twitch_endpoints,omitzero"`  // of the platform twitch only
	YouTube YouTubeEndpoints `json:"youtube_endpoints,omitzero"` // of the platform youtube only
	Kick    KickEndpoints    `json:"kick_endpoints,omitzero"`    // of the platform kick only
	// SendThrough is how messages are sent; of the platform twitch only, and empty
	// for ThroughChat.
	SendThrough SendThrough `json:"send_through,omitempty"`
	// KickWebhooks is where Kick calls; of the platform kick only.
	KickWebhooks KickWebhooks `json:"kick_webhooks,omitzero"`
	Source       string       `json:"source"` // file, or "default"
}

// Enabled reports whether the platform is not disabled; a paused one counts as
// enabled.
func (p Platform) Enabled() bool { return p.State != Disabled }

// Replay reports whether the platform's chat can be replayed.
func (p Platform) Replay() bool {
	return p.State != Paused && slices.Contains([]string{"youtube", "twitch", "rumble", "pilled"}, p.Name)
}

// Overlay reports whether the platform's chat can be shown in overlays.
func (p Platform) Overlay() bool {
	return p.State != Paused && slices.Contains([]string{"youtube", "twitch", "rumble"}, p.Name)
}

const (
	defaultPausedReason = "Platform ingestion paused"
	overridesName       = "platform_overrides"
)

type rawPlatform struct {
	Name         string          `json:"name"`
	Platform     string          `json:"platform"`
	Enabled      bool            `json:"enabled"`
	Telemetry    *bool           `json:"telemetry_enabled"`
	State        json.RawMessage `json:"state"`
	PausedReason string          `json:"paused_reason"`
	Endpoints    rawEndpoints    `json:"endpoints"`
	SendThrough  SendThrough     `json:"send_through"`
	Webhooks     KickWebhooks    `json:"webhooks"`
}

// loadPlatforms returns every platform, sorted by name: the five known ones
// always, others when they are configured.
func (l *loader) loadPlatforms() ([]Platform, []document) {
	byName := map[string]Platform{}
	main := l.read("platforms", "platforms.json", policy{Info, Warning, Warning, "services.json is used instead"})
	docs := []document{main}
	l.addPlatforms(main, byName)
	if len(byName) == 0 {
		services := l.read("services", "services.json", policy{Warning, Warning, Warning, "every service is off"})
		l.addServices(services, byName)
		docs = append(docs, services)
	}
	for _, p := range chat.Platforms {
		if _, ok := byName[string(p)]; !ok {
			byName[string(p)] = rawPlatform{Name: string(p)}.platform("default")
		}
	}
	overrides := l.readOptional(overridesName, overridesName+".json", policy{Info, Warning, Warning, "nothing is overridden"})
	l.overridePlatforms(overrides, byName)
	platforms := make([]Platform, 0, len(byName))
	for _, p := range byName {
		platforms = append(platforms, p)
	}
	slices.SortFunc(platforms, func(a, b Platform) int { return strings.Compare(a.Name, b.Name) })
	return platforms, append(docs, overrides)
}

func (l *loader) addPlatforms(d document, byName map[string]Platform) {
	var raw struct {
		Platforms []rawPlatform `json:"platforms"`
	}
	l.decode(d, &raw)
	for _, r := range raw.Platforms {
		r.Name = first(r.Name, r.Platform)
		known := slices.Contains(chat.Platforms[:], chat.Platform(r.Name))
		_, twice := byName[r.Name]
		switch {
		case r.Name == "":
			l.add(Problem{File: d.file, Path: "$.platforms", Found: "an entry without a name", Allowed: l.schemas.allowed(schemaURN + "platforms#/properties/platforms/items/properties/name"),
				Remedy: "this entry is left out", Severity: Warning, Kind: Invalid})
			continue
		case twice:
			l.add(Problem{File: d.file, Path: "$.platforms", Found: quoteShort(r.Name) + " more than once", Allowed: "each platform once",
				Remedy: "only the first entry is used", Severity: Warning, Kind: Invalid})
			continue
		case !known:
			l.add(Problem{File: d.file, Path: "$.platforms", Found: quoteShort(r.Name), Allowed: "youtube, twitch, rumble, kick or pilled",
				Remedy: "listed in the exports, otherwise unused", Severity: Warning, Kind: Advice})
		}
		p := r.platform(d.file)
		p.locate(r.Endpoints, l.stateDir)
		switch p.Name {
		case string(chat.Kick):
			p.KickWebhooks = r.Webhooks
		case string(chat.Twitch):
			if r.SendThrough == ThroughAPI {
				p.SendThrough = ThroughAPI
			}
		}
		byName[p.Name] = p
	}
}

func (l *loader) addServices(d document, byName map[string]Platform) {
	for name := range d.value {
		var services map[string]rawPlatform
		l.decode(document{name: d.name, file: d.file, valid: true, value: map[string]any{name: d.value[name]}}, &services)
		r := services[name]
		// State and reason count in platforms.json only.
		byName[name] = rawPlatform{Name: name, Enabled: r.Enabled, Telemetry: r.Telemetry}.platform(d.file)
	}
}

// platform works out the state: the one that is written wins over enabled.
func (r rawPlatform) platform(source string) Platform {
	p := Platform{Name: r.Name, State: r.defaultState(), Source: source}
	var text string
	var on bool
	switch {
	case json.Unmarshal(r.State, &text) == nil && text != "":
		p.State = PlatformState(strings.ToLower(text))
	case string(r.State) != "null" && json.Unmarshal(r.State, &on) == nil:
		p.State = Disabled
		if on {
			p.State = Active
		}
	}
	p.Telemetry = p.Enabled()
	if r.Telemetry != nil {
		p.Telemetry = *r.Telemetry && p.Enabled()
	}
	if p.State == Paused {
		p.PausedReason = first(strings.TrimSpace(r.PausedReason), defaultPausedReason)
	}
	p.locate(rawEndpoints{}, "")
	return p
}

// locate fills in where the platform is.
func (p *Platform) locate(endpoints rawEndpoints, stateDir string) {
	switch chat.Platform(p.Name) {
	case chat.Twitch:
		p.Twitch = endpoints.twitch(stateDir)
	case chat.YouTube:
		p.YouTube = endpoints.youtube(stateDir)
	case chat.Kick:
		p.Kick = endpoints.kick(stateDir)
	}
}

func (r rawPlatform) defaultState() PlatformState {
	switch {
	case r.Name == string(chat.Rumble):
		return Paused
	case r.Name == string(chat.Pilled) || !r.Enabled:
		return Disabled
	}
	return Active
}

// overridePlatforms applies an operator's switches: off disables, on makes a
// disabled platform active and leaves a paused one paused.
func (l *loader) overridePlatforms(d document, byName map[string]Platform) {
	for name, on := range l.switches(d) {
		p, ok := byName[name]
		if !ok {
			p = rawPlatform{Name: name}.platform(d.file)
		}
		switch {
		case !on:
			p.State, p.Telemetry, p.PausedReason = Disabled, false, ""
		case p.State == Disabled && name == string(chat.Rumble):
			p.State, p.Telemetry, p.PausedReason = Paused, true, defaultPausedReason
		case p.State == Disabled:
			p.State, p.Telemetry = Active, true
		}
		p.Source = d.file
		byName[name] = p
	}
}

// switches reads the spellings of platform_overrides.json.
func (l *loader) switches(d document) map[string]bool {
	on := map[string]bool{}
	var raw map[string]json.RawMessage
	l.decode(d, &raw)
	if nested, ok := raw["platforms"]; ok {
		raw = nil
		var list []struct {
			PlatformID string `json:"platform_id"`
			Platform   string `json:"platform"`
			Name       string `json:"name"`
			Enabled    bool   `json:"enabled"`
		}
		if json.Unmarshal(nested, &list) != nil {
			_ = json.Unmarshal(nested, &raw) // the schema has checked the form
		}
		for _, e := range list {
			if name := first(e.PlatformID, e.Platform, e.Name); name != "" {
				on[strings.ToLower(name)] = e.Enabled
			}
		}
	}
	for name, v := range raw {
		var t toggle
		if json.Unmarshal(v, &t) == nil {
			on[strings.ToLower(name)] = bool(t)
		}
	}
	return on
}
