package migrate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// object is a JSON object that keeps the order of its keys, so that a document
// that is written again differs only where something changed.
type object struct {
	keys   []string
	values map[string]json.RawMessage
}

// UnmarshalJSON implements json.Unmarshaler. Of a key that is there twice the
// last value counts.
func (o *object) UnmarshalJSON(data []byte) error {
	o.keys, o.values = nil, map[string]json.RawMessage{}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return errors.New("it is not a JSON object")
	}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return fmt.Errorf("read a key: %w", err)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return fmt.Errorf("read the value of %v: %w", token, err)
		}
		o.setRaw(fmt.Sprint(token), value)
	}
	return nil
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, key := range o.keys {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(key)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(o.values[key])
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func (o *object) has(key string) bool { return o.values[key] != nil }

// text is the value of a key that is text, else "".
func (o *object) text(key string) string {
	var text string
	_ = json.Unmarshal(o.values[key], &text) // absent and other types are ""
	return text
}

// isTrue reports whether the value of a key is true.
func (o *object) isTrue(key string) bool { return string(o.values[key]) == "true" }

func (o *object) setRaw(key string, value json.RawMessage) {
	if !o.has(key) {
		o.keys = append(o.keys, key)
	}
	if o.values == nil {
		o.values = map[string]json.RawMessage{}
	}
	o.values[key] = value
}

// set sets a value of a kind that JSON always has.
func (o *object) set(key string, value any) {
	if data, err := plainJSON(value); err == nil {
		o.setRaw(key, data)
	}
}

// remove removes a key and reports whether it was there.
func (o *object) remove(key string) bool {
	if !o.has(key) {
		return false
	}
	delete(o.values, key)
	o.keys = slices.DeleteFunc(o.keys, func(k string) bool { return k == key })
	return true
}

// plainJSON writes a value without escaping what pages do not like.
func plainJSON(value any) (json.RawMessage, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// indented writes a document as people read it.
func indented(value any) ([]byte, error) {
	data, err := plainJSON(value)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, data, "", "  "); err != nil {
		return nil, fmt.Errorf("indent JSON: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
