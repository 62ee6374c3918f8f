package proto

import (
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"mooring.dev/helpers/internal/strictjson"
)

// pipe gives a channel that reads what feed writes.
func pipe(t *testing.T, feed string) *Channel {
	t.Helper()
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	theirs, err := net.Dial("unix", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	ours, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ours.Close() })
	go func() {
		defer theirs.Close()
		io.WriteString(theirs, feed)
	}()
	return NewChannel(ours)
}

func TestRecv(t *testing.T) {
	whole := strings.Repeat("x", MaxFrame)
	for _, tt := range []struct {
		name, feed string
		want       string
		err        ErrorName
		quoted     string
	}{
		{name: "one frame", feed: "Content-Length: 2\r\n\r\n{}", want: "{}"},
		{name: "another header and case", feed: "Content-Type: x\r\ncontent-length:2\r\n\r\n{}", want: "{}"},
		{name: "largest", feed: fmt.Sprintf("Content-Length: %d\r\n\r\n%s", MaxFrame, whole), want: whole},
		{name: "too large", feed: fmt.Sprintf("Content-Length: %d\r\n\r\n", MaxFrame+1), err: ErrFrameTooLarge, quoted: "65537"},
		{name: "absurd", feed: "Content-Length: 18446744073709551616\r\n\r\n", err: ErrBadFrame, quoted: " 18446744073709551616"},
		{name: "negative", feed: "Content-Length: -1\r\n\r\n", err: ErrBadFrame, quoted: " -1"},
		{name: "no length", feed: "X: y\r\n\r\n", err: ErrBadFrame},
		{name: "not a header", feed: "{\"jsonrpc\":\"2.0\"}\n", err: ErrBadFrame, quoted: `{"jsonrpc":"2.0"}`},
		{name: "endless line", feed: strings.Repeat("a", 4*maxHeader), err: ErrBadFrame, quoted: strings.Repeat("a", strictjson.MaxQuote) + "…"},
		{name: "endless headers", feed: strings.Repeat("X: y\r\n", 100), err: ErrBadFrame},
		{name: "half a header", feed: "Content-Le", err: ErrBadFrame},
		{name: "half a body", feed: "Content-Length: 10\r\n\r\n{", err: ErrBadFrame},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := pipe(t, tt.feed).Recv()
			if tt.err == "" {
				if err != nil || string(got) != tt.want {
					t.Fatalf("got %d bytes, %v; want %d bytes", len(got), err, len(tt.want))
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) || e.Name != tt.err || e.Quoted != tt.quoted {
				t.Errorf("got %v; want %s quoting %q", err, tt.err, tt.quoted)
			}
		})
	}
}

func TestRecvEndsBetweenFrames(t *testing.T) {
	ch := pipe(t, "Content-Length: 2\r\n\r\n{}")
	if _, err := ch.Recv(); err != nil {
		t.Fatal(err)
	}
	if _, err := ch.Recv(); err != io.EOF {
		t.Errorf("got %v, want io.EOF", err)
	}
}

func TestSendRefusesWhatRecvWould(t *testing.T) {
	err := pipe(t, "").Send(make([]byte, MaxFrame+1))
	if !errors.Is(err, &Error{Name: ErrFrameTooLarge}) {
		t.Errorf("got %v", err)
	}
}
