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
	LanesInForce(ctx context.Context, creatorIDs []string) (map[string]store.LaneInForce, error)
	SettingsOf(ctx context.Context, hashes map[string]string) (map[string]json.RawMessage, error)
	AllTriggerOverlays(ctx context.Context) (map[string][]store.Overlay, error)
	LastFirings(ctx context.Context, triggers map[string][]string) (map[string]map[string]time.Time, error)
}

// CreatorTriggers are the triggers of a creator as they are in force.
type CreatorTriggers struct {
	Creator  CreatorSettings
	Triggers []TriggerInForce // in matching order
	Changed  map[string]time.Time
	mark     string // of the configuration and the overlays
	nextSeq  int64  // of the lane
}

// compiledTriggers remembers what was compiled from what.
type compiledTriggers struct {
	mark     string // of the configuration and the overlays
	triggers []TriggerInForce
}

// readTriggers reads the triggers in force of all creators that are served, by id.
// A creator whose lane has not begun has none yet.
func (c *collector) readTriggers(ctx context.Context, s Settings) ([]CreatorTriggers, error) {
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
	lanes, err := c.source.LanesInForce(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read which configurations are in force: %w", err)
	}
	overlays, err := c.source.AllTriggerOverlays(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what is laid over the triggers: %w", err)
	}
	if err := c.compile(ctx, lanes, overlays); err != nil {
		return nil, err
	}
	all := make([]CreatorTriggers, 0, len(creators))
	for _, creator := range creators {
		known, ok := c.compiled[creator.ID]
		if !ok || !creator.Enabled {
			continue
		}
		changed := make(map[string]time.Time, len(overlays[creator.ID]))
		for _, o := range overlays[creator.ID] {
			changed[o.TriggerID] = o.At
		}
		all = append(all, CreatorTriggers{creator, known.triggers, changed, known.mark, lanes[creator.ID].NextSeq})
	}
	return all, nil
}

// compile compiles what has changed since the last time.
func (c *collector) compile(ctx context.Context, lanes map[string]store.LaneInForce, overlays map[string][]store.Overlay) error {
	kept, missing := make(map[string]compiledTriggers, len(lanes)), map[string]string{}
	for creator, lane := range lanes {
		if known, ok := c.compiled[creator]; ok && known.mark == markOf(lane.Config, overlays[creator]) {
			kept[creator] = known
		} else {
			missing[creator] = lane.Config
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
	if len(overlays) == 0 {
		return hash
	}
	var mark strings.Builder
	mark.WriteString(hash)
	for _, o := range overlays {
		fmt.Fprintf(&mark, "\x00%s\x00%d", o.TriggerID, o.LaneSeq)
	}
	return mark.String()
}

// firings are when a creator's triggers fired last, as far as counts know it.
type firings struct {
	mark    string // of the configuration and the overlays
	nextSeq int64  // of the lane when that was read
	at      map[string]time.Time
}

// fired returns when each trigger fired last: the cooldowns know it for a while
// and also for what has no counts, the counts for ever.
func (c *collector) fired(ctx context.Context, triggers []CreatorTriggers) (map[string]map[string]time.Time, error) {
	if err := c.followFirings(ctx, triggers); err != nil {
		return nil, err
	}
	cooldowns, err := c.source.AllCooldowns(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the cooldowns: %w", err)
	}
	last := make(map[string]map[string]time.Time, len(triggers))
	for _, t := range triggers {
		counted, cooling := c.firings[t.Creator.ID].at, cooldowns[t.Creator.ID]
		if len(cooling) == 0 {
			last[t.Creator.ID] = counted
			continue
		}
		all := make(map[string]time.Time, len(t.Triggers))
		for _, info := range t.Triggers {
			if at := newest(counted[info.ID], cooling[info.ID]); !at.IsZero() {
				all[info.ID] = at
			}
		}
		last[t.Creator.ID] = all
	}
	return last, nil
}

// followFirings asks when the triggers fired last of the creators for whom anything
// was decided since. With a thousand creators who are offline that is nobody.
func (c *collector) followFirings(ctx context.Context, triggers []CreatorTriggers) error {
	known, ids := make(map[string]firings, len(triggers)), map[string][]string{}
	for _, t := range triggers {
		id := t.Creator.ID
		if f, ok := c.firings[id]; ok && f.mark == t.mark && f.nextSeq == t.nextSeq {
			known[id] = f
			continue
		}
		for _, info := range t.Triggers {
			ids[id] = append(ids[id], info.ID)
		}
	}
	if len(ids) > 0 {
		fired, err := c.source.LastFirings(ctx, ids)
		if err != nil {
			return fmt.Errorf("read when triggers fired last: %w", err)
		}
		for _, t := range triggers {
			if _, asked := ids[t.Creator.ID]; asked {
				known[t.Creator.ID] = firings{t.mark, t.nextSeq, fired[t.Creator.ID]}
			}
		}
	}
	c.firings = known
	return nil
}
