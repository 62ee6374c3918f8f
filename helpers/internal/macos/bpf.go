package macos

import "encoding/binary"

// minBPFHeader is where struct bpf_hdr ends, less the padding that its hdrlen counts: a time of 8 octets, how many
// octets were captured, how many there were, and the header's own length (bsd/net/bpf.h).
const minBPFHeader = 18

// Frames is what one read of a BPF device gave: Ethernet frames behind a header each, which begin at multiples of four
// octets (BPF_WORDALIGN).
type Frames []byte

// Next takes the first frame off, a view of what was read; false after the last. What makes no sense ends the batch.
// A frame that was captured in part is passed over.
func (f *Frames) Next() (frame []byte, ok bool) {
	for len(*f) >= minBPFHeader {
		all := *f
		captured, length := binary.LittleEndian.Uint32(all[8:]), binary.LittleEndian.Uint32(all[12:])
		header := int(binary.LittleEndian.Uint16(all[16:]))
		if header < minBPFHeader || header > len(all) || captured > uint32(len(all)-header) {
			break
		}
		end := header + int(captured)
		*f = all[min((end+3)&^3, len(all)):]
		if captured == length && captured > 0 {
			return all[header:end], true
		}
	}
	*f = nil
	return nil, false
}
