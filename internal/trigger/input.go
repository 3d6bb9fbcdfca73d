package trigger

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/control"
)

// ReadInput returns what was written for a lane besides chat, as the evaluation is
// given it. The kind is one of control's inbox kinds. The error says that it is
// none, or that the payload cannot be read as that kind.
func ReadInput(kind string, at time.Time, payload []byte) (Input, error) {
	in := Input{At: at}
	var target any
	switch kind {
	case control.InboxStreamLive:
		in.Live = &control.Stream{}
		target = in.Live
	case control.InboxStreamOver:
		in.Over = &control.Stream{}
		target = in.Over
	case control.InboxClipResult:
		in.Result = &control.ClipResult{}
		target = in.Result
	case control.InboxClipWaits:
		in.Waits = &control.ClipWaits{}
		target = in.Waits
	case control.InboxClipRequest:
		in.Request = &control.OperatorClip{}
		target = in.Request
	case control.InboxConfig:
		in.Config = &Settings{}
		target = in.Config
	case control.InboxPointGrant:
		in.Grant = &control.PointGrant{}
		target = in.Grant
	case control.InboxTriggerOrder:
		in.Order = &control.TriggerOrder{}
		target = in.Order
	default:
		return Input{}, fmt.Errorf("no input is of kind %q", kind)
	}
	if err := json.Unmarshal(payload, target); err != nil {
		return Input{}, fmt.Errorf("read the payload of an input of kind %s: %w", kind, err)
	}
	return in, nil
}
