package config

import (
	"path/filepath"
	"slices"
	"strings"
)

// Tier is what creators of one tier may do.
type Tier struct {
	Name        string   `json:"name"`
	Label       string   `json:"label"`
	Description string   `json:"description"`
	Features    Features `json:"features"`
}

// Features are the features of a tier; nil means that the tier says nothing.
type Features struct {
	Triggers struct {
		Enabled     bool     `json:"enabled"`
		MaxTriggers *whole   `json:"max_triggers"`
		MinCooldown *float64 `json:"min_cooldown_seconds"`
	} `json:"triggers"`
	Clips struct {
		Enabled     bool     `json:"enabled"`
		MaxDuration *float64 `json:"max_duration_seconds"`
		PreRoll     *float64 `json:"pre_roll_seconds"` // carried, not used: a clip's span follows from its length
		MinCooldown *float64 `json:"min_cooldown_seconds"`
		MaxJobs     *whole   `json:"max_concurrent_jobs"`
	} `json:"clips"`
	Polls struct {
		Enabled    bool   `json:"enabled"`
		MaxActive  *whole `json:"max_active_polls"`
		MaxOptions *whole `json:"max_options"`
	} `json:"polls"`
	Automation struct {
		Enabled bool `json:"enabled"`
	} `json:"automation"`
	Branding struct {
		CustomBotIdentity bool `json:"custom_bot_identity"`
	} `json:"branding"`
	Backups struct {
		ManualExport  *bool    `json:"manual_export"`
		Automated     *bool    `json:"automated_backups"`
		IntervalHours *float64 `json:"backup_interval_hours"`
		RetentionDays *whole   `json:"retention_days"`
	} `json:"backups"`
}

const withoutTiers = "copy the tiers.json of the samples; without tiers nobody's limits are known"

// loadTiers reads tiers.json, without which there is no start.
func (l *loader) loadTiers() (map[string]Tier, document) {
	d := l.read("tiers", "tiers.json", policy{Fatal, Fatal, Warning, withoutTiers})
	var raw struct {
		Tiers map[string]Tier `json:"tiers"`
	}
	l.decode(d, &raw)
	for name, t := range raw.Tiers {
		t.Name, t.Label = name, first(t.Label, name)
		raw.Tiers[name] = t
	}
	// What went before was fatal already, or says why nothing is left.
	if d.present && len(raw.Tiers) == 0 && len(l.problems.Fatal()) == 0 {
		l.add(Problem{File: d.file, Path: "$.tiers", Found: "no tier that can be used", Allowed: "at least one tier with features",
			Remedy: withoutTiers, Severity: Fatal, Kind: Invalid})
	}
	return raw.Tiers, d
}

// skipUnknownTiers leaves out the creators whose tier does not exist.
func (l *loader) skipUnknownTiers(creators []Creator, d document, tiers map[string]Tier) []Creator {
	names := make([]string, 0, len(tiers))
	for n := range tiers {
		names = append(names, n)
	}
	slices.Sort(names)
	return slices.DeleteFunc(creators, func(c Creator) bool {
		if _, ok := tiers[c.Tier]; ok || len(tiers) == 0 {
			return false
		}
		l.add(Problem{File: d.file, Path: "$.creators[?(@.creator_id==" + quoteShort(c.ID) + ")].tier", Found: quoteShort(c.Tier),
			Allowed: strings.Join(names, ", "), Remedy: "this creator is left out", Severity: Warning, Kind: Invalid})
		return true
	})
}

// readOverridable reads a section's override, if there is a good one, in place of
// the section's own file.
func (l *loader) readOverridable(section string, p policy) document {
	file := filepath.Join("overrides", section+".json")
	d := l.readOptional(section, file, policy{Info, Warning, Warning, "the base file is used"})
	if d.valid {
		return d
	}
	return l.read(section, section+".json", p)
}

// readOptional reads a document whose absence is the ordinary case and no
// problem.
func (l *loader) readOptional(name, file string, p policy) document {
	before := len(l.problems)
	d := l.read(name, file, p)
	if !d.present {
		l.problems = l.problems[:before]
	}
	return d
}
