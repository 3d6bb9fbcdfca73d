package kick

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

const platform = "kick"

// repeatable is for calls that may be carried out twice: they are made again after
// an answer that was lost or a server error. All others happen at most once.
func repeatable(failed *Error) bool {
	return failed.Retry && failed.Status != http.StatusTooManyRequests
}

// do makes the call and decodes its answer.
func (c *Client) do(ctx context.Context, r call.Request, into any) error {
	_, err := c.caller.Do(ctx, r, into)
	return err
}

// explain takes the server's message out of an error's body.
func explain(body []byte) string {
	var answer struct {
		Message     string `json:"message"`
		Error       any    `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	if word, ok := answer.Error.(string); ok && answer.Message == "" {
		return strings.TrimSpace(word + " " + answer.Description)
	}
	return answer.Message
}
