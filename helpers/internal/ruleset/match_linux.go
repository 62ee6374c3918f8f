package ruleset

import (
	"net/netip"
	"strings"

	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// From matches packets that came in by the interface. A name that ends in * stands for all that begin so.
func From(device string) []expr.Any { return byName(expr.MetaKeyIIFNAME, device) }

// To matches packets that go out by the interface, in the same way.
func To(device string) []expr.Any { return byName(expr.MetaKeyOIFNAME, device) }

func byName(key expr.MetaKey, device string) []expr.Any {
	name := paddedName(device)
	if start, all := strings.CutSuffix(device, "*"); all {
		name = []byte(start)
	}
	return []expr.Any{
		&expr.Meta{Key: key, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: name},
	}
}

// paddedName is an interface's name as the kernel compares it.
func paddedName(device string) []byte {
	name := make([]byte, unix.IFNAMSIZ)
	copy(name, device)
	return name
}

// IPv4Source and IPv4Destination match, or with not do not match, packets of IPv4 by an address in net. They are for
// families where a packet may also be of IPv6.
func IPv4Source(net netip.Prefix, not bool) []expr.Any { return ipv4In(12, net, not) }

// IPv4Destination is IPv4Source of the other address.
func IPv4Destination(net netip.Prefix, not bool) []expr.Any { return ipv4In(16, net, not) }

func ipv4In(offset uint32, net netip.Prefix, not bool) []expr.Any {
	op := expr.CmpOpEq
	if not {
		op = expr.CmpOpNeq
	}
	mask := binaryutil.BigEndian.PutUint32(^uint32(0) << (32 - net.Bits()))
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{unix.NFPROTO_IPV4}},
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: 4},
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 4, Mask: mask, Xor: make([]byte, 4)},
		&expr.Cmp{Op: op, Register: 1, Data: net.Masked().Addr().AsSlice()},
	}
}

// Drop ends a rule: what it matches is counted and dropped.
func Drop() []expr.Any { return []expr.Any{&expr.Counter{}, &expr.Verdict{Kind: expr.VerdictDrop}} }
