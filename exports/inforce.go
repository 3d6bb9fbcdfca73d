package exports

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// triggerSource is where the triggers in force come from: what lanes evaluate
// under, and what chat and operators laid over it.
type triggerSource interface {
	ConfigsInForce(ctx context.Context, creatorIDs []string) (map[string]string, error)
	SettingsOf(ctx context.Context, hashes map[string]string) (map[string]json.RawMessage, error)
	AllTriggerOverlays(ctx context.Context) (map[string][]store.Overlay, error)
	LastFirings(ctx context.Context, triggers map[string][]string) (map[string]map[string]time.Time, error)
}

// CreatorTriggers are the triggers of a creator as they are in force.
type CreatorTriggers struct {
	Creator  CreatorSettings
	Triggers []TriggerInForce // in matching order
	Changed  map[string]time.Time
}

// compiledTriggers remembers what was compiled from what.
type compiledTriggers struct {
	mark     string // of the configuration and the overlays
	triggers []TriggerInForce
}

// triggers returns the triggers in force of all creators that are served, by id.
// A creator whose lane has not begun has none yet.
func (c *collector) triggers(ctx context.Context, s Settings) ([]CreatorTriggers, error) {
	creators := creatorsByID(s)
	var ids []string
	for _, creator := range creators {
		if creator.Enabled {
			ids = append(ids, creator.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	hashes, err := c.source.ConfigsInForce(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read which configurations are in force: %w", err)
	}
	overlays, err := c.source.AllTriggerOverlays(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what is laid over the triggers: %w", err)
	}
	if err := c.compile(ctx, hashes, overlays); err != nil {
		return nil, err
	}
	var all []CreatorTriggers
	for _, creator := range creators {
		known, ok := c.compiled[creator.ID]
		if !ok || !creator.Enabled {
			continue
		}
		changed := map[string]time.Time{}
		for _, o := range overlays[creator.ID] {
			changed[o.TriggerID] = o.At
		}
		all = append(all, CreatorTriggers{creator, known.triggers, changed})
	}
	return all, nil
}

// compile compiles what has changed since the last time.
func (c *collector) compile(ctx context.Context, hashes map[string]string, overlays map[string][]store.Overlay) error {
	kept, missing := make(map[string]compiledTriggers, len(hashes)), map[string]string{}
	for creator, hash := range hashes {
		if known, ok := c.compiled[creator]; ok && known.mark == markOf(hash, overlays[creator]) {
			kept[creator] = known
		} else {
			missing[creator] = hash
		}
	}
	settings, err := c.source.SettingsOf(ctx, missing)
	if err != nil {
		return fmt.Errorf("read the configurations in force: %w", err)
	}
	for creator, raw := range settings {
		made, ok := compileTriggers(raw, overlays[creator])
		if !ok {
			continue // of another version; its lane says what it does instead
		}
		made.mark = markOf(missing[creator], overlays[creator])
		kept[creator] = made
	}
	c.compiled = kept
	return nil
}

func compileTriggers(raw json.RawMessage, overlays []store.Overlay) (compiledTriggers, bool) {
	var settings trigger.Settings
	if json.Unmarshal(raw, &settings) != nil {
		return compiledTriggers{}, false
	}
	laid := make(map[string]trigger.Overlay, len(overlays))
	for _, o := range overlays {
		laid[o.TriggerID] = trigger.Overlay{TriggerID: o.TriggerID, Patch: o.Patch, By: o.By, At: o.At}
	}
	rules, err := trigger.Compile(settings, laid)
	if err != nil {
		return compiledTriggers{}, false
	}
	return compiledTriggers{triggers: triggersInForce(rules)}, true
}

// markOf changes whenever a creator's triggers do.
func markOf(hash string, overlays []store.Overlay) string {
	var mark strings.Builder
	mark.WriteString(hash)
	for _, o := range overlays {
		fmt.Fprintf(&mark, "\x00%s\x00%d", o.TriggerID, o.LaneSeq)
	}
	return mark.String()
}

// fired returns when each trigger fired last: the cooldowns know it for a while
// and also for what has no counts, the counts for ever.
func (c *collector) fired(ctx context.Context, triggers []CreatorTriggers) (map[string]map[string]time.Time, error) {
	ids := make(map[string][]string, len(triggers))
	for _, t := range triggers {
		for _, info := range t.Triggers {
			ids[t.Creator.ID] = append(ids[t.Creator.ID], info.ID)
		}
	}
	fired, err := c.source.LastFirings(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read when triggers fired last: %w", err)
	}
	cooldowns, err := c.source.AllCooldowns(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the cooldowns: %w", err)
	}
	last := make(map[string]map[string]time.Time, len(ids))
	for creator, list := range ids {
		last[creator] = make(map[string]time.Time, len(list))
		for _, id := range list {
			if at := newest(fired[creator][id], cooldowns[creator][id]); !at.IsZero() {
				last[creator][id] = at
			}
		}
	}
	return last, nil
}
