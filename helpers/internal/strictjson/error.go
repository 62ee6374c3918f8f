// Package strictjson reads JSON more strictly than encoding/json, and says what is wrong by a name, the path of the
// offending field and a quote of it. The helper protocol and the hub's file are read by it.
package strictjson

import "fmt"

// ErrorName is the stable word by which errors are told apart. Whoever checks values adds names of its own.
type ErrorName string

// The names that Decode gives.
const (
	ErrBadMessage   ErrorName = "bad-message" // not one JSON value
	ErrUnknownField ErrorName = "unknown-field"
	ErrMissingField ErrorName = "missing-field"
	ErrBadType      ErrorName = "bad-type"
)

// Error is a named error. Field is the path of the offending field (desired.tunnels[0].mac), Quoted the
// offending text; both are empty where there is none, and Quoted always is where the text may be a secret.
type Error struct {
	Name    ErrorName
	Field   string
	Quoted  string
	Message string
}

func (e *Error) Error() string {
	s := string(e.Name) + ": "
	if e.Field != "" {
		s += e.Field + ": "
	}
	s += e.Message
	if e.Quoted != "" {
		s += fmt.Sprintf(" (got %q)", e.Quoted)
	}
	return s
}

// Is makes errors.Is compare by name, so that callers ask with errors.Is(err, &strictjson.Error{Name: …}).
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Name == e.Name
}

// MaxQuote, in octets, keeps a hostile value from filling logs and terminals.
const MaxQuote = 80

// Quote shortens a text of the writer's for an error.
func Quote(s string) string {
	if len(s) > MaxQuote {
		return s[:MaxQuote] + "…"
	}
	return s
}
