package macos

import (
	"runtime"
	"syscall"
	"unsafe"
)

// The few functions of two frameworks of the system that the dynamic store needs. They are bound by the linker as Go
// binds those that crypto/x509 calls, and called by what golang.org/x/sys/unix calls libSystem with. That is less than
// a library for calling any function: such a one (purego) brings a replacement of Go's way to start threads along, for
// the whole process.

//go:cgo_import_dynamic cf_DataCreate CFDataCreate "/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation"
//go:cgo_import_dynamic cf_PropertyListCreateWithData CFPropertyListCreateWithData "/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation"
//go:cgo_import_dynamic cf_StringCreateWithBytes CFStringCreateWithBytes "/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation"
//go:cgo_import_dynamic cf_Release CFRelease "/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation"
//go:cgo_import_dynamic sc_DynamicStoreCreate SCDynamicStoreCreate "/System/Library/Frameworks/SystemConfiguration.framework/Versions/A/SystemConfiguration"
//go:cgo_import_dynamic sc_DynamicStoreAddTemporaryValue SCDynamicStoreAddTemporaryValue "/System/Library/Frameworks/SystemConfiguration.framework/Versions/A/SystemConfiguration"
//go:cgo_import_dynamic sc_DynamicStoreRemoveValue SCDynamicStoreRemoveValue "/System/Library/Frameworks/SystemConfiguration.framework/Versions/A/SystemConfiguration"
//go:cgo_import_dynamic sc_Error SCError "/System/Library/Frameworks/SystemConfiguration.framework/Versions/A/SystemConfiguration"

// Addresses of trampolines: frameworks_darwin.s.
var (
	cfDataCreate, cfPropertyListCreateWithData, cfStringCreateWithBytes, cfRelease            uintptr
	scDynamicStoreCreate, scDynamicStoreAddTemporaryValue, scDynamicStoreRemoveValue, scError uintptr
)

//go:linkname syscall6X syscall.syscall6X
func syscall6X(fn, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, err syscall.Errno)

// call calls a function of up to six integers or pointers.
func call(fn uintptr, args ...uintptr) uintptr {
	var a [6]uintptr
	copy(a[:], args)
	r, _, _ := syscall6X(fn, a[0], a[1], a[2], a[3], a[4], a[5])
	return r
}

// reference is an object of CoreFoundation that has to be released; 0 is none.
type reference uintptr

func (r reference) release() {
	if r != 0 {
		call(cfRelease, uintptr(r))
	}
}

const encodingUTF8 = 0x08000100 // kCFStringEncodingUTF8, CFString.h

// newString copies s.
func newString(s string) reference {
	return withBytes([]byte(s), func(at, n uintptr) uintptr {
		return call(cfStringCreateWithBytes, 0, at, n, encodingUTF8, 0)
	})
}

// newPropertyList makes of XML what it describes; 0 where it is malformed.
func newPropertyList(xml []byte) reference {
	data := withBytes(xml, func(at, n uintptr) uintptr { return call(cfDataCreate, 0, at, n) })
	if data == 0 {
		return 0
	}
	defer data.release()
	return reference(call(cfPropertyListCreateWithData, 0, uintptr(data), 0, 0, 0))
}

// withBytes hands b to C, which keeps nothing of it.
func withBytes(b []byte, f func(at, n uintptr) uintptr) reference {
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(&b[0])
	return reference(f(uintptr(unsafe.Pointer(&b[0])), uintptr(len(b))))
}
