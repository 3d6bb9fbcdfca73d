package definition

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
)

// Merge lays a merge patch (RFC 7396) over base and returns the result, with
// object keys in order. An empty base or patch counts as an empty object. It
// fails on texts that are not JSON.
func Merge(base, patch json.RawMessage) (json.RawMessage, error) {
	under, err := decodeOr(base)
	if err != nil {
		return nil, fmt.Errorf("merge a definition: the base: %w", err)
	}
	over, err := decodeOr(patch)
	if err != nil {
		return nil, fmt.Errorf("merge a definition: the patch: %w", err)
	}
	return encode(merge(under, over))
}

func merge(base, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	result, ok := base.(map[string]any)
	if !ok {
		result = map[string]any{}
	}
	for key, change := range changes {
		if change == nil {
			delete(result, key)
			continue
		}
		result[key] = merge(result[key], change)
	}
	return result
}

// Diff returns the merge patch that makes edited of base: Merge(base, Diff(base,
// edited)) is edited again, unless edited holds nulls, which no merge patch can
// say. Texts that are not JSON count as empty objects.
func Diff(base, edited json.RawMessage) json.RawMessage {
	under, err := decodeOr(base)
	if err != nil {
		under = map[string]any{}
	}
	over, err := decodeOr(edited)
	if err != nil {
		over = map[string]any{}
	}
	patch, err := encode(diff(under, over))
	if err != nil {
		return json.RawMessage("{}")
	}
	return patch
}

// diff returns the patch between two values: what differs, and null for what is
// gone.
func diff(base, edited any) any {
	from, ok := base.(map[string]any)
	to, both := edited.(map[string]any)
	if !ok || !both {
		return edited
	}
	patch := map[string]any{}
	for key := range maps.Keys(from) {
		if _, stays := to[key]; !stays {
			patch[key] = nil
		}
	}
	for key, value := range to {
		old, had := from[key]
		switch {
		case !had:
			patch[key] = value
		case !reflect.DeepEqual(old, value):
			patch[key] = diff(old, value)
		}
	}
	return patch
}

func decodeOr(raw json.RawMessage) (any, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return map[string]any{}, nil
	}
	return decode(raw)
}

func encode(value any) (json.RawMessage, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("write a definition: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
