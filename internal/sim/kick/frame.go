package kick

import (
	"encoding/json"
	"strconv"
)

// frame is one message of Pusher's protocol, from either side.
type frame struct {
	Event   string          `json:"event"`
	Data    json.RawMessage `json:"data,omitempty"`
	Channel string          `json:"channel,omitempty"`
}

// encode renders a frame of which nothing can fail to be rendered.
func encode(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic("kick: a frame cannot be rendered: " + err.Error())
	}
	return text
}

// doubly renders a frame as the platform sends events: the data is JSON in a
// string.
func doubly(event, channel string, data any) []byte {
	inner := string(encode(data))
	return encode(frame{Event: event, Channel: channel, Data: encode(inner)})
}

// plainly renders a frame whose data is an object, as pings and errors have it.
func plainly(event string, data any) []byte {
	return encode(frame{Event: event, Data: encode(data)})
}

// errorTexts are Pusher's words for its codes.
var errorTexts = map[int]string{
	4000: "Application only accepts SSL connections, reconnect using wss://",
	4001: "App key not in this cluster. Did you forget to specify the cluster?",
	4003: "Application disabled",
	4004: "Application is over connection quota",
	4005: "Path not found",
	4006: "Invalid version string format",
	4007: "Unsupported protocol version",
	4008: "No protocol version supplied",
	4009: "Connection is unauthorized",
	4100: "Over capacity",
	4200: "Generic reconnect immediately",
	4201: "Pong reply not received: ping was sent to the client, but no reply was received",
	4202: "Closed after inactivity",
	4301: "Client event rejected",
}

// complaint renders pusher:error; code 0 is an error that has none.
func complaint(code int, message string) []byte {
	data := map[string]any{"code": nil, "message": message}
	if code != 0 {
		data["code"] = code
	}
	return plainly("pusher:error", data)
}

// asCode reads the kind of a fault as one of Pusher's codes.
func asCode(kind string) (int, bool) {
	code, err := strconv.Atoi(kind)
	return code, err == nil && code >= 4000 && code < 4300
}
