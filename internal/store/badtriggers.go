package store

import "encoding/json"

func jsonText(name string, raw json.RawMessage) namedText {
	return namedText{name: name, text: string(raw), json: true}
}

// badTriggers says which text about triggers cannot be stored.
func badTriggers(lane *LaneCommit) string {
	for _, u := range lane.Uses {
		if field := firstBad(key("use of trigger", u.TriggerID), key("user of a trigger", u.UserKey), text("stream of a use", u.StreamRef)); field != "" {
			return field
		}
	}
	for _, v := range lane.Votes {
		if field := firstBad(key("trigger of a vote", v.TriggerID), key("user of a vote", v.UserKey)); field != "" {
			return field
		}
	}
	for _, p := range lane.Points {
		if field := firstBad(key("holder of points", p.UserKey), text("trigger that cost points", p.TriggerID), key("clip that cost points", p.ClipID)); field != "" {
			return field
		}
	}
	for _, c := range lane.ChatCounters {
		if field := firstBad(key("counter", c.Name), text("author of a counter", c.By)); field != "" {
			return field
		}
	}
	return badChanges(lane)
}

func badChanges(lane *LaneCommit) string {
	for _, o := range lane.Overlays {
		if field := firstBad(key("trigger of an overlay", o.TriggerID), jsonText("overlay", o.Patch), text("author of an overlay", o.By)); field != "" {
			return field
		}
	}
	for _, c := range lane.Changes {
		if field := firstBad(text("subject of a change", c.Subject), text("change", c.Action), text("author of a change", c.By),
			text("name in a change", c.Name), jsonText("what was before a change", c.Before), jsonText("what is after a change", c.After)); field != "" {
			return field
		}
	}
	for _, t := range lane.Taken {
		if field := firstBad(key("key of an input", t.DedupeKey), jsonText("input", t.Payload)); field != "" {
			return field
		}
	}
	if c := lane.Config; c != nil {
		if field := firstBad(key("hash of the configuration", c.Hash), jsonText("configuration", c.Settings)); field != "" {
			return field
		}
	}
	return badLive(lane.Live)
}

func badLive(l *Live) string {
	if l == nil {
		return ""
	}
	for _, s := range l.Streams {
		if field := firstBad(text("live channel", s.Channel), text("live stream", s.StreamID), text("live title", s.Title), text("live category", s.Category)); field != "" {
			return field
		}
	}
	return firstBad(text("stream of the limits", l.Ref))
}
