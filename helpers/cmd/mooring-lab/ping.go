//go:build linux

package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// pingSize is that of a small packet of speech or of a game.
const pingSize = 100

// pong sends every datagram back until the process is told to end.
func pong(args []string) error {
	if len(args) != 1 {
		return errUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGTERM, unix.SIGINT)
	defer stop()
	socket, err := net.ListenPacket("udp", args[0])
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { socket.Close() })()
	for b := make([]byte, 2048); ; {
		n, from, err := socket.ReadFrom(b)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err == nil {
			_, err = socket.WriteTo(b[:n], from)
		}
		if err != nil {
			return err
		}
	}
}

// latency is what ping prints: microseconds, and how many were sent and never came back.
type latency struct {
	Sent, Lost int
	P50, P99   float64
}

// ping sends small datagrams at an even pace, whatever comes back, and measures those that do.
func ping(args []string) error {
	fs := flag.NewFlagSet("ping", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	count := fs.Int("count", 1000, "")
	every := fs.Duration("every", time.Millisecond, "")
	if err := fs.Parse(args); err != nil || fs.NArg() != 1 || *count < 1 {
		return errUsage
	}
	to, err := netip.ParseAddrPort(fs.Arg(0))
	if err != nil {
		return errUsage
	}
	socket, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		return err
	}
	defer socket.Close()

	start, came := time.Now(), make(chan []time.Duration) // each datagram says when after start it was sent
	go func() {
		var all []time.Duration
		for b := make([]byte, pingSize); ; {
			n, err := socket.Read(b)
			if errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) {
				break
			}
			if err == nil && n == pingSize {
				all = append(all, time.Since(start)-time.Duration(binary.BigEndian.Uint64(b)))
			}
		}
		came <- all
	}()
	b := make([]byte, pingSize)
	ticker := time.NewTicker(*every)
	defer ticker.Stop()
	for range *count {
		<-ticker.C
		binary.BigEndian.PutUint64(b, uint64(time.Since(start)))
		if _, err := socket.Write(b); err != nil && !errors.Is(err, unix.ECONNREFUSED) {
			return err
		}
	}
	socket.SetReadDeadline(time.Now().Add(time.Second))
	all := <-came
	slices.Sort(all)
	at := func(part float64) float64 {
		if len(all) == 0 {
			return -1
		}
		return float64(all[int(part*float64(len(all)-1))].Nanoseconds()) / 1000
	}
	return json.NewEncoder(os.Stdout).Encode(latency{Sent: *count, Lost: *count - len(all), P50: at(0.5), P99: at(0.99)})
}
