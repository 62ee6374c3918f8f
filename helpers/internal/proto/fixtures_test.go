package proto

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// fixture is a file below protocol/fixtures, which the TypeScript tests read too.
type fixture struct {
	Def    string          `json:"def"`
	Value  json.RawMessage `json:"value"`
	Schema *bool           `json:"schema"` // false: the schema language cannot say what is wrong
	Error  *struct {
		Name   ErrorName `json:"name"`
		Field  string    `json:"field"`
		Quoted string    `json:"quoted"`
	} `json:"error"`
}

// messages are the Go types of the schema's definitions.
var messages = map[string]func() any{
	"empty": func() any { return new(Empty) }, "hello": func() any { return new(Hello) },
	"statusParams": func() any { return new(Empty) }, "status": func() any { return new(Status) },
	"subscribeParams": func() any { return new(Empty) }, "subscribeResult": func() any { return new(Empty) },
	"changed": func() any { return new(Changed) }, "setParams": func() any { return new(SetParams) },
	"setResult": func() any { return new(SetResult) }, "probeParams": func() any { return new(TunnelName) },
	"probeResult": func() any { return new(Reachability) }, "statsParams": func() any { return new(Empty) },
	"stats": func() any { return new(Stats) }, "keysPutParams": func() any { return new(KeysPutParams) },
	"keysPutResult": func() any { return new(PublicKey) }, "keysListParams": func() any { return new(Empty) },
	"keysListResult": func() any { return new(KeysList) }, "keysDeleteParams": func() any { return new(PublicKey) },
	"keysDeleteResult": func() any { return new(KeysDeleteResult) }, "errorData": func() any { return new(ErrorData) },
}

// requests are the definitions whose values a client sends, which the helper therefore checks.
var requests = map[string]bool{"setParams": true, "probeParams": true, "keysPutParams": true, "keysDeleteParams": true,
	"statusParams": true, "subscribeParams": true, "statsParams": true, "keysListParams": true, "empty": true}

const protocolDir = "../../../protocol"

func eachFixture(t *testing.T, kind string, f func(t *testing.T, fx fixture, schema *jsonschema.Schema)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(protocolDir, "fixtures", kind, "*.json"))
	if err != nil || len(files) < 10 {
		t.Fatalf("only %d fixtures, %v", len(files), err)
	}
	compiler := jsonschema.NewCompiler()
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var fx fixture
			if err := json.Unmarshal(data, &fx); err != nil {
				t.Fatal(err)
			}
			schema, err := compiler.Compile(filepath.Join(protocolDir, "helper.schema.json") + "#/$defs/" + fx.Def)
			if err != nil {
				t.Fatal(err)
			}
			if messages[fx.Def] == nil {
				t.Fatalf("no Go type for %s", fx.Def)
			}
			f(t, fx, schema)
		})
	}
}

func schemaError(t *testing.T, schema *jsonschema.Schema, value []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(value))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(v)
}

func TestValidFixtures(t *testing.T) {
	eachFixture(t, "valid", func(t *testing.T, fx fixture, schema *jsonschema.Schema) {
		msg := messages[fx.Def]()
		if err := Decode(fx.Value, msg); err != nil {
			t.Fatal(err)
		}
		if err := check(msg); err != nil {
			t.Fatal(err)
		}
		encoded, err := json.Marshal(msg)
		if err != nil {
			t.Fatal(err)
		}
		var want, got any
		if err := errors.Join(json.Unmarshal(fx.Value, &want), json.Unmarshal(encoded, &got)); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(want, got) {
			t.Errorf("encoded as %s", encoded)
		}
		if err := schemaError(t, schema, encoded); err != nil {
			t.Error(err)
		}
	})
}

func TestInvalidFixtures(t *testing.T) {
	eachFixture(t, "invalid", func(t *testing.T, fx fixture, schema *jsonschema.Schema) {
		if fx.Schema == nil && schemaError(t, schema, fx.Value) == nil {
			t.Error("the schema lets it pass")
		}
		if !requests[fx.Def] {
			return // the helper sends these and never reads one
		}
		msg := messages[fx.Def]()
		err := Decode(fx.Value, msg)
		if err == nil {
			err = check(msg)
		}
		var e *Error
		if !errors.As(err, &e) {
			t.Fatalf("got %v, want %s", err, fx.Error.Name)
		}
		if e.Name != fx.Error.Name || e.Field != fx.Error.Field || e.Quoted != fx.Error.Quoted {
			t.Errorf("got %s at %q quoting %q; want %s at %q quoting %q", e.Name, e.Field, e.Quoted, fx.Error.Name, fx.Error.Field, fx.Error.Quoted)
		}
	})
}

// check runs the checks of values that the message's kind has.
func check(msg any) error {
	switch m := msg.(type) {
	case *SetParams:
		_, err := m.Desired.Parse()
		return err
	case *KeysPutParams:
		_, err := m.Parse()
		return err
	case *PublicKey:
		_, err := m.Parse()
		return err
	case *TunnelName:
		_, err := m.Parse()
		return err
	}
	return nil
}
