package exports

import "context"

// FileDiscord is the name of the document about the Discord connection.
const FileDiscord = "discord/runtime.json"

type discordDocument struct {
	Running       bool             `json:"running"`
	Connected     bool             `json:"connected"`
	LastHeartbeat *instant         `json:"last_heartbeat_ts"`
	TaskCount     int32            `json:"task_count"`
	Tasks         int32            `json:"tasks"`
	GuildCount    *int32           `json:"guild_count"`
	State         string           `json:"connection_state"`
	Guilds        []struct{}       `json:"guilds"`
	Status        discordStatus    `json:"status"`
	Presence      discordPresence  `json:"presence"`
	Heartbeat     discordHeartbeat `json:"heartbeat"`
}

type discordStatus struct {
	Text  *string `json:"text"`
	Emoji *string `json:"emoji"`
}

type discordPresence struct {
	Text  *string `json:"status_text"`
	Emoji *string `json:"status_emoji"`
}

type discordHeartbeat struct {
	StartedAt  *instant `json:"started_at"`
	LastTickAt *instant `json:"last_tick_at"`
	Connected  bool     `json:"connected"`
	Metadata   struct{} `json:"metadata"`
}

// BuildDiscordRuntime builds discord/runtime.json. The runtime has no connection
// to Discord, and the document says just that: the dashboard shows "Not running"
// where a missing document would leave it guessing.
func BuildDiscordRuntime() (Document, error) {
	data, err := encode(FileDiscord, discordDocument{State: "disconnected", Guilds: []struct{}{}})
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileDiscord, Visibility: DashboardOnly, Heartbeat: true, Data: data}, nil
}

func buildDiscord(context.Context, *collector, Settings) ([]byte, error) {
	doc, err := BuildDiscordRuntime()
	return doc.Data, err
}
