package statedir

import (
	"fmt"
	"os"
	"path/filepath"
)

// Dir is an absolute path of a state directory.
type Dir string

// Open returns the state directory at path, made absolute. It creates nothing.
func Open(path string) (Dir, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("resolve state directory %q: %w", path, err)
	}
	return Dir(abs), nil
}

// Create makes the state directory and the folders that its inhabitants expect.
func (d Dir) Create() error {
	for _, folder := range []string{
		string(d), d.Config(), d.Exports(), d.Mirror(), d.ClipsOutput(), d.ClipsPublished(), d.Capture(), d.Logs(),
	} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return fmt.Errorf("create %s: %w", folder, err)
		}
	}
	return nil
}

func (d Dir) join(parts ...string) string {
	return filepath.Join(append([]string{string(d)}, parts...)...)
}

// String returns the path.
func (d Dir) String() string { return string(d) }

// Config is the folder of the configuration documents.
func (d Dir) Config() string { return d.join("shared", "config") }

// Exports is the canonical tree of exported documents.
func (d Dir) Exports() string { return d.join("runtime", "exports") }

// Mirror is the state root that dashboards fetch from.
func (d Dir) Mirror() string { return d.join("shared", "state") }

// ClipsOutput holds every clip that was cut.
func (d Dir) ClipsOutput() string { return d.join("clips", "output") }

// ClipsPublished holds the clips that the folder destination has published.
func (d Dir) ClipsPublished() string { return d.join("clips", "published") }

// Capture holds the rolling buffers.
func (d Dir) Capture() string { return d.join("capture") }

// Logs holds the log files.
func (d Dir) Logs() string { return d.join("logs") }

// Postgres holds the private Postgres.
func (d Dir) Postgres() string { return d.join("postgres") }

// Simulators holds the simulators' own state.
func (d Dir) Simulators() string { return d.join("simulators") }

// Secrets holds tokens that platforms have renewed; only its owner may read it.
func (d Dir) Secrets() string { return d.join("secrets") }

// Children holds the records of child processes.
func (d Dir) Children() string { return d.join("children") }

// HostIDFile keeps the id of the host that the directory belongs to.
func (d Dir) HostIDFile() string { return d.join("host-id") }

// LockFile is held by the one process that runs this state directory.
func (d Dir) LockFile() string { return d.join("standalone.lock") }

// AddressesFile is where a running standalone says how it can be reached.
func (d Dir) AddressesFile() string { return d.join("standalone.json") }
