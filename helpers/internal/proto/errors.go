package proto

import "fmt"

// ErrorName is the stable word by which a client tells errors apart.
type ErrorName string

// Every error that a request can be answered with.
const (
	ErrFrameTooLarge  ErrorName = "frame-too-large"
	ErrBadFrame       ErrorName = "bad-frame"
	ErrBadMessage     ErrorName = "bad-message" // not JSON, or not JSON-RPC 2.0
	ErrUnknownMethod  ErrorName = "unknown-method"
	ErrUnknownField   ErrorName = "unknown-field"
	ErrMissingField   ErrorName = "missing-field"
	ErrBadType        ErrorName = "bad-type"
	ErrBadName        ErrorName = "bad-name"
	ErrBadKey         ErrorName = "bad-key"
	ErrBadMAC         ErrorName = "bad-mac"
	ErrBadAddress     ErrorName = "bad-address"
	ErrBadPrefix      ErrorName = "bad-prefix"
	ErrBadEndpoint    ErrorName = "bad-endpoint"
	ErrBadPort        ErrorName = "bad-port"
	ErrBadChoice      ErrorName = "bad-choice"
	ErrDuplicateName  ErrorName = "duplicate-name"
	ErrTooManyTunnels ErrorName = "too-many-tunnels"
	ErrNoSuchTunnel   ErrorName = "no-such-tunnel"
	ErrNotAuthorised  ErrorName = "not-authorised"
	ErrKeyMissing     ErrorName = "key-missing"
	ErrKeyInUse       ErrorName = "key-in-use"
	ErrEngineMissing  ErrorName = "engine-missing"
	ErrInternal       ErrorName = "internal"
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

// Is makes errors.Is compare by name, so that callers ask with errors.Is(err, &proto.Error{Name: …}).
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Name == e.Name
}

// ErrorData is the data member of the JSON-RPC error object.
type ErrorData struct {
	Name   ErrorName `json:"name"`
	Field  string    `json:"field,omitempty"`
	Quoted string    `json:"quoted,omitempty"`
}

// maxQuote keeps a hostile value from filling logs and terminals.
const maxQuote = 80

// Quote shortens a text of the peer's for an error.
func Quote(s string) string {
	if len(s) > maxQuote {
		return s[:maxQuote] + "…"
	}
	return s
}
