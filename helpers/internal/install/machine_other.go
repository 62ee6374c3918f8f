//go:build !linux && !darwin

package install

import (
	"context"
	"runtime"
)

// New fails: nothing is known of how this system starts services.
func New(context.Context, func(stateDir string) error) (*Installer, func(), error) {
	return nil, nil, &Error{Name: ErrUnsupported, Message: "there is no installation for this system yet", Quoted: runtime.GOOS}
}
