package migrate

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"

	"github.com/streamsuites/streamsuites/internal/config"
)

// rateLimits gives the file with the misleading name its own.
func (f *folder) rateLimits() error {
	const old, name = "ratelimits.schema.json", "ratelimits.json"
	before, err := f.read(old)
	if before == nil || err != nil {
		return err
	}
	now, err := f.read(name)
	if err != nil {
		return err
	}
	if now != nil {
		f.change(old, nil, "it is not read where there is a "+name)
		return nil
	}
	if _, ok, err := f.readable("ratelimits", old); !ok || err != nil {
		return err
	}
	f.change(name, before, "today's name of "+old)
	f.change(old, nil, "it is called "+name+" now")
	return nil
}

// platformName is what platforms.json allows as a name.
var platformName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// services turns the switches of services.json into platforms.json.
func (f *folder) services() error {
	const old, name = "services.json", "platforms.json"
	data, ok, err := f.readable("services", old)
	if !ok || err != nil {
		return err
	}
	now, err := f.read(name)
	if err != nil {
		return err
	}
	target := object{}
	if now != nil {
		if _, ok, err := f.readable("platforms", name); !ok || err != nil {
			return err
		}
		if err := json.Unmarshal(now, &target); err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		var entries []object
		if json.Unmarshal(target.values["platforms"], &entries) == nil && len(entries) > 0 {
			f.besidePlatforms(entries)
			return nil
		}
	}
	entries, odd, err := serviceEntries(data)
	if err != nil {
		return err
	}
	if odd != "" {
		f.leave("%s stays as it is: %q cannot be the name of a platform", old, odd)
		return nil
	}
	if now == nil {
		target.set("schema_version", "v1")
	}
	target.set("platforms", entries)
	done, err := f.becomes("platforms", name, target, "the switches of "+old)
	if done {
		f.change(old, nil, "its switches are in "+name)
	}
	return err
}

// besidePlatforms removes a services.json that nobody reads because platforms.json
// has entries. Entries without a name do not count.
func (f *folder) besidePlatforms(entries []object) {
	named := slices.ContainsFunc(entries, func(e object) bool { return e.text("name") != "" || e.text("platform") != "" })
	if !named {
		f.leave("services.json stays as it is: the entries of platforms.json have no names")
		return
	}
	f.change("services.json", nil, "it is not read where platforms.json has an entry")
}

// serviceEntries are the entries that say the same as services.json, or the first
// name that cannot be one.
func serviceEntries(data []byte) (entries []object, odd string, err error) {
	var services object
	if err := json.Unmarshal(data, &services); err != nil {
		return nil, "", fmt.Errorf("read services.json: %w", err)
	}
	entries = []object{}
	for _, service := range services.keys {
		if service == "$schema" {
			continue
		}
		if !platformName.MatchString(service) {
			return nil, service, nil
		}
		var switches object
		if err := json.Unmarshal(services.values[service], &switches); err != nil {
			return nil, "", fmt.Errorf("read %s of services.json: %w", service, err)
		}
		entry := object{}
		entry.set("name", service)
		entry.set("enabled", switches.isTrue("enabled"))
		if switches.has("telemetry_enabled") {
			entry.set("telemetry_enabled", switches.isTrue("telemetry_enabled"))
		}
		entries = append(entries, entry)
	}
	return entries, "", nil
}

// platformOverrides puts a list that stands alone where the others are.
func (f *folder) platformOverrides() error {
	const name = "platform_overrides.json"
	data, ok, err := f.readable("platform_overrides", name)
	if !ok || err != nil {
		return err
	}
	var list []json.RawMessage
	if json.Unmarshal(data, &list) != nil {
		return nil // an object, as today
	}
	target := object{}
	target.set("platforms", list)
	_, err = f.becomes("platform_overrides", name, target, "a list belongs below platforms")
	return err
}

// discord writes a discord.json in its normal form.
func (f *folder) discord() error {
	const name = "discord.json"
	data, ok, err := f.readable("discord", name)
	if !ok || err != nil {
		return err
	}
	normal, older, err := config.NormalDiscord(data)
	if err != nil || !older {
		return err
	}
	var target, before object
	if err := errors.Join(json.Unmarshal(normal, &target), json.Unmarshal(data, &before)); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if before.has("$schema") {
		target.setRaw("$schema", before.values["$schema"])
	}
	_, err = f.becomes("discord", name, target, "the normal form")
	return err
}

// bothFiles are a section's override and its own file.
func bothFiles(section string) []string {
	return []string{path.Join("overrides", section+".json"), section + ".json"}
}
