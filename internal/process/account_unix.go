//go:build unix

package process

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
)

// candidates are the accounts that a child of root may run as, best first. The
// Debian and macOS packages of PostgreSQL create the first two.
var candidates = []string{"postgres", "_postgres", "nobody"}

// Unprivileged returns the account that children run as when this process is
// root, and nil when it is not: then they run as it does. On Linux such a child
// keeps one privilege of root, to pass by the permissions of files: the state
// directory may lie below a folder that only root may enter.
func Unprivileged() (*Account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range candidates {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		return account(found)
	}
	return nil, fmt.Errorf("drop root: none of the users %v exists", candidates)
}

func account(u *user.User) (*Account, error) {
	// Some systems write nobody as -2, others as 4294967294.
	uid, err := strconv.ParseInt(u.Uid, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("user id of %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseInt(u.Gid, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("group id of %s: %w", u.Username, err)
	}
	return &Account{Name: u.Username, UID: uint32(uid), GID: uint32(gid), Home: u.HomeDir}, nil
}
