package config

import (
	"cmp"
	"encoding/json"
	"maps"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Latency is how far viewers are behind the source, in seconds: one number, or one
// for each platform.
type Latency struct {
	Default *float64 `json:"default"` // on platforms that are not named; nil when nobody said it
	YouTube *float64 `json:"youtube"`
	Twitch  *float64 `json:"twitch"`
	Rumble  *float64 `json:"rumble"`
	Kick    *float64 `json:"kick"`
	Pilled  *float64 `json:"pilled"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (l *Latency) UnmarshalJSON(data []byte) error {
	*l = Latency{}
	var number float64
	if json.Unmarshal(data, &number) == nil {
		l.Default = &number
		return nil
	}
	type written Latency // without this method
	return json.Unmarshal(data, (*written)(l))
}

// MarshalJSON implements json.Marshaler.
func (l Latency) MarshalJSON() ([]byte, error) { return json.Marshal(l.plain()) }

// plain is what is written: a number, or a number for each platform.
func (l Latency) plain() any {
	all := map[string]float64{}
	for platform, s := range l.named() {
		all[string(platform)] = *s
	}
	if len(all) == 0 {
		return or(l.Default, 0)
	}
	if l.Default != nil {
		all["default"] = *l.Default
	}
	return all
}

// named are the platforms that are named.
func (l Latency) named() map[chat.Platform]*float64 {
	all := map[chat.Platform]*float64{
		chat.YouTube: l.YouTube, chat.Twitch: l.Twitch, chat.Rumble: l.Rumble, chat.Kick: l.Kick, chat.Pilled: l.Pilled,
	}
	maps.DeleteFunc(all, func(_ chat.Platform, s *float64) bool { return s == nil })
	return all
}

// over returns what holds when l is laid over what is below it: as soon as it says
// something of all platforms, nothing below counts.
func (l Latency) over(below Latency) Latency {
	if l.Default != nil {
		return l
	}
	return Latency{
		Default: below.Default, YouTube: cmp.Or(l.YouTube, below.YouTube), Twitch: cmp.Or(l.Twitch, below.Twitch),
		Rumble: cmp.Or(l.Rumble, below.Rumble), Kick: cmp.Or(l.Kick, below.Kick), Pilled: cmp.Or(l.Pilled, below.Pilled),
	}
}

// byPlatform are the latencies of the platforms that are named.
func (l Latency) byPlatform() map[chat.Platform]time.Duration {
	named := l.named()
	if len(named) == 0 {
		return nil
	}
	by := make(map[chat.Platform]time.Duration, len(named))
	for platform, s := range named {
		by[platform] = seconds(*s)
	}
	return by
}

// latency is what holds for a creator.
func (c CreatorClips) latency(system ClipSystem) Latency {
	return or(c.LatencySeconds, Latency{}).over(system.LatencySeconds)
}
