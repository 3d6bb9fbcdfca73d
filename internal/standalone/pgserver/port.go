package pgserver

import (
	"context"
	"fmt"
	"net"
	"strconv"
)

// choosePort returns the port for an attempt to start: the fixed one, the
// preferred one at first if it is free, or any.
func choosePort(ctx context.Context, opts Options, attempt int) (int, error) {
	if opts.Port != 0 {
		if portTaken(ctx, opts.Port) {
			return 0, &PortError{Port: opts.Port}
		}
		return opts.Port, nil
	}
	if opts.PreferredPort != 0 && attempt == 1 && !portTaken(ctx, opts.PreferredPort) {
		return opts.PreferredPort, nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

func portTaken(ctx context.Context, port int) bool {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return true
	}
	listener.Close()
	return false
}
