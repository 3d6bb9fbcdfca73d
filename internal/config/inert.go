package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// ClipRules is clip_rules.json, all lengths in seconds. Nothing acts on it: what
// clips are like is said in system.json, tiers.json and creators.json.
type ClipRules struct {
	Enabled  bool    `json:"enabled"`
	Default  whole   `json:"default_length"`
	Longest  whole   `json:"max_length"`
	Shortest whole   `json:"min_length"`
	Cooldown float64 `json:"cooldown_seconds"`
}

// Monetization is monetization.json. Nothing acts on it.
type Monetization struct {
	SchemaVersion string `json:"schema_version"`
	Platforms     []struct {
		Platform string `json:"platform"`
		Patterns struct {
			Paid         []string `json:"paid"`
			Gift         []string `json:"gift"`
			Subscription []string `json:"subscription"`
		} `json:"placeholder_patterns"`
		Flags struct {
			Rants      bool `json:"supports_rants"`
			SuperChats bool `json:"supports_superchats"`
		} `json:"flags"`
		Notes string `json:"notes"`
	} `json:"platforms"`
	Disclaimers []string `json:"disclaimers"`
}

func defaultClipRules() ClipRules {
	return ClipRules{Enabled: true, Default: 30, Longest: 90, Shortest: 5, Cooldown: 30}
}

// loadInert reads the documents that are accepted and without effect, so that
// mistakes in them are known too.
func (l *loader) loadInert() (ClipRules, Monetization) {
	p := policy{Info, Warning, Warning, "it has no effect anyway"}
	rules, money := defaultClipRules(), Monetization{}
	l.decode(l.readOptional("clip_rules", "clip_rules.json", p), &rules)
	l.decode(l.readOptional("monetization", "monetization.json", p), &money)
	return rules, money
}

// deadFiles are names that an older runtime had and nothing ever read.
func deadFiles() []string { return []string{"posting_rules.json", "logging.json"} }

// adviseFiles tells of files that nothing reads.
func (l *loader) adviseFiles() {
	names := append(documentFiles(), "ratelimits.schema.json")
	l.adviseFolder(l.dir, names)
	l.adviseFolder(filepath.Join(l.dir, "overrides"), []string{"creators.json", "system.json", "triggers.json"})
	if _, read := l.checked["services"]; !read && l.checked["platforms"].valid {
		l.adviseOlder("services.json", "platforms.json")
	}
	l.adviseOlder("ratelimits.schema.json", "ratelimits.json")
}

// adviseOlder tells of an older file that is not read because of today's.
func (l *loader) adviseOlder(old, today string) {
	for _, name := range []string{old, today} {
		if _, err := os.Stat(filepath.Join(l.dir, name)); err != nil {
			return
		}
	}
	l.add(Problem{File: l.shown(filepath.Join(l.dir, old)), Found: "a file that is not read beside " + today, Allowed: today,
		Remedy: "it is ignored; `streamsuites config migrate` removes it", Severity: Info, Kind: Advice})
}

func (l *loader) adviseFolder(dir string, names []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // there is none
	}
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || !strings.HasSuffix(name, ".json") || strings.HasPrefix(name, ".") || slices.Contains(names, name) {
			continue
		}
		p := Problem{File: l.shown(filepath.Join(dir, name)), Found: "a file that nothing reads", Allowed: strings.Join(names, ", "),
			Remedy: "it is ignored", Severity: Info, Kind: Advice}
		if meant := definition.Nearest(name, names); meant != "" && !slices.Contains(deadFiles(), name) {
			p.Allowed = "perhaps " + meant + " was meant"
		}
		l.add(p)
	}
}
