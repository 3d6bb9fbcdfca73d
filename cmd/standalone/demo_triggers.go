package main

// demoTriggers shows one trigger of every kind. None of them cuts clips by itself:
// people try `!clip` out.
func demoTriggers() any {
	trigger := func(id, kind string, more map[string]any) map[string]any {
		more["trigger_id"], more["type"], more["creator_id"] = id, kind, demoCreator
		return more
	}
	return map[string]any{"triggers": []any{
		trigger("discord", "command", map[string]any{
			"command": "!discord", "aliases": []string{"socials"}, "description": "Where we talk between streams.",
			"responses": []string{"$(user) the harbour master's office: https://discord.example/harborlights"},
		}),
		trigger("bricks", "command", map[string]any{
			"command": "!bricks", "description": "Counts bricks.", "cooldown_user_s": 10,
			"actions":   []any{map[string]any{"type": "counter", "counter": "bricks", "add": 1}},
			"responses": []string{"brick number $(counter.bricks) is laid, thanks to $(user)", "$(user) lays brick number $(counter.bricks). It is a little crooked."},
		}),
		trigger("height", "regex", map[string]any{
			"pattern": `how (tall|high) is (?P<what>the \w+)`, "cooldown_global_s": 20,
			"responses": []string{"nobody has measured $(match.what) yet, $(user)"},
		}),
		trigger("foghorn", "keyword", map[string]any{
			"keywords": []string{"foghorn", "fog horn"}, "cooldown_global_s": 60, "reply_mode": "say",
			"responses": []string{"HOOOOONK"},
		}),
		trigger("hype", "threshold", map[string]any{
			"keywords": []string{"hype", "letsgo"}, "threshold": map[string]any{"users": 3, "window_s": 20},
			"cooldown_global_s": 60, "reply_mode": "say", "responses": []string{"three of you say so: it is official"},
		}),
		trigger("raiders", "event", map[string]any{
			"events": []string{"raid"}, "cooldown_global_s": 0, "reply_mode": "say",
			"responses": []string{"welcome, all $(amount) of you who sailed in with $(user)!"},
		}),
		trigger("thanks", "event", map[string]any{
			"events": []string{"subscription", "gift", "paid"}, "cooldown_global_s": 0,
			"responses": []string{"thank you, $(user)!"},
		}),
	}}
}
