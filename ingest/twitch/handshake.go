package twitch

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// The capabilities without which chat cannot be read as events. Membership is
// left out: it brings a line for every viewer who comes and goes.
const capabilities = "twitch.tv/tags twitch.tv/commands"

// handshake logs in and returns the account's name as the server knows it.
func handshake(ctx context.Context, c *conn, login, token string) (string, error) {
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	if err := c.write("CAP REQ :"+capabilities, "PASS "+token, "NICK "+login); err != nil {
		return "", err
	}
	granted, welcomed := false, ""
	for !granted || welcomed == "" {
		line, err := c.lines.next()
		if errors.Is(err, errLineTooLong) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("log in to twitch chat: %w", err)
		}
		h, ok := peek(line)
		if !ok {
			continue
		}
		switch string(h.command) {
		case "CAP":
			switch h.param(1) {
			case "ACK":
				granted = true
			case "NAK":
				return "", &CapabilityError{Refused: strings.TrimSpace(h.param(2))}
			}
		case "NOTICE":
			if text := h.param(1); h.param(0) == "*" && refusesLogin(text) {
				return "", &LoginError{Login: login, Notice: text}
			}
		case "PING":
			if err := c.write("PONG :" + h.param(0)); err != nil {
				return "", err
			}
		case "RECONNECT":
			return "", errReconnect
		case "001":
			welcomed = strings.ToLower(h.param(0))
		}
	}
	return welcomed, nil
}

// refusesLogin tells the server's words for a refused account from its other
// remarks.
func refusesLogin(notice string) bool {
	for _, text := range [...]string{
		"login authentication failed", "improperly formatted auth", "invalid nick", "login unsuccessful",
	} {
		if strings.HasPrefix(strings.ToLower(notice), text) {
			return true
		}
	}
	return false
}
