package kick

// delivery is an event on its way to the subscribers of one or several of
// Pusher's channels.
type delivery struct {
	slug  string // of the platform's channel
	event string // without the prefix
	rooms []string
	data  any
}

// prefix stands before the name of every event of the platform.
const prefix = `App\Events\`

// The names of Pusher's channels for what chat shows, with and without a copy for
// readers of the older names, and for what a channel tells.
func chatRooms(c Channel) []string {
	return []string{"chatrooms." + decimal(c.Chatroom) + ".v2", "chatrooms." + decimal(c.Chatroom), "chatroom_" + decimal(c.Chatroom)}
}

func noticeRooms(c Channel) []string { return chatRooms(c)[:1] }

func channelRooms(c Channel) []string {
	return []string{"channel." + decimal(c.ID), "channel_" + decimal(c.ID)}
}

// deliver sends an event to its subscribers, unless a fault says otherwise. The
// caller holds the lock.
func (s *Server) deliver(d delivery) {
	if held, waiting := s.held[d.slug]; waiting {
		delete(s.held, d.slug)
		s.each(d, (*conn).push)
		s.each(held, (*conn).push)
		return
	}
	kind, _ := s.options.Faults.Take(TargetPusher)
	if code, struck := asCode(kind); struck {
		s.each(d, func(c *conn, _ []byte) { c.end(code) })
		return
	}
	switch kind {
	case "drop":
	case "reorder":
		s.held[d.slug] = d
	case "duplicate":
		s.each(d, func(c *conn, data []byte) { c.push(data); c.push(data) })
	case "malformed":
		s.each(d, func(c *conn, data []byte) { c.hostile(d); c.push(data) })
	case "truncate":
		s.each(d, func(c *conn, data []byte) { c.push(data[:len(data)/2]); c.out.finish(ending{}) })
	case "hang":
		s.each(d, func(c *conn, _ []byte) { c.frozen.Store(true) })
	case "close":
		s.each(d, func(c *conn, _ []byte) { c.cancel() })
	default:
		s.each(d, (*conn).push)
	}
}

// each renders the event for each of its channels and hands it to do for every
// subscriber of that.
func (s *Server) each(d delivery, do func(*conn, []byte)) {
	for _, room := range d.rooms {
		if len(s.rooms[room]) == 0 {
			continue
		}
		data := doubly(prefix+d.event, room, d.data)
		for c := range s.rooms[room] {
			do(c, data)
		}
	}
}

// hostile sends frames that break careless parsers: no JSON, JSON of other kinds,
// data that is no string or no JSON inside, missing and mistyped fields, unknown
// events, a control character, and a name that is no channel's.
func (c *conn) hostile(d delivery) {
	room := d.rooms[0]
	for _, text := range []string{
		``, `null`, `[]`, `"event"`, `{"event":5}`, `{`, `{"event":"App\\Events\\ChatMessageEvent"}`,
		`{"event":"App\\Events\\ChatMessageEvent","channel":"` + room + `","data":"{\"id\":"}`,
		`{"event":"App\\Events\\ChatMessageEvent","channel":"` + room + `","data":{"id":"object","content":"not in a string"}}`,
		`{"event":"App\\Events\\ChatMessageEvent","channel":"` + room + `","data":"{\"id\":7,\"content\":null,\"created_at\":\"yesterday\",\"sender\":\"nobody\"}"}`,
		`{"event":"App\\Events\\ChatMessageEvent","channel":"chatrooms.0.v2","data":"{\"content\":\"\\u0000\"}"}`,
		`{"event":"App\\Events\\MessageDeletedEvent","channel":"` + room + `","data":"{\"message\":null}"}`,
		`{"event":"App\\Events\\NobodyKnowsThisEvent","channel":"` + room + `","data":"{}"}`,
		`{"event":"pusher:nobody_knows_this","data":"{}"}`,
	} {
		c.push([]byte(text))
	}
}

// EndAll closes every connection to Pusher with one of its codes and returns how
// many there were.
func (s *Server) EndAll(code int) (int, error) {
	if code < 4000 || code > 4299 {
		return 0, invalid("code: allowed are Pusher's, 4000 to 4299")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.end(code)
	}
	return len(s.conns), nil
}
