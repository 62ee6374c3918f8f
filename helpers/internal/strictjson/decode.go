package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Decode reads one JSON value into dst, a pointer to a struct with json tags on all its fields. It is stricter than
// encoding/json: names are matched to the letter, every member must be known, and every member without omitempty
// must be present; one with omitempty may be missing and is never null. The *Error names the offending member's path, and
// quotes it unless it is tagged as a secret (secret:"yes"). Values are not checked.
func Decode(data []byte, dst any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return &Error{Name: ErrBadMessage, Message: "not JSON: " + err.Error()}
	}
	if _, err := dec.Token(); err != io.EOF {
		return &Error{Name: ErrBadMessage, Message: "more than one JSON value"}
	}
	if err := conform(v, reflect.TypeOf(dst).Elem(), ""); err != nil {
		return err
	}
	if err := json.Unmarshal(data, dst); err != nil {
		return &Error{Name: ErrBadType, Message: err.Error()}
	}
	return nil
}

// conform compares a decoded value with the Go type that it shall be read into.
func conform(v any, t reflect.Type, path string) error {
	if t.Kind() == reflect.Pointer {
		if v == nil {
			return nil
		}
		return conform(v, t.Elem(), path)
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) { // time.Time
		if _, ok := v.(string); !ok {
			return badType(v, "a string", path)
		}
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		m, ok := v.(map[string]any)
		if !ok {
			return badType(v, "an object", path)
		}
		return conformStruct(m, t, path)
	case reflect.Slice:
		a, ok := v.([]any)
		if !ok {
			return badType(v, "an array", path)
		}
		for i, e := range a {
			if err := conform(e, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	case reflect.String:
		if _, ok := v.(string); !ok {
			return badType(v, "a string", path)
		}
	case reflect.Bool:
		if _, ok := v.(bool); !ok {
			return badType(v, "true or false", path)
		}
	case reflect.Int, reflect.Int64:
		n, ok := v.(json.Number)
		if _, err := strconv.ParseInt(n.String(), 10, t.Bits()); !ok || err != nil {
			return badType(v, "a whole number", path)
		}
	case reflect.Uint64:
		n, ok := v.(json.Number)
		if _, err := strconv.ParseUint(n.String(), 10, t.Bits()); !ok || err != nil {
			return badType(v, "a whole number, not negative", path)
		}
	case reflect.Float64:
		if _, ok := v.(json.Number); !ok {
			return badType(v, "a number", path)
		}
	default:
		panic("strictjson: no rule for " + t.String())
	}
	return nil
}

func conformStruct(m map[string]any, t reflect.Type, path string) error {
	known := map[string]bool{}
	for i := range t.NumField() {
		name, opts, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		known[name] = true
		member, present := m[name]
		optional := opts == "omitempty"
		switch {
		case present:
			ft := t.Field(i).Type
			if optional && ft.Kind() == reflect.Pointer {
				ft = ft.Elem() // what may be left out is never null
			}
			if err := conform(member, ft, join(path, name)); err != nil {
				return unquoted(err, t.Field(i).Tag.Get("secret") != "")
			}
		case !optional:
			return &Error{Name: ErrMissingField, Field: join(path, name), Message: "is missing"}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if !known[name] {
			return &Error{Name: ErrUnknownField, Field: join(path, Quote(name)), Quoted: Quote(name), Message: "is not a field that is known here"}
		}
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func badType(v any, want, path string) error {
	text, err := json.Marshal(v)
	if err != nil {
		panic("strictjson: decoded JSON does not encode: " + err.Error())
	}
	return &Error{Name: ErrBadType, Field: path, Quoted: Quote(string(text)), Message: "must be " + want}
}

// unquoted takes the quote out of an error about a field that is tagged as a secret.
func unquoted(err error, secret bool) error {
	var e *Error
	if secret && errors.As(err, &e) {
		e.Quoted = ""
	}
	return err
}
