package chat

import "time"

// maxBehind is how far behind its platform a connection is taken to be at most: a
// message that is older was not late because of the connection.
const maxBehind = time.Minute

// Progress follows up to which of the platform's times the chat of one connection has
// been read. A connection that is slow, or was held up, is behind: what it brings was
// sent a while ago, and what was sent since is lost if it breaks now. A gap therefore
// begins where reading had come to, not when something was heard last. The zero value
// has read nothing. It belongs to one goroutine.
type Progress struct {
	upTo   time.Time
	behind time.Duration // of what came last and said when it was sent
}

// Sent notes that something came that the platform sent at the given time.
func (p *Progress) Sent(at, received time.Time) {
	p.behind = min(max(received.Sub(at), 0), maxBehind)
	p.Heard(received)
}

// Heard notes that something came of which nobody knows when it was sent.
func (p *Progress) Heard(received time.Time) {
	if at := received.Add(-p.behind); at.After(p.upTo) {
		p.upTo = at
	}
}

// UpTo is the time up to which everything has been read, or zero.
func (p *Progress) UpTo() time.Time { return p.upTo }
