package macos

import (
	"fmt"
	"net/netip"
	"runtime"
	"sync"
)

// Publisher tells the system's configuration of the IPv6 that a tunnel brings. What it has published is gone with the
// process, since it is the session's.
type Publisher struct {
	mu        sync.Mutex // guards what follows, and is held while configd is spoken to
	session   reference  // 0: none yet
	published map[int]netip.Addr
}

// Publish makes the service of a slot be of this address on the interface that the system calls name. Again it changes
// nothing.
func (p *Publisher) Publish(slot int, name string, address netip.Addr) error {
	runtime.LockOSThread() // SCError tells of the thread's last call
	defer runtime.UnlockOSThread()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.published[slot] == address {
		return nil
	}
	if err := p.openLocked(); err != nil {
		return err
	}
	value := newPropertyList(serviceValue(name, address))
	if value == 0 {
		return fmt.Errorf("publish %s: CoreFoundation does not read the property list", address)
	}
	defer value.release()
	p.removeLocked(slot)
	key := newString(serviceKey(slot))
	defer key.release()
	if call(scDynamicStoreAddTemporaryValue, uintptr(p.session), uintptr(key), uintptr(value))&0xff == 0 {
		err := fmt.Errorf("publish %s: configd says %d (SCStatusCode)", address, int32(call(scError)))
		p.closeLocked() // with all that it has published: configd may have been started anew
		return err
	}
	p.published[slot] = address
	return nil
}

// Withdraw takes the service of a slot away, if there is one.
func (p *Publisher) Withdraw(slot int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.published[slot]; ok {
		p.removeLocked(slot)
	}
}

func (p *Publisher) openLocked() error {
	if p.session != 0 {
		return nil
	}
	name := newString("mooring")
	defer name.release()
	p.session = reference(call(scDynamicStoreCreate, 0, uintptr(name), 0, 0))
	if p.session == 0 {
		return fmt.Errorf("open the dynamic store: configd says %d (SCStatusCode)", int32(call(scError)))
	}
	p.published = map[int]netip.Addr{}
	return nil
}

func (p *Publisher) closeLocked() {
	p.session.release()
	p.session, p.published = 0, nil
}

// removeLocked does not mind that nothing is there, which is the only failure that matters here.
func (p *Publisher) removeLocked(slot int) {
	key := newString(serviceKey(slot))
	defer key.release()
	call(scDynamicStoreRemoveValue, uintptr(p.session), uintptr(key))
	delete(p.published, slot)
}
