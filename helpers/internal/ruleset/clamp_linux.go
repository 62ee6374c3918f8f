package ruleset

import (
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Octets of TCP's header and of the one before it: what an MSS leaves of an MTU.
const (
	tcp4Headers = 20 + 20
	tcp6Headers = 40 + 20
)

// TCP's flags, and the option of RFC 9293 section 3.7.1.
const (
	flagSYN, flagRST = 0x02, 0x04
	optionMSS        = 2
)

// ClampRouted lowers the MSS of TCP connections that are routed to or from device to what the routes of both directions
// carry. It is for the family inet:
//
//	tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu
func ClampRouted(device string) Chain {
	// A larger value than the packet's is not written (nft_exthdr_tcp_set_eval, net/netfilter/nft_exthdr.c).
	set := []expr.Any{
		&expr.Rt{Register: 1, Key: expr.RtTCPMSS},
		&expr.Byteorder{SourceRegister: 1, DestRegister: 1, Op: expr.ByteorderHton, Len: 2, Size: 2},
		setMSS(),
	}
	return Chain{
		Name: "clamp", Type: nftables.ChainTypeFilter, Hook: nftables.ChainHookForward, Priority: nftables.ChainPriorityMangle,
		Rules: [][]expr.Any{
			slices.Concat(To(device), opensTCP(), set),
			slices.Concat(From(device), opensTCP(), set),
		},
	}
}

// ClampBridged lowers the MSS of TCP connections that are switched from or to the ports, which carry packets of mtu
// octets: between a tunnel and a LAN member of 1,500 nobody else tells the two ends. It is for the family bridge:
//
//	ether type ip tcp flags & (syn | rst) == syn tcp option maxseg size > 1342 tcp option maxseg size set 1342
func ClampBridged(ports string, mtu uint16) Chain {
	c := Chain{
		Name: "clamp", Type: nftables.ChainTypeFilter, Hook: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter,
	}
	for _, network := range []struct{ etherType, headers uint16 }{
		{unix.ETH_P_IP, tcp4Headers}, {unix.ETH_P_IPV6, tcp6Headers},
	} {
		mss := binaryutil.BigEndian.PutUint16(mtu - network.headers)
		isOf := []expr.Any{
			&expr.Meta{Key: expr.MetaKeyPROTOCOL, Register: 1},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: binaryutil.BigEndian.PutUint16(network.etherType)},
		}
		lower := []expr.Any{
			&expr.Exthdr{DestRegister: 1, Type: optionMSS, Offset: 2, Len: 2, Op: expr.ExthdrOpTcpopt},
			&expr.Cmp{Op: expr.CmpOpGt, Register: 1, Data: mss},
			&expr.Immediate{Register: 1, Data: mss},
			setMSS(),
		}
		c.Rules = append(c.Rules,
			slices.Concat(From(ports), isOf, opensTCP(), lower),
			slices.Concat(To(ports), isOf, opensTCP(), lower))
	}
	return c
}

// opensTCP matches SYN and SYN-ACK.
func opensTCP() []expr.Any {
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{unix.IPPROTO_TCP}},
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 13, Len: 1},
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 1, Mask: []byte{flagSYN | flagRST}, Xor: []byte{0}},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{flagSYN}},
	}
}

func setMSS() expr.Any {
	return &expr.Exthdr{SourceRegister: 1, Type: optionMSS, Offset: 2, Len: 2, Op: expr.ExthdrOpTcpopt}
}
