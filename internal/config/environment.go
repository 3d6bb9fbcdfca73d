package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// environment looks options up: the real environment first, then .env files,
// then <NAME>_FILE in the same order.
type environment struct {
	lookup func(string) (string, bool)
	names  []string // of the real environment, to find labelled variables
	files  []envFile
	opened map[string]found // values of <NAME>_FILE files, read once
}

// found is a value and where it was found. The zero value means: nowhere.
type found struct {
	value  string
	source string
}

func (f found) isSet() bool { return f.source != "" }

// Environment is the environment as the configuration sees it: the real one,
// completed by .env files and by the files that <NAME>_FILE variables name.
type Environment struct{ loader *loader }

// ReadEnvironment reads the environment of a state directory, for programs that
// need a variable and not the whole configuration. Its problems are those of the
// .env files.
func ReadEnvironment(o Options) (*Environment, Problems, error) {
	l, _, err := newLoader(o, nil)
	if err != nil {
		return nil, nil, err
	}
	return &Environment{l}, l.problems, nil
}

// Lookup returns the value of a variable and whether it is set; a blank one is
// not. The value may be a secret.
func (e *Environment) Lookup(name string) (string, bool) {
	f := e.loader.get(name)
	return f.value, f.isSet()
}

// get returns the value of a variable. Variables that are blank count as not
// set, as most process managers cannot unset one.
func (l *loader) get(name string) found {
	if v, source := l.env.direct(name); source != "" {
		if p, _ := l.env.direct(name + "_FILE"); p != "" {
			l.addOnce(Problem{File: name, Found: "both " + name + " and " + name + "_FILE", Allowed: "one of them",
				Remedy: name + " is used", Severity: Info, Kind: Advice})
		}
		return found{v, source}
	}
	path, source := l.env.direct(name + "_FILE")
	if source == "" {
		return found{}
	}
	if f, ok := l.env.opened[name]; ok {
		return f
	}
	f := l.readSecretFile(name, path)
	l.env.opened[name] = f
	return f
}

func (e *environment) direct(name string) (value, source string) {
	if v, ok := e.lookup(name); ok && strings.TrimSpace(v) != "" {
		return strings.TrimSpace(v), "environment"
	}
	for _, f := range e.files {
		if v := strings.TrimSpace(f.values[name]); v != "" {
			return v, f.name
		}
	}
	return "", ""
}

func (l *loader) readSecretFile(name, path string) found {
	data, err := readLimited(path)
	if err != nil {
		why := cause(err)
		if errors.Is(err, os.ErrNotExist) {
			why = "no such file"
		}
		l.add(Problem{File: name + "_FILE", Found: fmt.Sprintf("%s (%s)", path, why), Allowed: "the path of a readable file that holds the value",
			Remedy: name + " counts as not set", Severity: Warning, Kind: Unreadable})
		return found{}
	}
	value := strings.TrimSpace(string(data))
	if value == "" {
		l.add(Problem{File: name + "_FILE", Found: path + " (an empty file)", Allowed: "the path of a file that holds the value",
			Remedy: name + " counts as not set", Severity: Warning, Kind: Invalid})
		return found{}
	}
	return found{value, "file " + path}
}

// labels returns the labels for which variables with this prefix exist, sorted:
// for TWITCH_OAUTH_TOKEN and a variable TWITCH_OAUTH_TOKEN_MAIN it is MAIN.
func (e *environment) labels(name string) []string {
	all := slices.Clone(e.names)
	for _, f := range e.files {
		for n := range f.values {
			all = append(all, n)
		}
	}
	var labels []string
	for _, n := range all {
		label, ok := strings.CutPrefix(n, name+"_")
		label = strings.TrimSuffix(label, "_FILE")
		if ok && label != "" && label != "FILE" && !slices.Contains(labels, label) {
			labels = append(labels, label)
		}
	}
	slices.Sort(labels)
	return labels
}

// optionValues returns every option as it is set, the labelled ones with their
// labels.
func (l *loader) optionValues() []OptionValue {
	var values []OptionValue
	for _, o := range EnvironmentOptions() {
		values = append(values, l.optionValue(o))
		if !o.Labelled {
			continue
		}
		for _, label := range l.env.labels(o.Name) {
			labelled := o
			labelled.Name += "_" + label
			values = append(values, l.optionValue(labelled))
		}
	}
	return values
}

func (l *loader) optionValue(o Option) OptionValue {
	f := l.get(o.Name)
	v := OptionValue{Option: o, Value: f.value, Set: f.isSet(), Source: f.source}
	switch {
	case !v.Set:
		v.Value, v.Source = o.Default, "default"
	case o.Secret:
		l.secret(f.value)
		v.Value = redacted
	}
	return v
}
