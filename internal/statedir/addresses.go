package statedir

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/streamsuites/streamsuites/internal/durable"
)

// Addresses is the content of standalone.json: how a running standalone can be
// reached. The file has mode 0600, because Database holds a password.
type Addresses struct {
	Temporal   string      `json:"temporal"` // host:port of the frontend
	UI         string      `json:"ui"`       // URL of Temporal's web UI
	HTTP       string      `json:"http"`     // URL of the read-only HTTP server
	Database   string      `json:"database"` // postgres:// URL
	Simulators *Simulators `json:"simulators,omitempty"`
	PID        int         `json:"pid"`
}

// Simulators says where the simulated platforms listen.
type Simulators struct {
	Control     string `json:"control"`
	TwitchIRC   string `json:"twitch_irc"` // host:port, TLS
	TwitchHelix string `json:"twitch_helix"`
	HLS         string `json:"hls"`
	YouTube     string `json:"youtube"` // URL of OAuth, the Data API, live chats and uploads
	Kick        string `json:"kick"`    // URL of OAuth, the API, the site and Pusher
}

// ErrNotRunning says that no standalone runs in the state directory, as far as
// its addresses tell.
var ErrNotRunning = errors.New("no standalone is running in this state directory")

// WriteAddresses publishes how the standalone can be reached.
func (d Dir) WriteAddresses(a Addresses) error {
	data, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return fmt.Errorf("encode addresses: %w", err)
	}
	return durable.WriteFile(d.AddressesFile(), append(data, '\n'), 0o600)
}

// RemoveAddresses withdraws them. A missing file is no error.
func (d Dir) RemoveAddresses() error {
	if err := os.Remove(d.AddressesFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove addresses: %w", err)
	}
	return nil
}

// ReadAddresses returns how the standalone of this state directory can be
// reached; ErrNotRunning when there is none.
func (d Dir) ReadAddresses() (Addresses, error) {
	var a Addresses
	data, err := os.ReadFile(d.AddressesFile())
	if errors.Is(err, fs.ErrNotExist) {
		return a, ErrNotRunning
	}
	if err != nil {
		return a, fmt.Errorf("read addresses: %w", err)
	}
	if err := json.Unmarshal(data, &a); err != nil {
		return a, fmt.Errorf("read %s: %w", d.AddressesFile(), err)
	}
	return a, nil
}
