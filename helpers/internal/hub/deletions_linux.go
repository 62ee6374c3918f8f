package hub

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// deletions tells when interfaces go, whoever deletes them.
type deletions struct {
	log     *slog.Logger
	conn    *netlink.Conn
	some    chan struct{} // has a value after an interface went, or may have
	closing atomic.Bool
	reading sync.WaitGroup
}

func watchDeletions(log *slog.Logger) (*deletions, error) {
	conn, err := netlink.Dial(unix.NETLINK_ROUTE, &netlink.Config{Groups: 1 << (unix.RTNLGRP_LINK - 1)})
	if err != nil {
		return nil, fmt.Errorf("listen to rtnetlink: %w", err)
	}
	d := &deletions{log: log, conn: conn, some: make(chan struct{}, 1)}
	d.reading.Go(d.read)
	return d, nil
}

func (d *deletions) read() {
	for {
		messages, err := d.conn.Receive()
		overflow := errors.Is(err, unix.ENOBUFS) // what is lost is not even counted
		if d.closing.Load() {
			return
		}
		if err != nil && !overflow {
			d.log.Warn("deleted interfaces go unnoticed from now on", "err", err)
			return
		}
		if overflow || slices.ContainsFunc(messages, deletesLink) {
			select {
			case d.some <- struct{}{}:
			default: // everything will be looked at anyway
			}
		}
	}
}

func (d *deletions) close() error {
	d.closing.Store(true)
	err := d.conn.Close()
	d.reading.Wait()
	return err
}

// deletesLink: a bridge says with the same type, but of its own family, that a port has left it.
func deletesLink(m netlink.Message) bool {
	return m.Header.Type == unix.RTM_DELLINK && len(m.Data) > 0 && m.Data[0] == unix.AF_UNSPEC
}
