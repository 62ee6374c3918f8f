package proto

import (
	"errors"
	"testing"

	"mooring.dev/helpers/internal/plan"
)

// The table of bad values is protocol/fixtures/invalid, which this package's fixture test reads; here stand the
// edges that a fixture would not show.

func TestParseEndpoint(t *testing.T) {
	for text, want := range map[string]plan.Endpoint{
		"1.2.3.4:23450":         {Host: "1.2.3.4", Port: 23450},
		"[2001:DB8::1]:1":       {Host: "2001:db8::1", Port: 1},
		"Hub.Example:65535":     {Host: "hub.example", Port: 65535},
		"localhost:5":           {Host: "localhost", Port: 5},
		"1a.2b:5":               {Host: "1a.2b", Port: 5},
		"hub.example.:5":        {Host: "hub.example.", Port: 5},
		"xn--bcher-kva.test:53": {Host: "xn--bcher-kva.test", Port: 53},
	} {
		if got, err := ParseEndpoint(text); err != nil || got != want {
			t.Errorf("%q: got %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", ":", ":1", "a", "a:", "a:0", "a:65536", "a:+1", "a: 1", "::1:1", "[::1:1", "[1.2.3.4]:1",
		"1.2.3:4", "256.1.1.1:4", "-a:1", "a-:1", "a..b:1", "a_b:1", "a b:1", "[fe80::1%eth0]:1", "[fe80::1]:1", "[::ffff:1.2.3.4]:5", "a:01", ".:1", "0.0.0.0:1", "[::]:1", "224.0.0.1:1", "[ff02::1]:1"} {
		if got, err := ParseEndpoint(text); err == nil {
			t.Errorf("%q was taken as %+v", text, got)
		}
	}
}

func TestParseMAC(t *testing.T) {
	got, err := ParseMAC("12:AB:34:cd:56:ef")
	if err != nil || got != [6]byte{0x12, 0xab, 0x34, 0xcd, 0x56, 0xef} {
		t.Fatalf("got %x, %v", got, err)
	}
	for _, text := range []string{"", "12:ab:34:cd:56", "12:ab:34:cd:56:ef:00", "12-ab-34-cd-56-ef", "1:ab:34:cd:56:ef", "12:ab:34:cd:56:+f",
		"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "13:ab:34:cd:56:ef", "zz:ab:34:cd:56:ef"} {
		if got, err := ParseMAC(text); err == nil {
			t.Errorf("%q was taken as %x", text, got)
		}
	}
}

func TestParseLinkAddress(t *testing.T) {
	for _, text := range []string{"172.16.0.2/24", "10.0.0.1/8", "10.0.0.0/31"} {
		if _, err := parseLinkAddress(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"", "172.16.0.2", "172.16.0.0/24", "172.16.0.255/24", "172.16.0.2/33", "fd00::2/64", "0.0.0.0/0", "127.0.0.1/8", "224.0.0.1/24", "10.0.0.1/7"} {
		if got, err := parseLinkAddress(text); err == nil {
			t.Errorf("%q was taken as %v", text, got)
		}
	}
}

func TestDecodeIsStricterThanGo(t *testing.T) {
	for _, tt := range []struct {
		json, field string
		name        ErrorName
	}{
		{`{"Tunnel":"a"}`, "tunnel", ErrMissingField}, // Go alone would take another case
		{`{"tunnel":"a","x":1}`, "x", ErrUnknownField},
		{`{"tunnel":null}`, "tunnel", ErrBadType},
		{`{"tunnel":1}`, "tunnel", ErrBadType},
		{`[]`, "", ErrBadType},
		{`{"tunnel":"a"} {}`, "", ErrBadMessage},
		{`{"tunnel":`, "", ErrBadMessage},
	} {
		var p TunnelName
		var e *Error
		if err := Decode([]byte(tt.json), &p); !errors.As(err, &e) || e.Name != tt.name || e.Field != tt.field {
			t.Errorf("%s: got %v; want %s at %q", tt.json, err, tt.name, tt.field)
		}
	}
}

func TestSecretsAreNotQuoted(t *testing.T) {
	var p KeysPutParams
	err := Decode([]byte(`{"privateKey":["c2VjcmV0"]}`), &p)
	var e *Error
	if !errors.As(err, &e) || e.Quoted != "" {
		t.Errorf("got %v", err)
	}
}

func FuzzDecodeSet(f *testing.F) {
	f.Add([]byte(`{"desired":null}`))
	f.Add([]byte(`{"desired":{"tunnels":[{"name":"home"}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p SetParams
		if Decode(data, &p) == nil {
			p.Desired.Parse() // must not panic
		}
	})
}
