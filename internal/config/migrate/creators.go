package migrate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// creators writes today's spellings into creators.json and its override: what
// the dashboard's editor gives, and lists of platforms.
func (f *folder) creators() error {
	for _, name := range bothFiles("creators") {
		data, ok, err := f.readable("creators", name)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		var root object
		if err := json.Unmarshal(data, &root); err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		var entries []object
		if err := json.Unmarshal(root.values["creators"], &entries); err != nil {
			return fmt.Errorf("read the creators of %s: %w", name, err)
		}
		var why []string
		for _, key := range []string{"schema", "generated_at"} {
			if root.remove(key) {
				why = append(why, key)
			}
		}
		for i := range entries {
			why = append(why, today(&entries[i])...)
		}
		if len(why) == 0 {
			continue
		}
		root.set("creators", entries)
		slices.Sort(why)
		if _, err := f.becomes("creators", name, root, "today's spelling of "+strings.Join(slices.Compact(why), ", ")); err != nil {
			return err
		}
	}
	return nil
}

// today writes an entry as today's documents have it and returns the keys that
// it changed.
func today(entry *object) []string {
	var changed []string
	if disabled := entry.isTrue("disabled"); entry.has("disabled") {
		if disabled {
			entry.set("enabled", false)
		}
		entry.remove("disabled")
		changed = append(changed, "disabled")
	}
	for _, key := range []string{"status", "created_at"} {
		if entry.remove(key) {
			changed = append(changed, key)
		}
	}
	return append(changed, platforms(entry)...)
}

// platforms makes the platforms of an entry a map of switches.
func platforms(entry *object) []string {
	var older, byName object
	isMap := json.Unmarshal(entry.values["platforms"], &byName) == nil
	plain := !entry.has("platforms") || isMap
	for _, v := range byName.values {
		plain = plain && (string(v) == "true" || string(v) == "false")
	}
	if plain && !entry.has("platforms_enabled") {
		return nil
	}
	on := object{values: map[string]json.RawMessage{}}
	_ = json.Unmarshal(entry.values["platforms_enabled"], &older) // absent has no keys
	for _, name := range older.keys {
		on.set(name, older.isTrue(name))
	}
	if isMap {
		for _, name := range byName.keys {
			on.set(name, switched(entry, name, byName.values[name]))
		}
	} else {
		listed(&on, entry.values["platforms"])
	}
	entry.set("platforms", on)
	if entry.remove("platforms_enabled") {
		return []string{"platforms", "platforms_enabled"}
	}
	return []string{"platforms"}
}

// switched returns a platform's switch and moves what else is said with it to
// where it belongs, unless something is there already.
func switched(entry *object, platform string, value json.RawMessage) bool {
	var form object
	if json.Unmarshal(value, &form) != nil {
		return string(value) == "true"
	}
	for key, place := range map[string]string{
		"twitch.channel": "twitch_channel", "youtube.channel": "youtube_channel", "kick.channel": "kick_channel", "rumble.watch_url": "rumble_manual_watch_url",
	} {
		name, field, _ := strings.Cut(key, ".")
		if text := form.text(field); name == platform && text != "" && entry.text(place) == "" {
			entry.set(place, text)
		}
	}
	return form.isTrue("enabled")
}

// listed adds the switches of a list of platforms.
func listed(on *object, list json.RawMessage) {
	var entries []json.RawMessage
	_ = json.Unmarshal(list, &entries) // absent has no entries
	for _, e := range entries {
		var name string
		if json.Unmarshal(e, &name) == nil {
			on.set(name, true)
			continue
		}
		var form object
		if json.Unmarshal(e, &form) != nil {
			continue // the schema has checked the form
		}
		if name = form.text("name"); name == "" {
			name = form.text("platform")
		}
		if name != "" {
			on.set(name, !form.has("enabled") || form.isTrue("enabled"))
		}
	}
}
