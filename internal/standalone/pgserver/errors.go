package pgserver

import (
	"fmt"
	"strings"
)

// BinariesError says that the machine lacks PostgreSQL's server programs, or
// those of the major version that a data directory needs.
type BinariesError struct {
	// DataDir is the data directory that needs Major; empty for a new one.
	DataDir string
	// Major is the needed major version; 0 means any from MinimumMajor on.
	Major int
	// Found are the major versions that are installed.
	Found []int
}

// Error implements error and names the remedy.
func (e *BinariesError) Error() string {
	found := "none is installed"
	if len(e.Found) > 0 {
		found = "installed: " + strings.Trim(fmt.Sprint(e.Found), "[]")
	}
	if e.Major == 0 {
		return fmt.Sprintf("PostgreSQL %d or newer is needed to run a private database (%s): "+
			"install its server programs (Debian and Ubuntu: postgresql, macOS: brew install postgresql) "+
			"or set DATABASE_URL to a database that exists", MinimumMajor, found)
	}
	return fmt.Sprintf("the database in %s was made by PostgreSQL %d, whose server programs were not found (%s); nothing was changed: "+
		"install PostgreSQL %d (Debian and Ubuntu: postgresql-%d, macOS: brew install postgresql@%d), "+
		"or move the folder away to begin with an empty database", e.DataDir, e.Major, found, e.Major, e.Major, e.Major)
}

// PortError says that the port the caller insists on is taken.
type PortError struct {
	// Port is that port on 127.0.0.1.
	Port int
}

// Error implements error.
func (e *PortError) Error() string {
	return fmt.Sprintf("port %d on 127.0.0.1 is taken by another process: stop that process or let a free port be chosen", e.Port)
}

// DataDirError says that a data directory cannot be used as it is. Nothing was
// changed.
type DataDirError struct {
	// Path is the folder.
	Path string
	// Problem says what is wrong and how to mend it.
	Problem string
}

// Error implements error.
func (e *DataDirError) Error() string {
	return fmt.Sprintf("database folder %s: %s", e.Path, e.Problem)
}

// ExitError says that the server ended when it should have been running.
type ExitError struct {
	// Err is how it ended.
	Err error
	// Output are its last log lines.
	Output string
}

// Error implements error.
func (e *ExitError) Error() string {
	return fmt.Sprintf("PostgreSQL ended (%v); its last words:\n%s", e.Err, e.Output)
}

// Unwrap returns how the server ended.
func (e *ExitError) Unwrap() error { return e.Err }
