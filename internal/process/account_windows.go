package process

// Unprivileged returns nil: on Windows children run as this process does.
func Unprivileged() (*Account, error) { return nil, nil }
