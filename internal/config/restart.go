package config

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
)

// Sections of the configuration for which a change on disk is noticed.
const (
	SectionSystem    = "system"
	SectionCreators  = "creators"
	SectionTriggers  = "triggers"
	SectionPlatforms = "platforms"
)

// sectionFiles are the files of each section, relative to the configuration
// folder.
func sectionFiles() map[string][]string {
	return map[string][]string{
		SectionSystem:    {"overrides/system.json", "system.json"},
		SectionCreators:  {"overrides/creators.json", "creators.json"},
		SectionTriggers:  {"overrides/triggers.json", "triggers.json", "chat_behaviour.json"},
		SectionPlatforms: {"platform_overrides.json", "platforms.json"},
	}
}

// Fingerprints returns a hash of each section's files as they are on disk now. A
// section none of whose files exists has the empty hash. A file that cannot be
// read counts as missing.
func Fingerprints(dir string) map[string]string {
	prints := map[string]string{}
	for section, files := range sectionFiles() {
		h, any := sha256.New(), false
		for _, f := range files {
			h.Write([]byte(f + "\x00"))
			sum, err := hashLimited(filepath.Join(dir, filepath.FromSlash(f)))
			if err != nil {
				h.Write([]byte("missing\x00"))
				continue
			}
			any = true
			h.Write(sum[:])
		}
		prints[section] = ""
		if any {
			prints[section] = hex.EncodeToString(h.Sum(nil))
		}
	}
	return prints
}

// documentsPrint is a hash of every document in the configuration folder, as it
// is on disk now.
func documentsPrint(dir string) string {
	h := sha256.New()
	for _, folder := range []string{"", "overrides"} {
		entries, err := os.ReadDir(filepath.Join(dir, folder))
		if err != nil {
			continue // there is none
		}
		for _, entry := range entries {
			if !strings.HasSuffix(entry.Name(), ".json") {
				continue
			}
			sum, err := hashLimited(filepath.Join(dir, folder, entry.Name()))
			if err != nil {
				continue
			}
			h.Write([]byte(folder + "/" + entry.Name() + "\x00"))
			h.Write(sum[:])
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Pending returns, by section, whether the files on disk differ from those that
// this configuration was read from, so that only a restart takes them in.
func (c *Config) Pending() map[string]bool {
	pending := map[string]bool{}
	for section, now := range Fingerprints(c.Dir) {
		pending[section] = now != c.fingerprints[section]
	}
	return pending
}
