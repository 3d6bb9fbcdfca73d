package twitch

import (
	"io"
	"net"
)

// peekedConn is a connection whose first byte was looked at.
type peekedConn struct {
	net.Conn
	first   [1]byte
	waiting bool
}

// recordHandshake is the first byte of every TLS connection; no IRC command
// begins with it.
const recordHandshake = 0x16

func (p *peekedConn) startsTLS() (bool, error) {
	if _, err := io.ReadFull(p.Conn, p.first[:]); err != nil {
		return false, err
	}
	p.waiting = true
	return p.first[0] == recordHandshake, nil
}

// Read implements io.Reader.
func (p *peekedConn) Read(b []byte) (int, error) {
	if p.waiting && len(b) > 0 {
		p.waiting = false
		b[0] = p.first[0]
		return 1, nil
	}
	return p.Conn.Read(b)
}
