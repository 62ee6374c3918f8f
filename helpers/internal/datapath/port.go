package datapath

// Port is where frames, or the link's packets, come from and go to. Receive is called by one goroutine at a time,
// Send by one at a time too, Close by any: what is under way then gives ErrClosed. None of them waits.
type Port interface {
	// Receive puts the next superframe into buf, which has room for maxSuperframe and what the system puts before
	// it, and makes f a view of it. ErrEmpty says that none waits: the Port tells its Notifier when that changes.
	// Any other error is the last.
	Receive(buf []byte, f *Superframe) error

	// Send gives f to the system. After ErrGone and ErrClosed no further one can succeed.
	Send(f *Superframe) error

	// Features are the offloads that Send takes.
	Features() Features

	// Notify is called once, before the first Receive.
	Notify(n Notifier) error

	Close() error
}

// Notifier is how a Port says that Receive has something, or an error, to give.
type Notifier interface {
	// Ready may be called at any time, also in vain.
	Ready()
	// Watch has Ready called for every change of the open file fd that makes it readable, until it is closed.
	Watch(fd int) error
}

// Features of a Port.
type Features struct {
	TCP4, TCP6 bool // superframes of TCP over IPv4 and IPv6
}

// maxSuperframe is the longest frame: an IP packet of 65535 octets behind Ethernet and two VLAN tags, rounded up.
const maxSuperframe = 64<<10 + 64

// Superframe is an Ethernet frame, or on the link an IP packet, and what is left to do about it: up to 64 KiB of one
// TCP or UDP flow, to be cut into segments that each have its headers.
type Superframe struct {
	Frame   []byte   // from the first octet of the header on
	Rest    [][]byte // what follows Frame, in pieces; empty in what is received
	Offload Offload
}

// Offload is the virtio-net header in our words: OASIS virtio 1.2, section 5.1.6. The zero value is a frame that is
// complete as it is.
type Offload struct {
	// Checksum says that the Internet checksum of all from Start to the end is not finished: it belongs Field octets
	// after Start, where so far the sum of the pseudo-header lies (CHECKSUM_PARTIAL, include/linux/skbuff.h), which
	// counts the length of the whole superframe.
	Checksum     bool
	Start, Field int

	GSO    GSO
	ECN    bool // TCP's CWR flag is set: for the first segment only
	Size   int  // octets of payload in each segment but the last, which may be shorter
	Header int  // octets before the payload. A hint: what is received may say anything here.
}

// GSO is the kind of a superframe.
type GSO uint8

// Kinds of superframes.
const (
	GSONone GSO = iota // one frame
	GSOTCP4
	GSOTCP6
	GSOUDP // over either version of IP

	gsoOther // unknown, and so bad
)

// PortOptions is what a TAP or TUN shall be like.
type PortOptions struct {
	MTU      int
	MAC      [6]byte // of a TAP; zero: the system's choice
	QueueLen int     // packets that wait for us; 0: 4,000. The kernel's own 500 to 1,000 are too few for a burst.

	// NoTxOffload has the system finish checksums and cut segments before a frame reaches us, as
	// "ethtool --offload NAME tx off" does. Without it the Device does both, and a frame may carry 64 KiB.
	NoTxOffload bool
}
