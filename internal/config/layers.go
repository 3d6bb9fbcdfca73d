package config

import (
	"maps"
	"slices"
)

// Layer is one layer of a creator's limits.
type Layer struct {
	Source string         // such as "tier open"
	Limits map[string]any // by name; see Limit.Value
}

// LimitLayers returns the layers of a creator's limits, the lowest first; later
// ones win key by key. Layers that say nothing are left out.
func (c *Config) LimitLayers(creator *Creator) []Layer {
	return c.limitLayers(creator, creator.firstPlatform())
}

// limitLayers are a creator's limits with those of one platform; "" for none.
func (c *Config) limitLayers(creator *Creator, platform string) []Layer {
	var layers []Layer
	lay := func(source string, limits map[string]any) {
		layer := Layer{Source: source, Limits: make(map[string]any, len(limits))}
		for name, v := range limits {
			if w, ok := v.(whole); ok {
				v = float64(w)
			}
			layer.Limits[name] = v
		}
		if len(layer.Limits) > 0 {
			layers = append(layers, layer)
		}
	}
	if tier, ok := c.Tiers[creator.Tier]; ok {
		lay("default", tier.fallbacks())
		lay("tier "+tier.Name, tier.limits())
	}
	lay("ratelimits.json global", c.RateLimits.Global)
	if platform != "" {
		lay("ratelimits.json platforms."+platform, c.RateLimits.Platforms[platform])
	}
	lay("ratelimits.json creators."+creator.ID, c.RateLimits.Creators[creator.ID].Overrides)
	lay("creators.json "+creator.ID, creator.Limits)
	return layers
}

// LayeredLimit is a limit of a creator with everything that was said about it.
type LayeredLimit struct {
	Name string `json:"name"`
	Limit
	Under []Limit `json:"under"` // what it wins over, the nearest first
}

// LayeredLimits returns a creator's limits with what each layer says, by name.
func (c *Config) LayeredLimits(creator *Creator) []LayeredLimit {
	byName := map[string]*LayeredLimit{}
	for _, layer := range c.LimitLayers(creator) {
		for name, v := range layer.Limits {
			limit := Limit{v, layer.Source}
			if l, ok := byName[name]; ok {
				l.Under = slices.Insert(l.Under, 0, l.Limit)
				l.Limit = limit
				continue
			}
			byName[name] = &LayeredLimit{Name: name, Limit: limit, Under: []Limit{}}
		}
	}
	limits := make([]LayeredLimit, 0, len(byName))
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		limits = append(limits, *byName[name])
	}
	return limits
}
