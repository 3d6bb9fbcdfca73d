package chat

// Via is how an event reached its reader.
type Via uint8

// The ways.
const (
	Unsaid     Via = iota // the reader does not say, or found it out by itself
	IRC                   // Twitch's chat protocol
	PushStream            // YouTube's stream of a live chat
	Polling               // pages of a live chat that were asked for one by one
	Pusher                // Kick's message service
	Webhook               // calls of the platform
	Vias                  // how many there are
)

// String is the short name, without commas, by which reports know the way; empty for
// Unsaid.
func (v Via) String() string {
	switch v {
	case IRC:
		return "irc"
	case PushStream:
		return "push_stream"
	case Polling:
		return "polling"
	case Pusher:
		return "pusher"
	case Webhook:
		return "webhook"
	}
	return ""
}
