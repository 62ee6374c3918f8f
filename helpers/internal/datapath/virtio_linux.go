package datapath

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// virtioHeader is the length of struct virtio_net_hdr (include/uapi/linux/virtio_net.h), which stands before each
// frame of a TAP or TUN with IFF_VNET_HDR: flags, kind, then in the machine's byte order header length, segment size,
// checksum start and field.
const virtioHeader = 10

// gsoECN is VIRTIO_NET_HDR_GSO_ECN, a bit beside the kind.
const gsoECN = unix.VIRTIO_NET_HDR_GSO_ECN

// readVirtio gives gsoOther for a kind that was not asked for.
func readVirtio(b []byte) Offload {
	h := (*[virtioHeader]byte)(b)
	o := Offload{
		Checksum: h[0]&unix.VIRTIO_NET_HDR_F_NEEDS_CSUM != 0,
		ECN:      h[1]&gsoECN != 0,
		Header:   int(binary.NativeEndian.Uint16(h[2:])),
		Size:     int(binary.NativeEndian.Uint16(h[4:])),
		Start:    int(binary.NativeEndian.Uint16(h[6:])),
		Field:    int(binary.NativeEndian.Uint16(h[8:])),
	}
	switch h[1] &^ gsoECN {
	case unix.VIRTIO_NET_HDR_GSO_NONE:
	case unix.VIRTIO_NET_HDR_GSO_TCPV4:
		o.GSO = GSOTCP4
	case unix.VIRTIO_NET_HDR_GSO_TCPV6:
		o.GSO = GSOTCP6
	case unix.VIRTIO_NET_HDR_GSO_UDP_L4:
		o.GSO = GSOUDP
	default:
		o.GSO = gsoOther
	}
	return o
}

func writeVirtio(b []byte, o Offload) {
	h := (*[virtioHeader]byte)(b)
	*h = [virtioHeader]byte{}
	if o.Checksum {
		h[0] = unix.VIRTIO_NET_HDR_F_NEEDS_CSUM
		binary.NativeEndian.PutUint16(h[6:], uint16(o.Start))
		binary.NativeEndian.PutUint16(h[8:], uint16(o.Field))
	}
	switch o.GSO {
	case GSONone:
		return
	case GSOTCP4:
		h[1] = unix.VIRTIO_NET_HDR_GSO_TCPV4
	case GSOTCP6:
		h[1] = unix.VIRTIO_NET_HDR_GSO_TCPV6
	case GSOUDP:
		h[1] = unix.VIRTIO_NET_HDR_GSO_UDP_L4
	}
	if o.ECN {
		h[1] |= gsoECN
	}
	binary.NativeEndian.PutUint16(h[2:], uint16(o.Header))
	binary.NativeEndian.PutUint16(h[4:], uint16(o.Size))
}
