package server

import (
	"context"
	"errors"
	"sync"

	"github.com/creachadair/jrpc2"
	"github.com/creachadair/jrpc2/handler"

	"mooring.dev/helpers/internal/auth"
	"mooring.dev/helpers/internal/proto"
)

// Error codes outside JSON-RPC's own. Clients go by the name in the error's data, never by these.
const (
	codeRefused       jrpc2.Code = 1
	codeNotAuthorised jrpc2.Code = 2
)

// session is one connection.
type session struct {
	*Server
	peer   auth.Peer
	access proto.Access // at connect; changes ask the policy again
	rpc    *jrpc2.Server

	subscribe sync.Once
	pushes    sync.WaitGroup
}

// assigner gives the method table. conn ends with the connection.
func (ses *session) assigner(conn context.Context) jrpc2.Assigner {
	return strictMap{
		proto.MethodStatus:    handle(ses, false, ses.status),
		proto.MethodSubscribe: handle(ses, false, func(_ context.Context, _ proto.Empty) (any, error) { return ses.start(conn) }),
		proto.MethodStats:     handle(ses, false, func(context.Context, proto.Empty) (any, error) { return ses.Reconciler.Stats(), nil }),
		proto.MethodSet:       handle(ses, true, ses.set),
		proto.MethodProbe: handle(ses, true, func(ctx context.Context, p proto.TunnelName) (any, error) {
			name, err := p.Parse()
			if err != nil {
				return nil, err
			}
			return ses.Reconciler.Probe(ctx, name)
		}),
		proto.MethodKeysPut:    handle(ses, true, ses.keysPut),
		proto.MethodKeysList:   handle(ses, true, ses.keysList),
		proto.MethodKeysDelete: handle(ses, true, ses.keysDelete),
	}
}

// strictMap is a handler.Map that refuses unknown methods by name.
type strictMap handler.Map

func (m strictMap) Assign(_ context.Context, method string) jrpc2.Handler {
	if h, ok := m[method]; ok {
		return h
	}
	return func(context.Context, *jrpc2.Request) (any, error) {
		e := &proto.Error{Name: proto.ErrUnknownMethod, Quoted: proto.Quote(method), Message: "no such method"}
		return nil, wireError(e, jrpc2.MethodNotFound)
	}
}

// handle decodes strictly, asks the policy where the method changes something, and gives every error its name.
func handle[P any](ses *session, changes bool, f func(context.Context, P) (any, error)) jrpc2.Handler {
	return func(ctx context.Context, req *jrpc2.Request) (any, error) {
		if changes {
			if may, why := ses.Policy.MayChange(ses.peer); !may {
				ses.Log.Info("refused", "method", req.Method(), "uid", ses.peer.UID, "because", why)
				e := &proto.Error{Name: proto.ErrNotAuthorised, Quoted: req.Method(), Message: why}
				return nil, wireError(e, codeNotAuthorised)
			}
		}
		raw := req.ParamString()
		if raw == "" {
			raw = "{}"
		}
		var p P
		if err := proto.Decode([]byte(raw), &p); err != nil {
			return nil, named(err, jrpc2.InvalidParams)
		}
		result, err := f(ctx, p)
		if err != nil {
			ses.Log.Info("request failed", "method", req.Method(), "uid", ses.peer.UID, "err", err)
			return nil, named(err, codeRefused)
		}
		return result, nil
	}
}

func named(err error, code jrpc2.Code) error {
	var e *proto.Error
	if !errors.As(err, &e) {
		e = &proto.Error{Name: proto.ErrInternal, Message: err.Error()}
	}
	return wireError(e, code)
}

func (ses *session) status(context.Context, proto.Empty) (any, error) {
	return ses.redact(ses.Reconciler.Status()), nil
}

func (ses *session) set(ctx context.Context, p proto.SetParams) (any, error) {
	tunnels, err := p.Desired.Parse()
	if err != nil {
		return nil, err
	}
	changed, err := ses.Reconciler.Set(ctx, tunnels)
	return proto.SetResult{Changed: changed}, err
}

func (ses *session) keysPut(_ context.Context, p proto.KeysPutParams) (any, error) {
	s, err := p.Parse()
	if err != nil {
		return nil, err
	}
	public, err := ses.Keys.Put(s)
	return proto.PublicKey{PublicKey: public.String()}, err
}

func (ses *session) keysList(context.Context, proto.Empty) (any, error) {
	keys, err := ses.Keys.List()
	out := proto.KeysList{Keys: []proto.PublicKey{}}
	for _, k := range keys {
		out.Keys = append(out.Keys, proto.PublicKey{PublicKey: k.String()})
	}
	return out, err
}

func (ses *session) keysDelete(_ context.Context, p proto.PublicKey) (any, error) {
	k, err := p.Parse()
	if err != nil {
		return nil, err
	}
	if ses.Reconciler.UsesKey(k) {
		return nil, &proto.Error{Name: proto.ErrKeyInUse, Field: "publicKey", Quoted: p.PublicKey, Message: "a tunnel that is up uses this key"}
	}
	deleted, err := ses.Keys.Delete(k)
	return proto.KeysDeleteResult{Deleted: deleted}, err
}

// start sends the present snapshot and every later one as notifications, until the connection ends. The answer is
// empty: were the snapshot in it, a later one could overtake it. Subscribing again changes nothing.
func (ses *session) start(conn context.Context) (any, error) {
	ses.subscribe.Do(func() {
		snapshot, changes, cancel := ses.Reconciler.Subscribe()
		ses.pushes.Go(func() {
			defer cancel()
			for st, ok := snapshot, true; ok; {
				if ses.rpc.Notify(conn, proto.NotifyChanged, proto.Changed{Status: ses.redact(st)}) != nil {
					return
				}
				select {
				case <-conn.Done():
					return
				case st, ok = <-changes:
				}
			}
		})
	})
	return proto.Empty{}, nil
}

// redact hides from readers where the laptop is and which key it uses.
func (ses *session) redact(s proto.Status) proto.Status {
	if ses.access == proto.AccessWrite {
		return s
	}
	tunnels := make([]proto.TunnelStatus, len(s.Tunnels))
	for i, t := range s.Tunnels {
		t.PublicKey, t.Underlay, t.Endpoint = "", nil, nil
		tunnels[i] = t
	}
	s.Tunnels = tunnels
	return s
}
