package manage

import (
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// addAliases gives a command further names.
func (k clerk) addAliases(o Order) (Result, error) {
	e, err := k.find(o.Name)
	if err != nil {
		return Result{}, err
	}
	if len(names(e.Definition)) == 0 {
		return Result{}, refuse("%s is not a command: only commands have other names", k.title(e))
	}
	d := e.Definition
	d.Aliases = slices.Clone(d.Aliases)
	var added []string
	for _, typed := range o.Aliases {
		name, err := k.name(typed)
		if err != nil {
			return Result{}, err
		}
		if k.named(d, name) {
			return Result{}, refuse("%s%s is a name of %s already", k.Prefix(), name, k.title(e))
		}
		if err := k.free(name, e.ID); err != nil {
			return Result{}, err
		}
		d.Aliases = append(d.Aliases, name)
		added = append(added, k.Prefix()+name)
	}
	if len(d.Aliases) > definition.MaxAliases {
		return Result{}, refuse("%s would have %d other names, and %d are allowed", k.title(e), len(d.Aliases), definition.MaxAliases)
	}
	result, err := k.put(e, d, AliasAdd)
	result.Reply = strings.Join(added, ", ") + " now calls " + k.title(e)
	return result, err
}

// removeAliases takes names away from a command; without the command's name, from
// whichever has them.
func (k clerk) removeAliases(o Order) (Result, error) {
	of := o.Name
	if of == "" {
		of = o.Aliases[0]
	}
	e, err := k.find(of)
	if err != nil {
		return Result{}, err
	}
	d := e.Definition
	d.Aliases = slices.Clone(d.Aliases)
	var removed []string
	for _, typed := range o.Aliases {
		name := k.plain(typed)
		at := slices.IndexFunc(d.Aliases, func(own string) bool { return k.plain(own) == name })
		if at < 0 {
			return Result{}, refuse("%s is not another name of %s", shown(typed), k.title(e))
		}
		d.Aliases = slices.Delete(d.Aliases, at, at+1)
		removed = append(removed, k.Prefix()+name)
	}
	if len(d.Aliases) == 0 {
		d.Aliases = nil
	}
	result, err := k.put(e, spelledAs(e.Base, d), AliasRemove)
	result.Reply = strings.Join(removed, ", ") + " no longer calls " + k.title(e)
	return result, err
}

// aliases tells a command's other names.
func (k clerk) aliases(o Order) (Result, error) {
	e, err := k.find(o.Name)
	if err != nil {
		return Result{}, err
	}
	if len(e.Definition.Aliases) == 0 {
		return Result{Reply: k.title(e) + " has no other names"}, nil
	}
	return Result{Reply: k.title(e) + " is also " + k.withPrefix(e.Definition.Aliases)}, nil
}

// withPrefix lists names as people type them.
func (k clerk) withPrefix(names []string) string {
	typed := make([]string, len(names))
	for i, name := range names {
		typed[i] = k.Prefix() + strings.TrimPrefix(name, k.Prefix())
	}
	return strings.Join(typed, ", ")
}
