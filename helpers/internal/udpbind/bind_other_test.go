//go:build !linux

package udpbind

import (
	"net/netip"
	"testing"

	"golang.zx2c4.com/wireguard/conn"
)

// place is an endpoint that remembers by which network it was heard.
type place struct{ source string }

func (p *place) ClearSrc()           { p.source = "" }
func (p *place) SrcToString() string { return p.source }
func (p *place) DstToString() string { return "203.0.113.4:23450" }
func (p *place) DstToBytes() []byte  { return nil }
func (p *place) DstIP() netip.Addr   { return netip.MustParseAddr("203.0.113.4") }
func (p *place) SrcIP() netip.Addr   { return netip.Addr{} }

// sockets give one packet with a source, and an empty place behind it.
type sockets struct {
	conn.Bind
	heard *place
}

func (s sockets) Open(uint16) ([]conn.ReceiveFunc, uint16, error) {
	receive := func(_ [][]byte, sizes []int, from []conn.Endpoint) (int, error) {
		sizes[0], from[0] = 100, s.heard
		sizes[1], from[1] = 0, nil
		return 2, nil
	}
	return []conn.ReceiveFunc{receive}, 3243, nil
}

func TestWhereTheHubWasHeardIsForgotten(t *testing.T) {
	heard := &place{source: "10.1.0.50"}
	receivers, port, err := forgetful{sockets{heard: heard}}.Open(0)
	if len(receivers) != 1 || port != 3243 || err != nil {
		t.Fatalf("%d receivers, port %d, %v", len(receivers), port, err)
	}
	if n, err := receivers[0](make([][]byte, 2), make([]int, 2), make([]conn.Endpoint, 2)); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	if heard.source != "" {
		t.Errorf("answers are bound to %s", heard.source)
	}
}
