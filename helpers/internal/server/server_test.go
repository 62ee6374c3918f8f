package server

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mooring.dev/helpers/internal/auth"
	"mooring.dev/helpers/internal/keystore"
	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/proto"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeReconciler remembers what was set and lets a test publish snapshots.
type fakeReconciler struct {
	set     []plan.Tunnel
	sets    int
	status  proto.Status
	changes chan proto.Status
}

func (f *fakeReconciler) Set(_ context.Context, t []plan.Tunnel) (bool, error) {
	f.sets++
	f.set = t
	return true, nil
}
func (f *fakeReconciler) Status() proto.Status { return f.status }
func (f *fakeReconciler) Subscribe() (proto.Status, <-chan proto.Status, func()) {
	return f.status, f.changes, func() {}
}
func (f *fakeReconciler) Probe(_ context.Context, name string) (proto.Reachability, error) {
	return proto.Reachability{}, &proto.Error{Name: proto.ErrNoSuchTunnel, Quoted: name, Message: "no tunnel of this name is up"}
}
func (f *fakeReconciler) Stats() proto.Stats {
	return proto.Stats{Tunnels: []proto.TunnelStats{}}
}
func (f *fakeReconciler) Engines() []proto.Engine {
	return []proto.Engine{{Kind: "kernel", Lacks: []string{}}}
}
func (f *fakeReconciler) UsesKey(k plan.Key) bool {
	for _, t := range f.set {
		if t.PublicKey == k {
			return true
		}
	}
	return false
}

type policy bool

func (p policy) MayChange(auth.Peer) (bool, string) { return bool(p), "the test says so" }

// world is a server on a real socket in a directory of its own.
type world struct {
	*fakeReconciler
	path string
	keys *keystore.Store
	log  *strings.Builder
}

func start(t *testing.T, may bool) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{
		fakeReconciler: &fakeReconciler{status: proto.Status{Version: "1", Tunnels: []proto.TunnelStatus{}}, changes: make(chan proto.Status, 1)},
		path:           filepath.Join(dir, "run", "helper.sock"),
		log:            &strings.Builder{},
	}
	var err error
	if w.keys, err = keystore.Open(filepath.Join(dir, "keys")); err != nil {
		t.Fatal(err)
	}
	l, err := Listen(w.path)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Reconciler: w.fakeReconciler, Keys: w.keys, Policy: policy(may), Version: "1.2.3",
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return w
}

// client speaks frames by hand, so that it can also speak them wrongly.
type client struct {
	t  *testing.T
	c  net.Conn
	br *bufio.Reader
	id int
}

func (w *world) dial(t *testing.T) *client {
	t.Helper()
	c, err := net.Dial("unix", w.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(5 * time.Second))
	return &client{t: t, c: c, br: bufio.NewReader(c)}
}

type message struct {
	ID     *int            `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string          `json:"message"`
		Data    proto.ErrorData `json:"data"`
	} `json:"error"`
}

func (c *client) read() (message, error) {
	var n int
	if _, err := fmt.Fscanf(c.br, "Content-Length: %d\r\n\r\n", &n); err != nil {
		return message{}, err
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(c.br, body); err != nil {
		return message{}, err
	}
	var m message
	return m, json.Unmarshal(body, &m)
}

func (c *client) next() message {
	c.t.Helper()
	m, err := c.read()
	if err != nil {
		c.t.Fatal(err)
	}
	return m
}

func (c *client) send(body string) {
	c.t.Helper()
	if _, err := fmt.Fprintf(c.c, "Content-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) call(method, params string) message {
	c.t.Helper()
	c.id++
	c.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, c.id, method, params))
	return c.next()
}

const goodTunnel = `{"name":"home","publicKey":"%s","listenPort":0,"address":"172.16.0.2/24","hub":{"publicKey":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=","endpoint":"1.2.3.4:23450","address":"172.16.0.1"},"mac":"12:ab:34:cd:56:ef","prefix":null,"txOffload":"off","engine":"auto"}`

func TestHelloComesFirst(t *testing.T) {
	m := start(t, true).dial(t).next()
	var h proto.Hello
	if err := proto.Decode(m.Params, &h); err != nil || m.Method != proto.NotifyHello || h.Protocol != proto.Version || h.Access != proto.AccessWrite || h.Version != "1.2.3" {
		t.Errorf("got %+v, %v", m, err)
	}
}

func TestSocketIsBornOpenToAll(t *testing.T) {
	w := start(t, true)
	st, err := os.Stat(w.path)
	if err != nil || st.Mode().Perm() != 0o666 {
		t.Errorf("got %v, %v", st.Mode(), err)
	}
}

func TestKeysGoInAndNeverOut(t *testing.T) {
	w := start(t, true)
	c := w.dial(t)
	c.next()
	const private = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eH0A="
	m := c.call("keys.put", fmt.Sprintf(`{"privateKey":%q,"presharedKey":%q}`, private, private))
	var k proto.PublicKey
	if err := proto.Decode(m.Result, &k); err != nil {
		t.Fatal(err, m.Error)
	}
	m = c.call("set", fmt.Sprintf(`{"desired":{"tunnels":[`+goodTunnel+`]}}`, k.PublicKey))
	if string(m.Result) != `{"changed":true}` || len(w.set) != 1 {
		t.Fatalf("got %s %+v", m.Result, m.Error)
	}
	all := []message{
		c.call("keys.list", `{}`), c.call("status", `{}`), c.call("stats", `{}`),
		c.call("keys.delete", fmt.Sprintf(`{"publicKey":%q}`, k.PublicKey)),
		c.call("keys.put", `{"privateKey":"`+private[:20]+`"}`),
	}
	if all[3].Error.Data.Name != proto.ErrKeyInUse || all[4].Error.Data.Name != proto.ErrBadKey || all[4].Error.Data.Quoted != "" {
		t.Errorf("got %+v, %+v", all[3].Error, all[4].Error)
	}
	said, _ := json.Marshal(all)
	if strings.Contains(string(said), private[:20]) || strings.Contains(w.log.String(), private[:20]) {
		t.Error("a private key was said")
	}
	c.call("set", `{"desired":null}`)
	if m := c.call("keys.delete", fmt.Sprintf(`{"publicKey":%q}`, k.PublicKey)); string(m.Result) != `{"deleted":true}` {
		t.Errorf("got %s", m.Result)
	}
}

func TestReaderChangesNothing(t *testing.T) {
	w := start(t, false)
	endpoint := "1.2.3.4:23450"
	w.status.Tunnels = []proto.TunnelStatus{{Name: "home", PublicKey: "k", Endpoint: &endpoint, Underlay: &proto.Underlay{Interface: "wlan0"}}}
	c := w.dial(t)
	if m := c.next(); !strings.Contains(string(m.Params), `"access":"read"`) {
		t.Errorf("hello: %s", m.Params)
	}
	for method, params := range map[string]string{
		"set": `{"desired":null}`, "probe": `{"tunnel":"home"}`, "keys.put": `{"privateKey":"x"}`, "keys.list": `{}`, "keys.delete": `{"publicKey":"x"}`,
	} {
		if m := c.call(method, params); m.Error == nil || m.Error.Data.Name != proto.ErrNotAuthorised || m.Error.Data.Quoted != method {
			t.Errorf("%s: got %+v", method, m)
		}
	}
	if w.sets != 0 {
		t.Error("something was set")
	}
	var st proto.Status
	if err := json.Unmarshal(c.call("status", `{}`).Result, &st); err != nil || st.Tunnels[0].Endpoint != nil || st.Tunnels[0].Underlay != nil || st.Tunnels[0].PublicKey != "" {
		t.Errorf("not redacted: %+v, %v", st, err)
	}
	if w.status.Tunnels[0].Endpoint == nil {
		t.Error("redacting changed the reconciler's own status")
	}
}

func TestSubscriberGetsSnapshotThenChanges(t *testing.T) {
	w := start(t, true)
	c := w.dial(t)
	c.next()
	c.send(`{"jsonrpc":"2.0","id":1,"method":"subscribe"}`)
	var got []string
	for len(got) < 2 {
		switch m := c.next(); {
		case m.ID != nil:
			if string(m.Result) != "{}" {
				t.Errorf("subscribe answered %s", m.Result)
			}
		default:
			got = append(got, string(m.Params))
			w.changes <- proto.Status{Version: "2", Tunnels: []proto.TunnelStatus{}}
		}
	}
	want := []string{`{"status":{"version":"1","tunnels":[]}}`, `{"status":{"version":"2","tunnels":[]}}`}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %s", got)
	}
}

func TestBrokenMessagesAreNamedAndPassedOver(t *testing.T) {
	c := start(t, true).dial(t)
	c.next()
	for body, want := range map[string]proto.ErrorName{
		`{`:                              proto.ErrBadMessage,
		`[]`:                             proto.ErrBadMessage,
		`{"jsonrpc":"1.0","method":"x"}`: proto.ErrBadMessage,
		`{"jsonrpc":"2.0","id":7,"method":"rm","params":{}}`:                  proto.ErrUnknownMethod,
		`{"jsonrpc":"2.0","id":7,"method":"rpc.serverInfo"}`:                  proto.ErrUnknownMethod,
		`{"jsonrpc":"2.0","id":7,"method":"status","params":{"path":"/etc"}}`: proto.ErrUnknownField,
		`{"jsonrpc":"2.0","id":7,"method":"set"}`:                             proto.ErrMissingField,
		`{"jsonrpc":"2.0","id":7,"method":"probe","params":{"tunnel":"x"}}`:   proto.ErrNoSuchTunnel,
	} {
		c.send(body)
		if m := c.next(); m.Error == nil || m.Error.Data.Name != want {
			t.Errorf("%s: got %+v, want %s", body, m.Error, want)
		}
	}
	if m := c.call("status", `{}`); m.Error != nil {
		t.Errorf("the connection did not survive: %+v", m.Error)
	}
}

func TestBrokenFrameEndsItsConnectionAlone(t *testing.T) {
	w := start(t, true)
	other := w.dial(t)
	other.next()
	c := w.dial(t)
	c.next()
	fmt.Fprintf(c.c, "Content-Length: %d\r\n\r\n", proto.MaxFrame+1)
	if m := c.next(); m.Error == nil || m.Error.Data.Name != proto.ErrFrameTooLarge || m.Error.Data.Quoted != "65537" {
		t.Errorf("got %+v", m)
	}
	if _, err := c.br.ReadByte(); err != io.EOF {
		t.Errorf("the connection goes on: %v", err)
	}
	half := w.dial(t)
	half.next()
	fmt.Fprint(half.c, "Content-Length: 100\r\n\r\n{")
	half.c.Close()
	if m := other.call("status", `{}`); m.Error != nil {
		t.Errorf("another connection suffered: %+v", m.Error)
	}
}

func TestOneUserCannotTakeAllConnections(t *testing.T) {
	w := start(t, true)
	for range maxPerUID {
		w.dial(t).next()
	}
	if _, err := w.dial(t).read(); err == nil {
		t.Error("one more was let in")
	}
}
