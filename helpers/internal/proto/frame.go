package proto

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// MaxFrame is the largest frame's content in bytes, in both directions.
const MaxFrame = 64 << 10

// maxHeader bounds a header line and maxHeaders their number, so that a peer cannot make us buffer without end.
const (
	maxHeader  = 256
	maxHeaders = 8
)

// frameTimeout bounds how long a frame may take once its first byte has come: half a frame holds nothing.
const frameTimeout = 10 * time.Second

var headerName = regexp.MustCompile(`^[A-Za-z-]+$`)

// Conn is what a Channel needs of a connection.
type Conn interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// Channel frames messages by Content-Length, as the Language Server Protocol does, and refuses frames above
// MaxFrame. It implements jrpc2's channel.Channel, whose own framings have no bound. Recv and Send may run at the
// same time; neither may run twice at the same time.
type Channel struct {
	c  Conn
	br *bufio.Reader
}

// NewChannel frames c, which Close closes.
func NewChannel(c Conn) *Channel {
	return &Channel{c: c, br: bufio.NewReaderSize(c, maxHeader)}
}

// Close closes the connection.
func (ch *Channel) Close() error { return ch.c.Close() }

// Send writes one frame. A peer that does not read for frameTimeout is given up, so that it cannot hold the helper.
func (ch *Channel) Send(msg []byte) error {
	if len(msg) > MaxFrame {
		return &Error{Name: ErrFrameTooLarge, Quoted: strconv.Itoa(len(msg)), Message: fmt.Sprintf("a frame holds at most %d bytes", MaxFrame)}
	}
	if err := ch.c.SetWriteDeadline(time.Now().Add(frameTimeout)); err != nil {
		return err
	}
	frame := make([]byte, 0, len(msg)+32)
	frame = fmt.Appendf(frame, "Content-Length: %d\r\n\r\n", len(msg))
	_, err := ch.c.Write(append(frame, msg...))
	return err
}

// Recv reads one frame. It returns io.EOF between frames, and an *Error for a frame that breaks the rules; the
// stream is then out of step and must be closed.
func (ch *Channel) Recv() ([]byte, error) {
	if err := ch.c.SetReadDeadline(time.Time{}); err != nil {
		return nil, err
	}
	if _, err := ch.br.Peek(1); err != nil {
		return nil, err
	}
	if err := ch.c.SetReadDeadline(time.Now().Add(frameTimeout)); err != nil {
		return nil, err
	}
	size, err := ch.header()
	if err != nil {
		return nil, err
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(ch.br, body); err != nil {
		return nil, &Error{Name: ErrBadFrame, Message: "frame ended early: " + err.Error()}
	}
	return body, nil
}

func (ch *Channel) header() (size int, err error) {
	size = -1
	for range maxHeaders {
		raw, err := ch.br.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return 0, &Error{Name: ErrBadFrame, Quoted: Quote(string(raw)), Message: "header line too long"}
		}
		if err != nil {
			return 0, &Error{Name: ErrBadFrame, Message: "header ended early: " + err.Error()}
		}
		line := strings.TrimRight(string(raw), "\r\n")
		if line == "" {
			if size < 0 {
				return 0, &Error{Name: ErrBadFrame, Message: "no Content-Length"}
			}
			return size, nil
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || !headerName.MatchString(name) {
			return 0, &Error{Name: ErrBadFrame, Quoted: Quote(line), Message: "not a header line"}
		}
		if !strings.EqualFold(name, "Content-Length") {
			continue
		}
		n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 63)
		if err != nil {
			return 0, &Error{Name: ErrBadFrame, Quoted: Quote(value), Message: "Content-Length is not a number"}
		}
		if n > MaxFrame {
			return 0, &Error{Name: ErrFrameTooLarge, Quoted: strconv.FormatUint(n, 10), Message: fmt.Sprintf("a frame holds at most %d bytes", MaxFrame)}
		}
		size = int(n)
	}
	return 0, &Error{Name: ErrBadFrame, Message: "too many header lines"}
}
