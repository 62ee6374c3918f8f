package gretap

import "sync/atomic"

// Reason says what became of a packet. It is a plain value, so that refusing a packet costs no more than taking it.
type Reason uint8

// What a packet can come to. All but OK, Fragment and Held are refusals.
const (
	OK       Reason = iota
	Fragment        // part of an outer datagram: to be given to Decoder.Reassemble
	Held            // kept by Decoder.Reassemble until the rest has come

	// The outer IPv4 header, as ip_rcv_core refuses it.
	ShortPacket       // shorter than its IPv4 header
	NotIPv4           // version
	BadHeaderLength   // IHL below 5 words
	BadHeaderChecksum // RFC 1122 section 3.2.1.2
	BadTotalLength    // less than the header itself
	Truncated         // total length beyond the packet
	NotGRE            // protocol
	WrongSource       // not the tunnel's far end
	WrongDestination  // not the tunnel's near end

	// The GRE header.
	ShortGRE      // shorter than its flags say: gre_parse_header
	BadGREVersion // or one of the five reserved bits beside it: gre_rcv, net/ipv4/gre_demux.c
	GRERouting    // RFC 1701 source routing: gre_parse_header
	GREChecksum   // present, right or wrong, where none was agreed on: ip_tunnel_rcv
	NotEthernet   // protocol type
	KeyMissing    // ip_tunnel_key_match
	KeyUnexpected // ip_tunnel_key_match
	WrongKey      // ip_tunnel_key_match

	// The frame.
	ShortFrame    // no whole Ethernet header: __iptunnel_pull_header
	LongFrame     // outer total length would pass 65535; Encode only
	NotECNCapable // congestion was marked outside, inside no one would learn of it: INET_ECN_decapsulate

	// Fragments. All but FragmentDuplicate take what is held of the datagram with them: ip_frag_queue.
	FragmentEmpty     // no payload, or fewer than 8 octets before the last
	FragmentDuplicate // of octets that are held already; the datagram is kept
	FragmentOverlap   // RFC 5722 section 4: inet_frag_queue_insert
	FragmentEndMoved  // beyond the last fragment, or a second last one that ends elsewhere
	FragmentMixedECN  // RFC 3168 section 5.3: ip_frag_ecn_table
	FragmentTooMany   // above Limits.Fragments
	DatagramTooLong   // above 65535 octets: ip_frag_reasm
	DatagramTooLarge  // its buffer alone is above Limits.Bytes
	DatagramTimedOut  // a datagram, not a packet: incomplete after Limits.Timeout
	DatagramEvicted   // a datagram, not a packet: the oldest, for a newer one, by Limits.Datagrams or Limits.Bytes

	// NumReasons is the number of reasons.
	NumReasons = int(iota)
)

var reasonNames = [NumReasons]string{
	OK: "ok", Fragment: "fragment", Held: "held",
	ShortPacket: "short-packet", NotIPv4: "not-ipv4", BadHeaderLength: "bad-header-length",
	BadHeaderChecksum: "bad-header-checksum", BadTotalLength: "bad-total-length", Truncated: "truncated",
	NotGRE: "not-gre", WrongSource: "wrong-source", WrongDestination: "wrong-destination",
	ShortGRE: "short-gre", BadGREVersion: "bad-gre-version", GRERouting: "gre-routing", GREChecksum: "gre-checksum",
	NotEthernet: "not-ethernet", KeyMissing: "key-missing", KeyUnexpected: "key-unexpected", WrongKey: "wrong-key",
	ShortFrame: "short-frame", LongFrame: "long-frame", NotECNCapable: "not-ecn-capable",
	FragmentEmpty: "fragment-empty", FragmentDuplicate: "fragment-duplicate", FragmentOverlap: "fragment-overlap",
	FragmentEndMoved: "fragment-end-moved", FragmentMixedECN: "fragment-mixed-ecn", FragmentTooMany: "fragment-too-many",
	DatagramTooLong: "datagram-too-long", DatagramTooLarge: "datagram-too-large",
	DatagramTimedOut: "datagram-timed-out", DatagramEvicted: "datagram-evicted",
}

// String is the stable word for the reason, as a status or a log shows it.
func (r Reason) String() string {
	if int(r) < NumReasons {
		return reasonNames[r]
	}
	return "unknown"
}

// counters are atomic because a status is read while packets flow; OK is not counted, so the usual packet pays
// nothing for it.
type counters [NumReasons]atomic.Uint64

func (c *counters) count(r Reason) {
	if r != OK {
		c[r].Add(1)
	}
}

func (c *counters) read() (n [NumReasons]uint64) {
	for i := range c {
		n[i] = c[i].Load()
	}
	return n
}
