package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// platform is the demo's simulated platform, steered over HTTP.
type platform struct{ control string }

// say lets a moderator say something in the chat and returns the message's id.
func (p platform) say(ctx context.Context, user, text string) (id string, err error) {
	body, err := json.Marshal(map[string]any{"user": user, "text": text, "roles": []string{"moderator"}})
	if err != nil {
		return "", fmt.Errorf("compose a line of chat: %w", err)
	}
	var answer struct{ ID string }
	if err := p.do(ctx, http.MethodPost, "/twitch/say", bytes.NewReader(body), &answer); err != nil {
		return "", fmt.Errorf("say something in the simulated chat: %w", err)
	}
	return answer.ID, nil
}

// members lists the logins that read the chat.
func (p platform) members(ctx context.Context) (logins []string, err error) {
	if err := p.do(ctx, http.MethodGet, "/twitch/members", http.NoBody, &logins); err != nil {
		return nil, fmt.Errorf("ask who reads the simulated chat: %w", err)
	}
	return logins, nil
}

func (p platform) do(ctx context.Context, method, path string, body io.Reader, answer any) (err error) {
	request, err := http.NewRequestWithContext(ctx, method, p.control+path, body)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if response.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10)) // as much as there is
		return fmt.Errorf("status %s: %s", response.Status, said)
	}
	return json.NewDecoder(response.Body).Decode(answer)
}
