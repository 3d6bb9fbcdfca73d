package exports

// consoleShapes are the types that the desktop console decodes documents into, by
// document. Pointers may be null; "needed" fields have to be there.
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
	GeneratedAt string `json:"generated_at"`
	CapturedAt  string `json:"captured_at"`
}

type consoleSnapshot struct {
	SchemaVersion string `json:"schema_version"`
	GeneratedAt   string `json:"generated_at,needed"`
	Heartbeat     string `json:"heartbeat,needed"`
	Runtime       struct {
		Project string `json:"project"`
		Version string `json:"version"`
		Build   string `json:"build"`
	} `json:"runtime,needed"`
	System struct {
		Polling struct {
			Enabled bool `json:"enabled,needed"`
		} `json:"platform_polling_enabled,needed"`
		Platforms map[string]bool `json:"platforms,needed"`
		HotReload struct {
			Enabled  bool    `json:"enabled"`
			Path     string  `json:"watch_path"`
			Interval float64 `json:"interval_seconds"`
		} `json:"hot_reload"`
	} `json:"system,needed"`
	Jobs []struct {
		Name    string  `json:"name,needed"`
		Enabled bool    `json:"enabled,needed"`
		Applied bool    `json:"applied,needed"`
		Reason  *string `json:"reason"`
	} `json:"jobs,needed"`
	Platforms []consolePlatformRow `json:"platforms,needed"`
	Creators  []struct {
		CreatorID     string          `json:"creator_id,needed"`
		DisplayName   string          `json:"display_name,needed"`
		Enabled       bool            `json:"enabled,needed"`
		Platforms     map[string]bool `json:"platforms,needed"`
		LastHeartbeat *string         `json:"last_heartbeat"`
		Error         *string         `json:"error"`
	} `json:"creators,needed"`
	Triggers struct {
		Source string `json:"source"`
	} `json:"triggers"`
	Replay struct {
		Available   bool     `json:"available,needed"`
		Platforms   []string `json:"platforms,needed"`
		EventCount  int32    `json:"event_count,needed"`
		LastEvent   *string  `json:"last_event_timestamp,needed"`
		OverlaySafe bool     `json:"overlay_safe"`
	} `json:"replay,needed"`
	RestartIntent struct {
		Required bool `json:"required,needed"`
		Pending  struct {
			System    bool `json:"system,needed"`
			Creators  bool `json:"creators,needed"`
			Triggers  bool `json:"triggers,needed"`
			Platforms bool `json:"platforms,needed"`
		} `json:"pending,needed"`
	} `json:"restart_intent,needed"`
}

type consolePlatformRow struct {
	Name          string  `json:"name,needed"`
	Platform      string  `json:"platform,needed"`
	Enabled       bool    `json:"enabled,needed"`
	Paused        bool    `json:"paused,needed"`
	Telemetry     bool    `json:"telemetry_enabled,needed"`
	State         string  `json:"state,needed"`
	Status        string  `json:"status,needed"`
	PausedReason  *string `json:"paused_reason"`
	LastHeartbeat *string `json:"last_heartbeat,needed"`
	LastSuccess   *string `json:"last_success_ts"`
	LastEvent     *string `json:"last_event_ts"`
	Error         *string `json:"error,needed"`
	Counters      struct {
		Messages      int32 `json:"messages,needed"`
		Triggers      int32 `json:"triggers,needed"`
		Actions       int32 `json:"actions,needed"`
		ActionsFailed int32 `json:"actions_failed,needed"`
	} `json:"counters,needed"`
	Replay  bool `json:"replay_supported,needed"`
	Overlay bool `json:"overlay_supported,needed"`
}

type consoleClips struct {
	Meta  consoleMeta `json:"meta"`
	Clips []struct {
		ClipID      string  `json:"clip_id,needed"`
		Creator     string  `json:"creator,needed"`
		Title       string  `json:"title,needed"`
		State       string  `json:"state,needed"`
		PublishedAt *string `json:"published_at,needed"`
		Duration    int32   `json:"duration_seconds,needed"`
		URL         *string `json:"url,needed"`
		Thumbnail   *string `json:"thumbnail_url"`
	} `json:"clips,needed"`
}

type consoleEvents struct {
	GeneratedAt string `json:"generated_at,needed"`
	Events      []struct {
		Timestamp string `json:"timestamp,needed"`
		Source    string `json:"source,needed"`
		Severity  string `json:"severity,needed"`
		Message   string `json:"message,needed"`
	} `json:"events,needed"`
}

type consoleErrors struct {
	GeneratedAt string `json:"generated_at,needed"`
	Errors      []struct {
		Timestamp string `json:"timestamp,needed"`
		Subsystem string `json:"subsystem,needed"`
		Type      string `json:"error_type,needed"`
		Message   string `json:"message,needed"`
		Source    string `json:"source"`
	} `json:"errors,needed"`
}

type consoleRates struct {
	GeneratedAt string `json:"generated_at,needed"`
	Windows     []struct {
		Window  string `json:"window,needed"`
		Metrics struct {
			Messages      map[string]int32 `json:"messages,needed"`
			Triggers      map[string]int32 `json:"triggers,needed"`
			Actions       map[string]int32 `json:"actions,needed"`
			ActionsFailed map[string]int32 `json:"actions_failed,needed"`
		} `json:"metrics,needed"`
	} `json:"windows,needed"`
}

type consolePolls struct {
	Meta  consoleMeta `json:"meta"`
	Polls []struct {
		PollID   string  `json:"poll_id,needed"`
		Creator  string  `json:"creator,needed"`
		Question string  `json:"question,needed"`
		State    string  `json:"state,needed"`
		OpenedAt *string `json:"opened_at"`
		ClosedAt *string `json:"closed_at"`
		Options  []struct {
			OptionID string `json:"option_id,needed"`
			Label    string `json:"label,needed"`
			Votes    int32  `json:"votes,needed"`
		} `json:"options,needed"`
	} `json:"polls,needed"`
}

type consoleTallies struct {
	Meta    consoleMeta `json:"meta"`
	Tallies []struct {
		TallyID   string `json:"tally_id,needed"`
		Creator   string `json:"creator,needed"`
		Label     string `json:"label,needed"`
		Count     int32  `json:"count,needed"`
		UpdatedAt string `json:"last_updated_at,needed"`
	} `json:"tallies,needed"`
}

type consoleScoreboards struct {
	Meta        consoleMeta `json:"meta"`
	Scoreboards []struct {
		ID          string  `json:"scoreboard_id,needed"`
		Creator     string  `json:"creator,needed"`
		Title       string  `json:"title,needed"`
		FinalizedAt *string `json:"finalized_at,needed"`
		Entries     []struct {
			Position int32  `json:"position,needed"`
			Label    string `json:"label,needed"`
			Score    int32  `json:"score,needed"`
		} `json:"entries,needed"`
	} `json:"scoreboards,needed"`
}

type consoleChatEvents struct {
	Meta   consoleMeta `json:"meta"`
	Events []struct {
		EventID   string `json:"event_id,needed"`
		Creator   string `json:"creator,needed"`
		Platform  string `json:"platform,needed"`
		UserID    string `json:"user_id,needed"`
		Username  string `json:"username,needed"`
		Message   string `json:"message,needed"`
		MessageAt string `json:"message_at,needed"`
	} `json:"events,needed"`
}

type consolePollVotes struct {
	Meta  consoleMeta `json:"meta"`
	Votes []struct {
		VoteID   string `json:"vote_id,needed"`
		PollID   string `json:"poll_id,needed"`
		OptionID string `json:"option_id,needed"`
		Creator  string `json:"creator,needed"`
		VoterID  string `json:"voter_id,needed"`
		VotedAt  string `json:"voted_at,needed"`
	} `json:"votes,needed"`
}

type consoleTallyEvents struct {
	Meta   consoleMeta `json:"meta"`
	Events []struct {
		EventID   string `json:"event_id,needed"`
		TallyID   string `json:"tally_id,needed"`
		Creator   string `json:"creator,needed"`
		Delta     int32  `json:"delta,needed"`
		UpdatedAt string `json:"updated_at,needed"`
	} `json:"events,needed"`
}

type consoleScoreEvents struct {
	Meta   consoleMeta `json:"meta"`
	Events []struct {
		EventID      string `json:"event_id,needed"`
		ScoreboardID string `json:"scoreboard_id,needed"`
		Creator      string `json:"creator,needed"`
		Label        string `json:"label,needed"`
		Delta        int32  `json:"score_delta,needed"`
		ScoredAt     string `json:"scored_at,needed"`
	} `json:"events,needed"`
}

type consoleCreators struct {
	Meta     consoleMeta `json:"meta"`
	Creators []struct {
		CreatorID   string `json:"creator_id,needed"`
		DisplayName string `json:"display_name,needed"`
		// Objects here, other than in the snapshot.
		Platforms map[string]struct {
			Enabled bool `json:"enabled,needed"`
		} `json:"platforms,needed"`
		CreatedAt *string `json:"created_at,needed"`
		UpdatedAt *string `json:"updated_at,needed"`
		Notes     *string `json:"notes,needed"`
	} `json:"creators,needed"`
}

type consoleTriggers struct {
	Meta     consoleMeta `json:"meta"`
	Triggers []struct {
		TriggerID   string  `json:"trigger_id,needed"`
		Creator     string  `json:"creator,needed"`
		Type        string  `json:"type,needed"`
		Command     string  `json:"command,needed"`
		Enabled     bool    `json:"enabled,needed"`
		Cooldown    int32   `json:"cooldown_seconds,needed"`
		Description string  `json:"description,needed"`
		UpdatedAt   *string `json:"updated_at,needed"`
	} `json:"triggers,needed"`
}

type consolePlatforms struct {
	Meta      consoleMeta `json:"meta"`
	Platforms []struct {
		Name    string  `json:"name,needed"`
		Status  string  `json:"status,needed"`
		Mode    string  `json:"mode,needed"`
		Notes   *string `json:"notes,needed"`
		Replay  bool    `json:"replay_supported,needed"`
		Overlay bool    `json:"overlay_supported,needed"`
	} `json:"platforms,needed"`
}

type consoleAbout struct {
	Scope       string `json:"scope,needed"`
	Surface     string `json:"surface,needed"`
	Version     string `json:"version,needed"`
	Build       string `json:"build,needed"`
	LastUpdated string `json:"last_updated,needed"`
	Owner       string `json:"owner,needed"`
	Copyright   string `json:"copyright,needed"`
	Notice      string `json:"notice,needed"`
}
