package process

// Account is a user of the system that a child runs as.
type Account struct {
	// Name is the login name.
	Name string
	// UID and GID are the user's and its primary group's numbers.
	UID, GID uint32
	// Home is its home folder, which may not exist.
	Home string
}
