package twitch

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

const platform = "twitch"

// unfulfilled is for calls that are made again after a server error, and not after
// an answer that was lost. Without it a call is made at most once.
func unfulfilled(failed *Error) bool { return failed.Status >= 500 }

// repeatable is for calls that may be carried out twice: they are made again after
// an answer that was lost, too.
func repeatable(failed *Error) bool {
	lost := failed.Retry && (failed.Status == 0 || failed.Status == http.StatusOK)
	return lost || unfulfilled(failed)
}

// do makes the call and decodes its answer.
func (c *Client) do(ctx context.Context, r call.Request, into any) (http.Header, error) {
	return c.caller.Do(ctx, r, into)
}

// explain takes the server's message out of an error's body.
func explain(body []byte) string {
	var answer struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	return answer.Message
}
