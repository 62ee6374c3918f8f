package proto

import "mooring.dev/helpers/internal/strictjson"

// ErrorName is the stable word by which a client tells errors apart.
type ErrorName = strictjson.ErrorName

// Error is a named error, of decoding or of a value.
type Error = strictjson.Error

// Every error that a request can be answered with.
const (
	ErrFrameTooLarge  ErrorName = "frame-too-large"
	ErrBadFrame       ErrorName = "bad-frame"
	ErrBadMessage               = strictjson.ErrBadMessage // not JSON, or not JSON-RPC 2.0
	ErrUnknownMethod  ErrorName = "unknown-method"
	ErrUnknownField             = strictjson.ErrUnknownField
	ErrMissingField             = strictjson.ErrMissingField
	ErrBadType                  = strictjson.ErrBadType
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

// ErrorData is the data member of the JSON-RPC error object.
type ErrorData struct {
	Name   ErrorName `json:"name"`
	Field  string    `json:"field,omitempty"`
	Quoted string    `json:"quoted,omitempty"`
}

// Quote shortens a text of the peer's for an error.
func Quote(s string) string { return strictjson.Quote(s) }

// Decode reads one JSON value into dst, a pointer to a message of this package, as strictjson does. Values are not
// checked; see Desired.Parse.
func Decode(data []byte, dst any) error { return strictjson.Decode(data, dst) }
