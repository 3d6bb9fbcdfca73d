package process

import (
	"os"
	"strings"
)

// inherited are the variables every child gets. Everything else stays here:
// this process's environment holds the platforms' credentials.
var inherited = []string{
	"PATH", "LANG", "LC_ALL", "TZ", "TZDIR",
	"TMPDIR", "TMP", "TEMP",
	"LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
	"DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS",
	"GOCOVERDIR",
	"SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "PROGRAMDATA",
	"USERPROFILE", "APPDATA", "LOCALAPPDATA",
}

func environment(account *Account, extra []string) []string {
	var env []string
	for _, name := range inherited {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	if account != nil {
		env = append(env, "HOME="+account.Home, "USER="+account.Name, "LOGNAME="+account.Name)
	} else {
		for _, name := range []string{"HOME", "USER", "LOGNAME"} {
			if value, ok := os.LookupEnv(name); ok {
				env = append(env, name+"="+value)
			}
		}
	}
	return override(env, extra)
}

// override appends extra to env so that each name occurs once, the later value
// winning: programs disagree about which of two they believe.
func override(env, extra []string) []string {
	replaced := map[string]bool{}
	for _, variable := range extra {
		name, _, _ := strings.Cut(variable, "=")
		replaced[name] = true
	}
	var out []string
	for _, variable := range env {
		if name, _, _ := strings.Cut(variable, "="); !replaced[name] {
			out = append(out, variable)
		}
	}
	return append(out, extra...)
}
