package definition

import (
	"encoding/json"
	"fmt"
	"strings"
)

// descriptor is an action as the export contract describes what triggers emit.
type descriptor struct {
	ActionType string `json:"action_type"`
	Type       string `json:"type"`
	Payload    struct {
		Text string `json:"text"`
		Job  struct {
			Length int    `json:"length"`
			Title  string `json:"source_title"`
		} `json:"job_payload"`
	} `json:"payload"`
}

// The contract's names of actions.
const (
	sendChatMessage = "send_chat_message"
	enqueueClipJob  = "enqueue_clip_job"
)

// parseActions reads a list of actions in either spelling.
func parseActions(field string, list []json.RawMessage) ([]Action, error) {
	var actions []Action
	for i, raw := range list {
		action, err := parseAction(raw)
		if err != nil {
			return nil, mistyped(fmt.Sprintf("%s[%d]", field, i), err)
		}
		actions = append(actions, action)
	}
	return actions, nil
}

func parseAction(raw json.RawMessage) (Action, error) {
	var d descriptor
	var a Action
	if err := json.Unmarshal(raw, &d); err != nil {
		return a, err
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		return a, err
	}
	if d.ActionType != "" {
		a.Type = ActionType(d.ActionType)
	}
	switch ActionType(strings.ToLower(strings.TrimSpace(string(a.Type)))) {
	case sendChatMessage:
		a.Type = DoReply
		if a.Text == "" {
			a.Text = d.Payload.Text
		}
	case enqueueClipJob:
		a.Type = DoClip
		if a.Seconds == 0 {
			a.Seconds = d.Payload.Job.Length
		}
		if a.Title == "" {
			a.Title = d.Payload.Job.Title
		}
	}
	return a, nil
}
