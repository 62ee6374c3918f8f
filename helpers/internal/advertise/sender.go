package advertise

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/mdlayher/ndp"
)

// Sender advertises on one interface. It lives for one call of Run.
type Sender struct {
	log     *slog.Logger
	device  string
	updates chan Announcement // holds the newest that was not looked at yet
}

// NewSender only assembles.
func NewSender(log *slog.Logger, device string) *Sender {
	return &Sender{log: log, device: device, updates: make(chan Announcement, 1)}
}

// Update changes what is said, and has it said soon. It never waits; it is for one goroutine at a time.
func (s *Sender) Update(a Announcement) error {
	if err := a.check(); err != nil {
		return err
	}
	select {
	case <-s.updates: // older, and not looked at
	default:
	}
	s.updates <- a
	return nil
}

// Groups of RFC 4291 section 2.7.1.
var (
	allNodes   = netip.MustParseAddr("ff02::1")
	allRouters = netip.MustParseAddr("ff02::2")
)

// question is a valid solicitation.
type question struct{ from netip.Addr } // unspecified: a host without an address

// Run advertises until ctx ends, which is told to the hosts. It waits for the interface's link-local address, and
// where sending fails it says so and goes on: an interface that is down comes back.
func (s *Sender) Run(ctx context.Context, a Announcement) error {
	if err := a.check(); err != nil {
		return err
	}
	conn := s.listen(ctx)
	if conn == nil {
		return nil
	}
	questions, listened := make(chan question), make(chan struct{})
	go func() {
		defer close(listened)
		s.hear(conn, ctx.Done(), questions)
	}()
	s.serve(ctx, conn, a, questions)
	err := conn.close()
	<-listened
	return err
}

func (s *Sender) serve(ctx context.Context, conn *socket, a Announcement, questions <-chan question) {
	plan := newSchedule(time.Now())
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			s.send(conn, a, true, allNodes)
			return
		case a = <-s.updates:
			plan.soon(time.Now())
		case q := <-questions:
			now := time.Now()
			if q.from.IsUnspecified() {
				plan.soon(now)
			} else if plan.mayAnswer(now) {
				// At once, without the RFC's random delay of up to half a second, which is for links where several
				// routers answer.
				s.send(conn, a, false, q.from)
			}
		case now := <-timer.C:
			s.send(conn, a, false, allNodes)
			plan.advertised(now)
		}
		timer.Reset(time.Until(plan.next))
	}
}

func (s *Sender) send(conn *socket, a Announcement, final bool, to netip.Addr) {
	mac, err := macOf(s.device)
	if err == nil {
		err = conn.write(a.message(mac, final), to)
	}
	if err != nil {
		s.log.Warn("router advertisement not sent", "device", s.device, "to", to, "err", err)
		return
	}
	s.log.Debug("router advertisement sent", "device", s.device, "to", to, "final", final)
}

// macOf asks each time, because a bridge that has no MAC of its own takes that of a port.
func macOf(device string) (mac [6]byte, err error) {
	ifi, err := net.InterfaceByName(device)
	if err != nil {
		return mac, err
	}
	if copy(mac[:], ifi.HardwareAddr) != len(mac) {
		return mac, fmt.Errorf("%s is no Ethernet interface", device)
	}
	return mac, nil
}

// retry is how often the interface is looked at until it has a link-local address past Duplicate Address Detection,
// and can be listened on by it.
const retry = 100 * time.Millisecond

// listen gives nil when ctx has ended before that.
func (s *Sender) listen(ctx context.Context) *socket {
	for told := false; ; {
		conn, err := open(s.device)
		if err == nil {
			return conn
		}
		if !told {
			told = true
			s.log.Debug("waiting for a link-local address to advertise from", "device", s.device, "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(retry):
		}
	}
}

// hear hands on what is valid until conn is closed.
func (s *Sender) hear(conn *socket, done <-chan struct{}, questions chan<- question) {
	buf := make([]byte, 2048)
	for {
		packet, from, hops, err := conn.read(buf)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			s.log.Warn("router solicitation not read", "device", s.device, "err", err)
			select {
			case <-done:
				return
			case <-time.After(retry):
			}
			continue
		}
		if err := checkSolicitation(packet, from, hops); err != nil {
			s.log.Debug("router solicitation refused", "device", s.device, "from", from, "err", err)
			continue
		}
		select {
		case questions <- question{from}:
		case <-done:
			return
		}
	}
}

// checkSolicitation is RFC 4861 section 6.1.1, where the kernel has not done it already (length, checksum).
func checkSolicitation(packet []byte, from netip.Addr, hops int) error {
	m, err := ndp.ParseMessage(packet)
	if err != nil {
		return err
	}
	rs, ok := m.(*ndp.RouterSolicitation)
	switch {
	case !ok:
		return fmt.Errorf("is of type %v", m.Type())
	case hops != ndp.HopLimit:
		return fmt.Errorf("its hop limit is %d: it has come from afar", hops)
	case packet[1] != 0:
		return fmt.Errorf("its code is %d", packet[1])
	}
	for _, o := range rs.Options {
		if l, ok := o.(*ndp.LinkLayerAddress); ok && l.Direction == ndp.Source && from.IsUnspecified() {
			return errors.New("it has a link-layer address but no address")
		}
	}
	return nil
}
