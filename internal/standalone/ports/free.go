package ports

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports are drawn from between the ones that services are known by and the ones
// that the systems hand out to outgoing connections (Linux from 32768, macOS and
// Windows from 49152): a port from there could be gone at the next start because
// some connection happens to use it.
const (
	lowest  = 20000
	highest = 32000
)

// tries is how many ports are looked at before giving up; that many taken ones
// in a row mean that the machine has a problem.
const tries = 200

// ErrNoneFree says that no free port was found.
var ErrNoneFree = errors.New("no free port on 127.0.0.1")

// Free returns a port on 127.0.0.1 that nobody listens on at this moment.
func Free() (int, error) {
	return free(nil)
}

func free(except map[int]bool) (int, error) {
	for range tries {
		port := lowest + rand.IntN(highest-lowest)
		if !except[port] && !Taken(port) {
			return port, nil
		}
	}
	return 0, ErrNoneFree
}

// Taken tells whether a port on 127.0.0.1 cannot be listened on.
func Taken(port int) bool {
	listener, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return true
	}
	listener.Close()
	return false
}
