package exports

// consoleShapes are the types that the desktop console decodes documents into, by
// document. Pointers may be null; the tag has the name, and "needed" where a field
// has to be there.
func consoleShapes() map[string]any {
	return map[string]any{
		FileSnapshot:                consoleSnapshot{},
		FileClips:                   consoleClips{},
		"telemetry/events.json":     consoleEvents{},
		"telemetry/errors.json":     consoleErrors{},
		"telemetry/rates.json":      consoleRates{},
		"polls.json":                consolePolls{},
		"tallies.json":              consoleTallies{},
		"scoreboards.json":          consoleScoreboards{},
		"signals/chat_events.json":  consoleChatEvents{},
		"signals/poll_votes.json":   consolePollVotes{},
		"signals/tally_events.json": consoleTallyEvents{},
		"signals/score_events.json": consoleScoreEvents{},
		"admin/creators.json":       consoleCreators{},
		"admin/chat_triggers.json":  consoleTriggers{},
		"platforms.json":            consolePlatforms{},
		"about.admin.json":          consoleAbout{},
	}
}

type consoleMeta struct {
	GeneratedAt string `console:"generated_at"`
	CapturedAt  string `console:"captured_at"`
}

type consoleSnapshot struct {
	SchemaVersion string `console:"schema_version"`
	GeneratedAt   string `console:"generated_at,needed"`
	Heartbeat     string `console:"heartbeat,needed"`
	Runtime       struct {
		Project string `console:"project"`
		Version string `console:"version"`
		Build   string `console:"build"`
	} `console:"runtime,needed"`
	System struct {
		Polling struct {
			Enabled bool `console:"enabled,needed"`
		} `console:"platform_polling_enabled,needed"`
		Platforms map[string]bool `console:"platforms,needed"`
		HotReload struct {
			Enabled  bool    `console:"enabled"`
			Path     string  `console:"watch_path"`
			Interval float64 `console:"interval_seconds"`
		} `console:"hot_reload"`
	} `console:"system,needed"`
	Jobs []struct {
		Name    string  `console:"name,needed"`
		Enabled bool    `console:"enabled,needed"`
		Applied bool    `console:"applied,needed"`
		Reason  *string `console:"reason"`
	} `console:"jobs,needed"`
	Platforms []consolePlatformRow `console:"platforms,needed"`
	Creators  []struct {
		CreatorID     string          `console:"creator_id,needed"`
		DisplayName   string          `console:"display_name,needed"`
		Enabled       bool            `console:"enabled,needed"`
		Platforms     map[string]bool `console:"platforms,needed"`
		LastHeartbeat *string         `console:"last_heartbeat"`
		Error         *string         `console:"error"`
	} `console:"creators,needed"`
	Triggers struct {
		Source string `console:"source"`
	} `console:"triggers"`
	Replay struct {
		Available   bool     `console:"available,needed"`
		Platforms   []string `console:"platforms,needed"`
		EventCount  int32    `console:"event_count,needed"`
		LastEvent   *string  `console:"last_event_timestamp,needed"`
		OverlaySafe bool     `console:"overlay_safe"`
	} `console:"replay,needed"`
	RestartIntent struct {
		Required bool `console:"required,needed"`
		Pending  struct {
			System    bool `console:"system,needed"`
			Creators  bool `console:"creators,needed"`
			Triggers  bool `console:"triggers,needed"`
			Platforms bool `console:"platforms,needed"`
		} `console:"pending,needed"`
	} `console:"restart_intent,needed"`
}

type consolePlatformRow struct {
	Name          string  `console:"name,needed"`
	Platform      string  `console:"platform,needed"`
	Enabled       bool    `console:"enabled,needed"`
	Paused        bool    `console:"paused,needed"`
	Telemetry     bool    `console:"telemetry_enabled,needed"`
	State         string  `console:"state,needed"`
	Status        string  `console:"status,needed"`
	PausedReason  *string `console:"paused_reason"`
	LastHeartbeat *string `console:"last_heartbeat,needed"`
	LastSuccess   *string `console:"last_success_ts"`
	LastEvent     *string `console:"last_event_ts"`
	Error         *string `console:"error,needed"`
	Counters      struct {
		Messages      int32 `console:"messages,needed"`
		Triggers      int32 `console:"triggers,needed"`
		Actions       int32 `console:"actions,needed"`
		ActionsFailed int32 `console:"actions_failed,needed"`
	} `console:"counters,needed"`
	Replay  bool `console:"replay_supported,needed"`
	Overlay bool `console:"overlay_supported,needed"`
}

type consoleClips struct {
	Meta  consoleMeta `console:"meta"`
	Clips []struct {
		ClipID      string  `console:"clip_id,needed"`
		Creator     string  `console:"creator,needed"`
		Title       string  `console:"title,needed"`
		State       string  `console:"state,needed"`
		PublishedAt *string `console:"published_at,needed"`
		Duration    int32   `console:"duration_seconds,needed"`
		URL         *string `console:"url,needed"`
		Thumbnail   *string `console:"thumbnail_url"`
	} `console:"clips,needed"`
}

type consoleEvents struct {
	GeneratedAt string `console:"generated_at,needed"`
	Events      []struct {
		Timestamp string `console:"timestamp,needed"`
		Source    string `console:"source,needed"`
		Severity  string `console:"severity,needed"`
		Message   string `console:"message,needed"`
	} `console:"events,needed"`
}

type consoleErrors struct {
	GeneratedAt string `console:"generated_at,needed"`
	Errors      []struct {
		Timestamp string `console:"timestamp,needed"`
		Subsystem string `console:"subsystem,needed"`
		Type      string `console:"error_type,needed"`
		Message   string `console:"message,needed"`
		Source    string `console:"source"`
	} `console:"errors,needed"`
}

type consoleRates struct {
	GeneratedAt string `console:"generated_at,needed"`
	Windows     []struct {
		Window  string `console:"window,needed"`
		Metrics struct {
			Messages      map[string]int32 `console:"messages,needed"`
			Triggers      map[string]int32 `console:"triggers,needed"`
			Actions       map[string]int32 `console:"actions,needed"`
			ActionsFailed map[string]int32 `console:"actions_failed,needed"`
		} `console:"metrics,needed"`
	} `console:"windows,needed"`
}

type consolePolls struct {
	Meta  consoleMeta `console:"meta"`
	Polls []struct {
		PollID   string  `console:"poll_id,needed"`
		Creator  string  `console:"creator,needed"`
		Question string  `console:"question,needed"`
		State    string  `console:"state,needed"`
		OpenedAt *string `console:"opened_at"`
		ClosedAt *string `console:"closed_at"`
		Options  []struct {
			OptionID string `console:"option_id,needed"`
			Label    string `console:"label,needed"`
			Votes    int32  `console:"votes,needed"`
		} `console:"options,needed"`
	} `console:"polls,needed"`
}

type consoleTallies struct {
	Meta    consoleMeta `console:"meta"`
	Tallies []struct {
		TallyID   string `console:"tally_id,needed"`
		Creator   string `console:"creator,needed"`
		Label     string `console:"label,needed"`
		Count     int32  `console:"count,needed"`
		UpdatedAt string `console:"last_updated_at,needed"`
	} `console:"tallies,needed"`
}

type consoleScoreboards struct {
	Meta        consoleMeta `console:"meta"`
	Scoreboards []struct {
		ID          string  `console:"scoreboard_id,needed"`
		Creator     string  `console:"creator,needed"`
		Title       string  `console:"title,needed"`
		FinalizedAt *string `console:"finalized_at,needed"`
		Entries     []struct {
			Position int32  `console:"position,needed"`
			Label    string `console:"label,needed"`
			Score    int32  `console:"score,needed"`
		} `console:"entries,needed"`
	} `console:"scoreboards,needed"`
}

type consoleChatEvents struct {
	Meta   consoleMeta `console:"meta"`
	Events []struct {
		EventID   string `console:"event_id,needed"`
		Creator   string `console:"creator,needed"`
		Platform  string `console:"platform,needed"`
		UserID    string `console:"user_id,needed"`
		Username  string `console:"username,needed"`
		Message   string `console:"message,needed"`
		MessageAt string `console:"message_at,needed"`
	} `console:"events,needed"`
}

type consolePollVotes struct {
	Meta  consoleMeta `console:"meta"`
	Votes []struct {
		VoteID   string `console:"vote_id,needed"`
		PollID   string `console:"poll_id,needed"`
		OptionID string `console:"option_id,needed"`
		Creator  string `console:"creator,needed"`
		VoterID  string `console:"voter_id,needed"`
		VotedAt  string `console:"voted_at,needed"`
	} `console:"votes,needed"`
}

type consoleTallyEvents struct {
	Meta   consoleMeta `console:"meta"`
	Events []struct {
		EventID   string `console:"event_id,needed"`
		TallyID   string `console:"tally_id,needed"`
		Creator   string `console:"creator,needed"`
		Delta     int32  `console:"delta,needed"`
		UpdatedAt string `console:"updated_at,needed"`
	} `console:"events,needed"`
}

type consoleScoreEvents struct {
	Meta   consoleMeta `console:"meta"`
	Events []struct {
		EventID      string `console:"event_id,needed"`
		ScoreboardID string `console:"scoreboard_id,needed"`
		Creator      string `console:"creator,needed"`
		Label        string `console:"label,needed"`
		Delta        int32  `console:"score_delta,needed"`
		ScoredAt     string `console:"scored_at,needed"`
	} `console:"events,needed"`
}

type consoleCreators struct {
	Meta     consoleMeta `console:"meta"`
	Creators []struct {
		CreatorID   string `console:"creator_id,needed"`
		DisplayName string `console:"display_name,needed"`
		// Objects here, other than in the snapshot.
		Platforms map[string]struct {
			Enabled bool `console:"enabled,needed"`
		} `console:"platforms,needed"`
		CreatedAt *string `console:"created_at,needed"`
		UpdatedAt *string `console:"updated_at,needed"`
		Notes     *string `console:"notes,needed"`
	} `console:"creators,needed"`
}

type consoleTriggers struct {
	Meta     consoleMeta `console:"meta"`
	Triggers []struct {
		TriggerID   string  `console:"trigger_id,needed"`
		Creator     string  `console:"creator,needed"`
		Type        string  `console:"type,needed"`
		Command     string  `console:"command,needed"`
		Enabled     bool    `console:"enabled,needed"`
		Cooldown    int32   `console:"cooldown_seconds,needed"`
		Description string  `console:"description,needed"`
		UpdatedAt   *string `console:"updated_at,needed"`
	} `console:"triggers,needed"`
}

type consolePlatforms struct {
	Meta      consoleMeta `console:"meta"`
	Platforms []struct {
		Name    string  `console:"name,needed"`
		Status  string  `console:"status,needed"`
		Mode    string  `console:"mode,needed"`
		Notes   *string `console:"notes,needed"`
		Replay  bool    `console:"replay_supported,needed"`
		Overlay bool    `console:"overlay_supported,needed"`
	} `console:"platforms,needed"`
}

type consoleAbout struct {
	Scope       string `console:"scope,needed"`
	Surface     string `console:"surface,needed"`
	Version     string `console:"version,needed"`
	Build       string `console:"build,needed"`
	LastUpdated string `console:"last_updated,needed"`
	Owner       string `console:"owner,needed"`
	Copyright   string `console:"copyright,needed"`
	Notice      string `console:"notice,needed"`
}
