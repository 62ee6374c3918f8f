package config_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"mooring.dev/helpers/internal/hub/config"
	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/strictjson"
)

const protocolDir = "../../../../protocol"

// fixture is a file below protocol/fixtures/hub, which the TypeScript tests read too.
type fixture struct {
	Value  json.RawMessage `json:"value"`
	Schema *bool           `json:"schema"` // false: the schema language cannot say what is wrong
	Error  *struct {
		Name   strictjson.ErrorName `json:"name"`
		Field  string               `json:"field"`
		Quoted string               `json:"quoted"`
	} `json:"error"`
}

func eachFixture(t *testing.T, kind string, least int, f func(t *testing.T, fx fixture, bySchema error)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(protocolDir, "fixtures/hub", kind, "*.json"))
	if err != nil || len(files) < least {
		t.Fatalf("only %d fixtures, %v", len(files), err)
	}
	schema := compile(t)
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var fx fixture
			if err := json.Unmarshal(data, &fx); err != nil {
				t.Fatal(err)
			}
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(fx.Value))
			if err != nil {
				t.Fatal(err)
			}
			f(t, fx, schema.Validate(v))
		})
	}
}

// compile reads both schemas, because the hub's uses definitions of the helper's.
func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	var id string
	for _, name := range []string{"helper", "hub"} {
		data, err := os.ReadFile(filepath.Join(protocolDir, name+".schema.json"))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		id = doc.(map[string]any)["$id"].(string)
		if err := compiler.AddResource(id, doc); err != nil {
			t.Fatal(err)
		}
	}
	schema, err := compiler.Compile(id)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestValidFixtures(t *testing.T) {
	eachFixture(t, "valid", 10, func(t *testing.T, fx fixture, bySchema error) {
		if bySchema != nil {
			t.Error(bySchema)
		}
		if _, err := config.Parse(fx.Value); err != nil {
			t.Error(err)
		}
	})
}

func TestInvalidFixtures(t *testing.T) {
	eachFixture(t, "invalid", 100, func(t *testing.T, fx fixture, bySchema error) {
		if fx.Schema == nil && bySchema == nil {
			t.Error("the schema lets it pass")
		}
		c, err := config.Parse(fx.Value)
		var e *strictjson.Error
		if !errors.As(err, &e) || !reflect.DeepEqual(c, config.Config{}) {
			t.Fatalf("got %+v, %v; want %s", c, err, fx.Error.Name)
		}
		if e.Name != fx.Error.Name || e.Field != fx.Error.Field || e.Quoted != fx.Error.Quoted {
			t.Errorf("got %s at %q quoting %q; want %s at %q quoting %q", e.Name, e.Field, e.Quoted, fx.Error.Name, fx.Error.Field, fx.Error.Quoted)
		}
	})
}

func whole(t *testing.T) config.Config {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(protocolDir, "fixtures/hub/valid/whole.json"))
	if err != nil {
		t.Fatal(err)
	}
	var fx fixture
	if err := json.Unmarshal(data, &fx); err != nil {
		t.Fatal(err)
	}
	c, err := config.Parse(fx.Value)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatIsRead(t *testing.T) {
	c := whole(t)
	router := netip.MustParseAddr("2001:db8::1")
	if c.Engine != plan.EngineUserspace || c.ListenPort != 23450 || c.Address.String() != "172.16.0.1/24" || c.Masquerade != "eth0" ||
		c.Bridge.Name != "taps_bridge" || fmt.Sprint(c.Bridge.Addresses) != "[2001:db8::1/64 192.168.0.1/16]" ||
		c.Advertise.Prefix.String() != "2001:db8::/64" || c.Advertise.Router != router || len(c.Advertise.RDNSS) != 1 {
		t.Errorf("got %+v", c)
	}
	office, laptop := c.Devices[0], c.Devices[1]
	if office.MAC != [6]byte{0x12, 0xab, 0x34, 0xcd, 0x56, 0xef} || laptop.MAC != [6]byte{} || laptop.Address.String() != "172.16.0.3" {
		t.Errorf("got %+v", c.Devices)
	}
}

func TestPortNames(t *testing.T) {
	for name, want := range map[string]string{
		"office":     "gretap_office",
		"12345678":   "gretap_12345678",
		"123456789":  "gretap_123cxrlb",
		"1234567890": "gretap_123y526p",
	} {
		if got := (config.Device{Name: name}).Port(); got != want || len(got) > 15 {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// Two names of which one is as another is shortened to cannot both be there.
func TestPortsThatAreTheSame(t *testing.T) {
	long := "a-rather-long-name"
	short := strings.TrimPrefix(config.Device{Name: long}.Port(), "gretap_")
	text := fmt.Sprintf(`{"engine":"userspace","privateKeyFile":"/k","listenPort":1,"address":"10.0.0.1/24","bridge":{"name":"b","addresses":[]},
		"devices":[{"name":%q,"publicKey":%q,"address":"10.0.0.2"},{"name":%q,"publicKey":%q,"address":"10.0.0.3"}]}`,
		long, plan.Key{1}.String(), short, plan.Key{2}.String())
	var e *strictjson.Error
	if _, err := config.Parse([]byte(text)); !errors.As(err, &e) || e.Name != config.ErrDuplicate || e.Field != "devices[1].name" {
		t.Errorf("got %v", err)
	}
}

func TestMoreDevicesThanABridgeHasPorts(t *testing.T) {
	for n, want := range map[int]bool{config.MaxDevices: true, config.MaxDevices + 1: false} {
		var devices []string
		for i := range n {
			devices = append(devices, fmt.Sprintf(`{"name":"d%d","publicKey":%q,"address":"10.1.%d.%d"}`,
				i, plan.Key{byte(i), byte(i >> 8)}.String(), i>>8, i&0xff))
		}
		text := fmt.Sprintf(`{"engine":"userspace","privateKeyFile":"/k","listenPort":1,"address":"10.0.0.1/8",
			"bridge":{"name":"b","addresses":[]},"devices":[%s]}`, strings.Join(devices, ","))
		_, err := config.Parse([]byte(text))
		if errors.Is(err, &strictjson.Error{Name: config.ErrTooMany}) == want || want != (err == nil) {
			t.Errorf("%d devices: got %v", n, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob(filepath.Join(protocolDir, "fixtures/hub/*/*.json"))
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		var fx fixture
		if err := json.Unmarshal(data, &fx); err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(fx.Value))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := config.Parse(text)
		if err != nil && !reflect.DeepEqual(c, config.Config{}) {
			t.Errorf("half a configuration: %+v", c)
		}
	})
}
