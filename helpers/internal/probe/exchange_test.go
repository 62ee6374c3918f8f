package probe

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"
)

func listen(t *testing.T) net.PacketConn {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// answering has a far end answer each packet for which say gives one.
func answering(t *testing.T, say func(packet string) string) net.Addr {
	far := listen(t)
	go func() {
		buf := make([]byte, 100)
		for {
			n, from, err := far.ReadFrom(buf)
			if err != nil {
				return
			}
			if s := say(string(buf[:n])); s != "" {
				far.WriteTo([]byte(s), from)
			}
		}
	}()
	return far.LocalAddr()
}

func putQuestion(ctx context.Context, t *testing.T, to net.Addr) (time.Duration, error) {
	return exchange{
		conn:    listen(t),
		to:      to,
		request: func(n int) ([]byte, error) { return []byte{'0' + byte(n)}, nil },
		reply: func(packet []byte, _ net.Addr) (int, bool) {
			if len(packet) != 2 || packet[0] != 'a' {
				return 0, false
			}
			return int(packet[1]) - '0', true
		},
	}.run(ctx)
}

func TestExchange(t *testing.T) {
	for name, tt := range map[string]struct {
		say  func(string) string
		more time.Duration // than this
		less time.Duration
	}{
		"at once":                {func(s string) string { return "a" + s }, 0, 100 * time.Millisecond},
		"the second time":        {func(s string) string { return map[string]string{"1": "a1"}[s] }, 0, 100 * time.Millisecond},
		"late, of the first":     {func(s string) string { return map[string]string{"1": "a0"}[s] }, 200 * time.Millisecond, 300 * time.Millisecond},
		"not said which":         {func(s string) string { return map[string]string{"1": "a/"}[s] }, 0, 100 * time.Millisecond},
		"a number never asked":   {func(s string) string { return "a9" }, 0, 100 * time.Millisecond},
		"after what is no reply": {func(s string) string { return map[string]string{"0": "nonsense", "1": "a1"}[s] }, 0, 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			took, err := putQuestion(t.Context(), t, answering(t, tt.say))
			if err != nil || took < tt.more || took > tt.less {
				t.Errorf("%v, %v; want %v to %v", took, err, tt.more, tt.less)
			}
		})
	}
}

func TestExchangeEnds(t *testing.T) {
	silent := answering(t, func(string) string { return "" })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := putQuestion(ctx, t, silent); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := putQuestion(ended, t, silent); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	elsewhere := &net.IPAddr{IP: net.IPv4(127, 0, 0, 1)} // of a kind that the socket does not send to
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := putQuestion(ctx, t, elsewhere); err == nil || !strings.Contains(err.Error(), "sending") {
		t.Errorf("got %v", err)
	}
}
