package config

import "net/url"

// databaseURL reads DATABASE_URL. The password in it is a secret of its own, as
// drivers print it apart.
func (l *loader) databaseURL() Secret {
	f := l.get(OptDatabaseURL)
	if !f.isSet() {
		return Secret{}
	}
	if u, err := url.Parse(f.value); err == nil && u.User != nil {
		password, _ := u.User.Password()
		l.secret(password)
	}
	return l.secret(f.value)
}
