package datapath

import "io"

// Port is where frames, or the link's packets, come from and go to: one for each Read and Write.
type Port interface{ io.ReadWriteCloser }

// PortOptions is what a TAP or TUN shall be like.
type PortOptions struct {
	MTU      int
	MAC      [6]byte // of a TAP; zero: the system's choice
	QueueLen int     // packets that wait for us; 0: 4,000. The kernel's own 500 to 1,000 are too few for a burst.

	// NoTxOffload has the system finish checksums and cut segments before a frame reaches us, as
	// "ethtool --offload NAME tx off" does. Without it the Device does both, and a frame may carry 64 KiB.
	NoTxOffload bool
}
