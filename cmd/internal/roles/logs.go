package roles

import (
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/logging"
)

// LogOptions says how to log: at the given level if a flag chose one, else as the
// environment of the state directory says. A value of the environment that is not
// allowed counts as not set, as it does in the configuration, which reports it.
func LogOptions(o config.Options, level string) (logging.Options, error) {
	env, _, err := config.ReadEnvironment(o)
	if err != nil {
		return logging.Options{}, err
	}
	options := logging.Options{Level: level}
	if chosen, _ := env.Lookup(config.OptLogLevel); level == "" && logging.ValidLevel(chosen) == nil {
		options.Level = chosen
	}
	switch format, _ := env.Lookup(config.OptLogFormat); logging.Format(format) {
	case logging.FormatAuto, logging.FormatConsole, logging.FormatJSON:
		options.Format = logging.Format(format)
	}
	return options, nil
}
