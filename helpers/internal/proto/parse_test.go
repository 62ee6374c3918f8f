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
