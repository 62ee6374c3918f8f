package strictjson_test

import (
	"errors"
	"testing"

	"mooring.dev/helpers/internal/strictjson"
)

type message struct {
	Tunnel string  `json:"tunnel"`
	Port   int     `json:"port,omitempty"`
	Bytes  uint64  `json:"bytes,omitempty"`
	Secret *string `json:"secret,omitempty" secret:"yes"`
}

func TestDecodeIsStricterThanGo(t *testing.T) {
	for _, tt := range []struct {
		json, field string
		name        strictjson.ErrorName
	}{
		{`{"Tunnel":"a"}`, "tunnel", strictjson.ErrMissingField}, // Go alone would take another case
		{`{"tunnel":"a","x":1}`, "x", strictjson.ErrUnknownField},
		{`{"tunnel":null}`, "tunnel", strictjson.ErrBadType},
		{`{"tunnel":1}`, "tunnel", strictjson.ErrBadType},
		{`[]`, "", strictjson.ErrBadType},
		{`{"tunnel":"a"} {}`, "", strictjson.ErrBadMessage},
		{`{"tunnel":`, "", strictjson.ErrBadMessage},
		{`{"tunnel":"a","port":1.5}`, "port", strictjson.ErrBadType},
		{`{"tunnel":"a","port":"1"}`, "port", strictjson.ErrBadType},
		{`{"tunnel":"a","port":99999999999999999999}`, "port", strictjson.ErrBadType},
		{`{"tunnel":"a","bytes":-1}`, "bytes", strictjson.ErrBadType},
		{`{"tunnel":"a","secret":null}`, "secret", strictjson.ErrBadType},
	} {
		var m message
		var e *strictjson.Error
		if err := strictjson.Decode([]byte(tt.json), &m); !errors.As(err, &e) || e.Name != tt.name || e.Field != tt.field {
			t.Errorf("%s: got %v; want %s at %q", tt.json, err, tt.name, tt.field)
		}
	}
	var m message
	if err := strictjson.Decode([]byte(`{"tunnel":"a","port":-1,"bytes":18446744073709551615}`), &m); err != nil || m.Port != -1 || m.Bytes != 1<<64-1 {
		t.Errorf("got %+v, %v", m, err)
	}
}

func TestErrorsAreAskedByName(t *testing.T) {
	err := strictjson.Decode([]byte(`{}`), new(message))
	if !errors.Is(err, &strictjson.Error{Name: strictjson.ErrMissingField}) || errors.Is(err, &strictjson.Error{Name: strictjson.ErrBadType}) {
		t.Errorf("got %v", err)
	}
}

func TestSecretsAreNotQuoted(t *testing.T) {
	err := strictjson.Decode([]byte(`{"tunnel":"a","secret":["c2VjcmV0"]}`), new(message))
	var e *strictjson.Error
	if !errors.As(err, &e) || e.Quoted != "" {
		t.Errorf("got %v", err)
	}
}
