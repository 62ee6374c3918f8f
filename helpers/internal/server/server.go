package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/creachadair/jrpc2"

	"mooring.dev/helpers/internal/auth"
	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/proto"
)

// Reconciler is what the server needs of reconcile.Manager.
type Reconciler interface {
	Set(ctx context.Context, tunnels []plan.Tunnel) (changed bool, err error)
	Status() proto.Status
	Subscribe() (snapshot proto.Status, changes <-chan proto.Status, cancel func())
	Probe(ctx context.Context, name string) (proto.Reachability, error)
	Stats() proto.Stats
	Engines() []proto.Engine
	UsesKey(plan.Key) bool
}

// Keys is what the server needs of keystore.Store. It has no way to read a secret.
type Keys interface {
	Put(plan.Secrets) (plan.Key, error)
	List() ([]plan.Key, error)
	Delete(plan.Key) (bool, error)
}

// Policy is what the server needs of auth.Policy.
type Policy interface {
	MayChange(auth.Peer) (bool, string)
}

// maxPerUID bounds the connections of one user, so that nobody shuts the others out.
const maxPerUID = 32

// Server answers connections. Its fields are set once, before Serve.
type Server struct {
	Reconciler Reconciler
	Keys       Keys
	Policy     Policy
	Version    string
	Log        *slog.Logger

	mu   sync.Mutex
	open map[uint32]int // connections by uid; guarded by mu
}

// Serve accepts connections on l until ctx ends, then closes l and every connection and waits for their handlers.
func (s *Server) Serve(ctx context.Context, l *net.UnixListener) error {
	var all sync.WaitGroup
	defer all.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(ctx, func() { l.Close() })
	for {
		c, err := l.AcceptUnix()
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil: // out of file descriptors, say: it passes
			s.Log.Warn("accept failed", "err", err)
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
			continue
		}
		all.Go(func() { s.serve(ctx, c) })
	}
}

func (s *Server) serve(ctx context.Context, c *net.UnixConn) {
	defer c.Close()
	peer, err := auth.PeerOf(c)
	if err != nil {
		s.Log.Warn("refused a connection without credentials", "err", err)
		return
	}
	if !s.enter(peer.UID) {
		s.Log.Warn("refused a connection: too many of this user", "uid", peer.UID)
		return
	}
	defer s.leave(peer.UID)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	ses := &session{Server: s, peer: peer, access: proto.AccessRead}
	may, why := s.Policy.MayChange(peer)
	if may {
		ses.access = proto.AccessWrite
	}
	s.Log.Debug("connected", "uid", peer.UID, "pid", peer.PID, "access", ses.access, "because", why)

	ch := &checkedChannel{Channel: proto.NewChannel(c)}
	hello := proto.Hello{Protocol: proto.Version, Version: s.Version, Access: ses.access, Engines: s.Reconciler.Engines()}
	if err := ch.notify(proto.NotifyHello, hello); err != nil {
		return
	}
	ses.rpc = jrpc2.NewServer(ses.assigner(ctx), &jrpc2.ServerOptions{
		AllowPush:      true,
		DisableBuiltin: true,
		Concurrency:    4,
		NewContext:     func() context.Context { return ctx },
	})
	ses.rpc.Start(ch)
	stop := context.AfterFunc(ctx, ses.rpc.Stop)
	defer stop()
	if err := ses.rpc.Wait(); err != nil && ctx.Err() == nil {
		s.Log.Debug("connection ended", "uid", peer.UID, "pid", peer.PID, "err", err)
	}
	cancel()
	ses.pushes.Wait()
}

func (s *Server) enter(uid uint32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[uint32]int{}
	}
	if s.open[uid] >= maxPerUID {
		return false
	}
	s.open[uid]++
	return true
}

func (s *Server) leave(uid uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[uid]--; s.open[uid] == 0 {
		delete(s.open, uid)
	}
}

// checkedChannel answers what breaks the protocol by name before the JSON-RPC library sees it: a broken frame is
// answered and ends the connection, a broken message is answered and passed over.
type checkedChannel struct {
	*proto.Channel
	mu sync.Mutex // guards Send: answers of ours and of the library's must not mix
}

func (ch *checkedChannel) Send(msg []byte) error {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	return ch.Channel.Send(msg)
}

func (ch *checkedChannel) Recv() ([]byte, error) {
	for {
		msg, err := ch.Channel.Recv()
		var broken *proto.Error
		switch {
		case errors.As(err, &broken):
			ch.refuse(broken)
			return nil, err
		case err != nil:
			return nil, err
		}
		var head struct {
			Version string `json:"jsonrpc"`
		}
		if err := json.Unmarshal(msg, &head); err == nil && head.Version == "2.0" {
			return msg, nil
		}
		ch.refuse(&proto.Error{Name: proto.ErrBadMessage, Message: "not a JSON-RPC 2.0 object"})
	}
}

// refuse answers without an id, since none could be read (JSON-RPC 2.0 section 5). A failed send shows at the
// next read.
func (ch *checkedChannel) refuse(e *proto.Error) {
	code := jrpc2.InvalidRequest
	if e.Name == proto.ErrBadMessage {
		code = jrpc2.ParseError
	}
	msg, err := json.Marshal(struct {
		Version string       `json:"jsonrpc"`
		ID      *int         `json:"id"`
		Error   *jrpc2.Error `json:"error"`
	}{"2.0", nil, wireError(e, code)})
	if err == nil {
		_ = ch.Send(msg)
	}
}

func (ch *checkedChannel) notify(method string, params any) error {
	msg, err := json.Marshal(struct {
		Version string `json:"jsonrpc"`
		Method  string `json:"method"`
		Params  any    `json:"params"`
	}{"2.0", method, params})
	if err != nil {
		return err
	}
	return ch.Send(msg)
}

func wireError(e *proto.Error, code jrpc2.Code) *jrpc2.Error {
	return (&jrpc2.Error{Code: code, Message: e.Message}).WithData(proto.ErrorData{Name: e.Name, Field: e.Field, Quoted: e.Quoted})
}
